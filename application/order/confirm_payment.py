"""ConfirmPayment: the organizer says that the money of an offline payment is there.

Whether the caller may say so is looked at with the caller's eyes. What follows is written by the
system, like every other word about money.
"""

from dataclasses import dataclass
from datetime import datetime

from application.messages import Command, Context
from application.order.access import sold_order
from application.order.fulfilment import confirm, take_over
from application.payment.offline import OFFLINE
from application.payment.purchase import Purchase, load
from application.ports.identity import Ids
from application.ports.unit_of_work import Begin, UnitOfWork
from application.views.order import PaymentView
from domain.ledger import booking
from domain.order.errors import PaymentNotConfirmable, PaymentNotFound
from domain.order.order import OrderState
from domain.order.payment import Payment, PaymentState
from shared.checks import Checks
from shared.ids import OrderId, PaymentId, PostingId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPayment(Command[PaymentView]):
    """`note`: how it came, such as the bank's reference; it is part of the fact."""

    order_id: OrderId
    payment_id: PaymentId
    note: str | None


@dataclass(frozen=True, slots=True)
class ConfirmPaymentHandler:
    """The payment is captured and the order confirmed at once; said twice it is the same. Money for
    an order that has expired takes its stock again; where its payment was cancelled by then, the
    answer is a new one, which is captured.

    Raises OrderNotFound, RoleMissing, PaymentNotFound, PaymentNotConfirmable, EventNotOnSale (the
    event was cancelled), SoldOut (nothing is left for an expired order), FieldInvalid.
    """

    begin: Begin
    ids: Ids

    async def __call__(self, command: ConfirmPayment, ctx: Context) -> PaymentView:
        checks = Checks()
        note = checks.text("note", command.note or "", longest=1_000, empty=True)
        checks.done()
        async with self.begin(ctx) as work:
            order = await sold_order(work, command.order_id, ctx)
        async with self.begin(ctx.as_system()) as work:
            purchase = await load(work, command.payment_id)
            if purchase.order.id != order.id:
                raise PaymentNotFound()
            latest = (await work.payments.of_order(order.id))[-1]
            if not _is_confirmed(purchase, latest):
                latest = await self._confirm(work, purchase, latest, note, ctx)
            return await work.commit(PaymentView.of(latest))

    async def _confirm(
        self, work: UnitOfWork, purchase: Purchase, latest: Payment, note: str, ctx: Context
    ) -> Payment:
        order, hold, now = purchase.order, purchase.hold, await work.now()
        _require_confirmable(purchase, latest, at=now)
        purchase.event.require_buyable()
        payment = purchase.payment
        again = payment.state is PaymentState.CANCELLED
        if again:
            payment = Payment.start(
                id=PaymentId(self.ids.uuid()),
                order_id=order.id,
                attempt=latest.attempt + 1,
                provider=payment.provider,
                method=payment.method,
                amount=payment.amount,
                due_at=now,
                at=now,
            )
        by = ctx.actor.user_id or ctx.actor.key_id
        if by is None:
            raise RuntimeError("nobody says that the money came")
        payment = payment.confirm(by=by, note=note, at=now)
        take_over(work, order, hold, at=now)
        work.orders.save(confirm(work, order.commit(at=now), ids=self.ids, at=now))
        if again:
            work.payments.add(payment)
        else:
            work.payments.save(payment)
        work.ledger.post(booking.charge(order, payment, id=PostingId(self.ids.uuid()), at=now))
        return payment


def _is_confirmed(purchase: Purchase, latest: Payment) -> bool:
    """Whether it, or the attempt that took its place, was confirmed before. An offline payment is
    captured in no other way."""
    offline = purchase.payment.provider == latest.provider == OFFLINE
    return offline and latest.state is PaymentState.CAPTURED


def _require_confirmable(purchase: Purchase, latest: Payment, *, at: datetime) -> None:
    """Raises PaymentNotConfirmable."""
    payment, order = purchase.payment, purchase.order
    waits = order.state is OrderState.PENDING_PAYMENT and payment.is_open
    # At its deadline the payment ends first, and the order in a transaction of its own.
    late = order.state is OrderState.EXPIRED or order.is_due(at=at)
    lapsed = late and (payment.is_open or payment.state is PaymentState.CANCELLED)
    if payment.provider != OFFLINE or payment.id != latest.id or not (waits or lapsed):
        raise PaymentNotConfirmable(
            metadata={
                "provider": payment.provider,
                "state": payment.state.value,
                "order_state": order.state.value,
            }
        )
