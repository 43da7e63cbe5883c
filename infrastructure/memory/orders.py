"""Orders and tickets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from application.ports.repositories import OrderFilter, OrderRepository, TicketRepository
from application.ports.unit_of_work import StaleWrite
from domain.event.event import EventState
from domain.hold.errors import HoldHasOrder
from domain.order.order import Order, OrderState
from domain.order.refund import EVENT_CANCELLED
from domain.ticket.ticket import Ticket
from infrastructure.memory.session import Phase, Session, Writing
from infrastructure.memory.tables import Tables
from shared.ids import HoldId, OrderId, UserId


class MemoryOrders(OrderRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, order_id: OrderId) -> Order | None:
        return (await self._session.read()).orders.get(order_id)

    async def by_hold(self, hold_id: HoldId) -> Order | None:
        tables = await self._session.read()
        order_id = tables.order_of_hold.get(hold_id)
        return None if order_id is None else tables.orders[order_id]

    async def page(
        self, where: OrderFilter, *, after: tuple[datetime, OrderId] | None, limit: int
    ) -> Sequence[Order]:
        if where.buyer_id is None and where.organizer_id is None:
            raise RuntimeError("orders are listed of a buyer or of an organizer")
        tables = await self._session.read()
        candidates = (
            tables.orders.values()
            if where.buyer_id is None
            else [tables.orders[each] for each in tables.orders_of_buyer.get(where.buyer_id, ())]
        )
        found = [
            order
            for order in candidates
            if _matches(tables, order, where) and (after is None or _place(order) < after)
        ]
        return sorted(found, key=_place, reverse=True)[:limit]

    async def due(self, *, limit: int) -> Sequence[OrderId]:
        tables = await self._session.read()
        now = self._session.now()
        found = [
            order
            for order in tables.orders.values()
            if order.is_due(at=now) and not _is_paying(tables, order)
        ]
        return [order.id for order in sorted(found, key=lambda order: order.deadline)[:limit]]

    async def of_cancelled_events(
        self, *, after: OrderId | None = None, limit: int
    ) -> Sequence[OrderId]:
        tables = await self._session.read()
        found = [
            order.id
            for order in tables.orders.values()
            if order.state in (OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED)
            and (after is None or order.id > after)
            and tables.events[order.event_id].state is EventState.CANCELLED
            and not any(refund.reason == EVENT_CANCELLED for refund in tables.refunds_of(order.id))
        ]
        return sorted(found)[:limit]

    def add(self, order: Order) -> None:
        def write(writing: Writing) -> None:
            tables = writing.tables
            if order.hold_id in tables.order_of_hold:
                raise HoldHasOrder()
            if order.number in tables.order_by_number:
                raise StaleWrite()  # run again, the operation makes a new number
            writing.insert(tables.orders, order.id, order)
            writing.journal.put(tables.order_of_hold, order.hold_id, order.id)
            writing.journal.put(tables.order_by_number, order.number, order.id)
            writing.journal.append(tables.orders_of_buyer, order.buyer_id, order.id)

        self._session.note(Phase.ORDER, write, *order.facts)

    def save(self, order: Order) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.orders, order.id, order)

        self._session.note(Phase.ORDER, write, *order.facts)


def move_order(writing: Writing, order_id: OrderId, *, to: UserId) -> None:
    """It is somebody else's from now on."""
    tables, journal = writing.tables, writing.journal
    order = tables.orders[order_id]
    journal.put(tables.orders, order_id, replace(order, buyer_id=to, version=order.version + 1))
    journal.discard(tables.orders_of_buyer, order.buyer_id, order_id)
    journal.append(tables.orders_of_buyer, to, order_id)


class MemoryTickets(TicketRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def of_order(self, order_id: OrderId) -> Sequence[Ticket]:
        tables = await self._session.read()
        return [tables.tickets[each] for each in sorted(tables.tickets_of_order.get(order_id, ()))]

    def add(self, ticket: Ticket) -> None:
        def write(writing: Writing) -> None:
            writing.insert(writing.tables.tickets, ticket.id, ticket)
            writing.journal.append(writing.tables.tickets_of_order, ticket.order_id, ticket.id)

        self._session.note(Phase.PAYMENT, write, *ticket.facts)

    def save(self, ticket: Ticket) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.tickets, ticket.id, ticket)

        # As changed holds, before the stock: a place is not given back twice.
        self._session.note(Phase.HOLD, write, *ticket.facts)


def _place(order: Order) -> tuple[datetime, OrderId]:
    return order.created_at, order.id


def _is_paying(tables: Tables, order: Order) -> bool:
    return any(payment.is_open for payment in tables.payments_by_attempt(order.id))


def _matches(tables: Tables, order: Order, where: OrderFilter) -> bool:
    return (
        order.live == where.live
        and where.buyer_id in (None, order.buyer_id)
        and where.organizer_id in (None, order.organizer_id)
        and where.event_id in (None, order.event_id)
        and where.state in (None, order.state_at(where.at, paying=_is_paying(tables, order)))
    )
