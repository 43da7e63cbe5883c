"""Payments and refunds."""

from collections.abc import Sequence
from datetime import datetime

from application.ports.repositories import PaymentRepository, RefundRepository
from application.ports.unit_of_work import StaleWrite
from domain.order.errors import PaymentInProgress, RefundTooLarge
from domain.order.payment import Goal, Payment, PaymentState
from domain.order.refund import LATE_PAYMENT, Refund
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import Tables
from shared.ids import OrderId, PaymentId, RefundId


class MemoryPayments(PaymentRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, payment_id: PaymentId) -> Payment | None:
        return (await self._session.read()).payments.get(payment_id)

    async def by_reference(self, provider: str, reference: str) -> Payment | None:
        tables = await self._session.read()
        payment_id = tables.payment_by_reference.get((provider, reference))
        return None if payment_id is None else tables.payments[payment_id]

    async def of_order(self, order_id: OrderId) -> Sequence[Payment]:
        return (await self._session.read()).payments_by_attempt(order_id)

    async def latest(self, order_ids: Sequence[OrderId]) -> Sequence[Payment]:
        tables = await self._session.read()
        attempts = (tables.payments_by_attempt(order_id) for order_id in order_ids)
        return [payments[-1] for payments in attempts if payments]

    async def due(self, *, limit: int) -> Sequence[PaymentId]:
        tables = await self._session.read()
        now = self._session.now()
        since = {
            payment.id: moment
            for payment in tables.payments.values()
            if (moment := _due_since(tables, payment, now)) is not None
        }
        return sorted(since, key=lambda payment_id: since[payment_id])[:limit]

    def add(self, payment: Payment) -> None:
        def write(writing: Writing) -> None:
            tables = writing.tables
            others = tables.payments_by_attempt(payment.order_id)
            if any(map(_occupies, others)):
                raise PaymentInProgress()
            if any(other.attempt == payment.attempt for other in others):
                raise StaleWrite()
            writing.insert(tables.payments, payment.id, payment)
            writing.journal.append(tables.payments_of_order, payment.order_id, payment.id)
            _index_reference(writing, payment)

        self._session.note(Phase.PAYMENT, write, *payment.facts)

    def save(self, payment: Payment) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.payments, payment.id, payment)
            _index_reference(writing, payment)

        self._session.note(Phase.PAYMENT, write, *payment.facts)


class MemoryRefunds(RefundRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, refund_id: RefundId) -> Refund | None:
        return (await self._session.read()).refunds.get(refund_id)

    async def of_payment(self, payment_id: PaymentId) -> Sequence[Refund]:
        tables = await self._session.read()
        found = (tables.refunds[each] for each in tables.refunds_of_payment.get(payment_id, ()))
        return sorted(found, key=_age)

    async def of_order(self, order_id: OrderId) -> Sequence[Refund]:
        return sorted((await self._session.read()).refunds_of(order_id), key=_age)

    async def due(self, *, limit: int) -> Sequence[RefundId]:
        tables = await self._session.read()
        now = self._session.now()
        since = {
            refund.id: refund.due_at
            for refund in tables.refunds.values()
            if refund.due_at is not None and refund.due_at <= now
        }
        return sorted(since, key=lambda refund_id: since[refund_id])[:limit]

    def add(self, refund: Refund) -> None:
        def write(writing: Writing) -> None:
            tables = writing.tables
            if _is_late_twice(tables, refund):
                raise StaleWrite()  # run again, the operation finds the other one
            writing.insert(tables.refunds, refund.id, refund)
            writing.journal.append(tables.refunds_of_payment, refund.payment_id, refund.id)
            _require_room(tables, refund.payment_id)

        # Behind changes: what failed leaves room for its repetition.
        self._session.note(Phase.NEW_REFUND, write, *refund.facts)

    def save(self, refund: Refund) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.refunds, refund.id, refund)
            _require_room(writing.tables, refund.payment_id)

        self._session.note(Phase.PAYMENT, write, *refund.facts)


def _age(refund: Refund) -> tuple[datetime, RefundId]:
    return refund.created_at, refund.id


def _is_late_twice(tables: Tables, refund: Refund) -> bool:
    """Money that came too late goes back whole, and a retry says which refund it repeats."""
    others = (tables.refunds[each] for each in tables.refunds_of_payment.get(refund.payment_id, ()))
    return _begins_late(refund) and any(map(_begins_late, others))


def _begins_late(refund: Refund) -> bool:
    return refund.reason == LATE_PAYMENT and refund.retry_of is None


def _require_room(tables: Tables, payment_id: PaymentId) -> None:
    refunds = (tables.refunds[each] for each in tables.refunds_of_payment[payment_id])
    back = sum(refund.amount.amount for refund in refunds if refund.counts)
    if back > tables.payments[payment_id].amount.amount:
        raise RefundTooLarge()


def _occupies(payment: Payment) -> bool:
    """An order has at most one such payment."""
    return payment.is_open or payment.state is PaymentState.CAPTURED


def _index_reference(writing: Writing, payment: Payment) -> None:
    if payment.reference is not None:
        key = (payment.provider, payment.reference)
        writing.journal.put(writing.tables.payment_by_reference, key, payment.id)


def _due_since(tables: Tables, payment: Payment, now: datetime) -> datetime | None:
    moments = [] if payment.due_at is None or payment.due_at > now else [payment.due_at]
    order = tables.orders[payment.order_id]
    if payment.is_open and payment.goal is Goal.COLLECT and order.is_due(at=now):
        moments.append(order.deadline)
    return min(moments, default=None)
