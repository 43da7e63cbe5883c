"""Orders with their lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.messages import Actor
from application.ports.repositories import OrderFilter, OrderRepository
from application.ports.unit_of_work import StaleWrite
from domain.order.order import Buyer, Order, OrderState
from domain.order.refund import EVENT_CANCELLED
from infrastructure.postgres.clock import Stamp
from infrastructure.postgres.conditions import Conditions
from infrastructure.postgres.connections import Record
from infrastructure.postgres.lines import AS_JSON, COLUMNS, line_rows, lines
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.payment_rows import OPEN_STATES
from infrastructure.postgres.session import Session
from shared.ids import EventId, HoldId, OrderId, OrganizerId, UserId
from shared.money import Money

_COLUMNS = f"""
    id, number, event_id, organizer_id, live, hold_id, buyer_id, buyer_name, buyer_email, state,
    total, refunded, currency, deadline, created_at, updated_at, version,
    (SELECT {AS_JSON} FROM order_lines l WHERE l.order_id = orders.id) AS lines
"""  # nosec B608: constants only

_SELECT = f"SELECT {_COLUMNS} FROM orders"  # nosec B608: constants only

OF_IDS = f"""
    SELECT {_COLUMNS}, clock_timestamp() AS asked_at FROM orders WHERE id = ANY($1::uuid[])
"""  # nosec B608: constants only

OF_HOLDS = f"""
    SELECT {_COLUMNS}, clock_timestamp() AS asked_at FROM orders WHERE hold_id = ANY($1::uuid[])
"""  # nosec B608: constants only

_INSERT = f"""
    WITH placed AS (
        INSERT INTO orders (id, event_id, number, organizer_id, live, hold_id, buyer_id,
                            buyer_name, buyer_email, state, total, currency, deadline, created_at,
                            updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    )
    INSERT INTO order_lines (order_id, event_id, position, ticket_type_id, quantity, unit_price,
                             pool_ids, charges)
    SELECT $1, $2, position, ticket_type_id, quantity, unit_price, pool_ids, charges
    FROM jsonb_to_recordset($17) AS l ({COLUMNS})
"""  # nosec B608: constants only

_UPDATE = """
    UPDATE orders SET state = $3, refunded = $4, deadline = $5, updated_at = $6, version = $7
    WHERE id = $1 AND version = $2
"""

_DUE = """
    SELECT id FROM orders o
    WHERE state = 'PENDING_PAYMENT' AND deadline <= statement_timestamp()
      AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.state = ANY($2))
    ORDER BY deadline
    LIMIT $1
"""

_OF_CANCELLED_EVENTS = f"""
    SELECT paid.id
    FROM events e
    CROSS JOIN LATERAL (
        SELECT o.id FROM orders o
        WHERE o.event_id = e.id AND o.state IN ('CONFIRMED', 'PARTIALLY_REFUNDED') AND o.id > $2
          AND NOT EXISTS (SELECT FROM refunds r
                          WHERE r.order_id = o.id AND r.reason = '{EVENT_CANCELLED}')
        ORDER BY o.id
        LIMIT $1
    ) AS paid
    WHERE e.state = 'CANCELLED'
    ORDER BY paid.id
    LIMIT $1
"""  # nosec B608: constants only

_LAPSED = """
    (state = 'PENDING_PAYMENT' AND deadline <= {}
     AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = orders.id AND p.state = ANY({})))
"""


class CombinedOrders(Protocol):
    """Reads of many callers as one."""

    async def order(self, order_id: OrderId, actor: Actor) -> tuple[Order, Stamp] | None: ...

    async def order_of(self, hold_id: HoldId, actor: Actor) -> tuple[Order, Stamp] | None: ...


class PostgresOrderRepository(OrderRepository):
    def __init__(self, session: Session, combined: CombinedOrders | None = None) -> None:
        self._session = session
        self._combined = combined
        self.notes: Notes[Order] = Notes()

    async def get(self, order_id: OrderId) -> Order | None:
        if self._combined is not None and not self._session.begun:
            await self._session.touch()
            return self._session.seen(await self._combined.order(order_id, self._session.ctx.actor))
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", order_id)
        return order_of(row) if row else None

    async def by_hold(self, hold_id: HoldId) -> Order | None:
        if self._combined is not None and not self._session.begun:
            await self._session.touch()
            return self._session.seen(
                await self._combined.order_of(hold_id, self._session.ctx.actor)
            )
        row = await self._session.fetchrow(f"{_SELECT} WHERE hold_id = $1", hold_id)
        return order_of(row) if row else None

    async def page(
        self, where: OrderFilter, *, after: tuple[datetime, OrderId] | None, limit: int
    ) -> Sequence[Order]:
        if where.buyer_id is None and where.organizer_id is None:
            raise ValueError("whose orders?")
        wanted = Conditions()
        equal = (
            ("buyer_id", where.buyer_id),
            ("organizer_id", where.organizer_id),
            ("event_id", where.event_id),
            ("live", where.live),
        )
        for column, value in equal:
            if value is not None:
                wanted.add(column + " = {}", value)
        if where.state is not None:
            _add_shown_as(wanted, where.state, where.at)
        if after is not None:
            wanted.add("(created_at, id) < ({}, {})", *after)
        text = wanted.query(_SELECT, order_by="created_at DESC, id DESC", limit=limit)
        return [order_of(row) for row in await self._session.fetch(text, *wanted.values)]

    async def due(self, *, limit: int) -> Sequence[OrderId]:
        rows = await self._session.fetch(_DUE, limit, OPEN_STATES)
        return [OrderId(row["id"]) for row in rows]

    async def of_cancelled_events(
        self, *, after: OrderId | None = None, limit: int
    ) -> Sequence[OrderId]:
        rows = await self._session.fetch(_OF_CANCELLED_EVENTS, limit, after or UUID(int=0))
        return [OrderId(row["id"]) for row in rows]

    def add(self, order: Order) -> None:
        self.notes.add(order.id, order)

    def save(self, order: Order) -> None:
        self.notes.save(order.id, order)

    async def write(self) -> None:
        """Raises HoldHasOrder, StaleWrite."""
        for order in self.notes.added:
            await self._session.execute(_INSERT, *new_order(order), line_rows(order.lines))
        for order in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                order.id,
                stored_version(order),
                order.state.value,
                order.refunded,
                order.deadline,
                order.updated_at,
                order.version,
            )
            if written != 1:
                raise StaleWrite


def _add_shown_as(wanted: Conditions, state: OrderState, at: datetime) -> None:
    """`Order.state_at` in SQL."""
    stored = "state = {}"
    match state:
        case OrderState.PENDING_PAYMENT:
            wanted.add(f"{stored} AND NOT {_LAPSED}", state.value, at, OPEN_STATES)
        case OrderState.EXPIRED:
            wanted.add(f"({stored} OR {_LAPSED})", state.value, at, OPEN_STATES)
        case _:
            wanted.add(stored, state.value)


def new_order(order: Order) -> tuple[object, ...]:
    """A value for each column of a new row, in the order of every INSERT into orders."""
    return (
        order.id,
        order.event_id,
        order.number,
        order.organizer_id,
        order.live,
        order.hold_id,
        order.buyer_id,
        order.buyer.name,
        order.buyer.email,
        order.state.value,
        order.total.amount,
        order.total.currency,
        order.deadline,
        order.created_at,
        order.updated_at,
        order.version,
    )


def order_of(row: Record) -> Order:
    currency: str = row["currency"]
    return Order(
        id=OrderId(row["id"]),
        number=row["number"],
        event_id=EventId(row["event_id"]),
        organizer_id=OrganizerId(row["organizer_id"]),
        live=row["live"],
        hold_id=HoldId(row["hold_id"]),
        buyer_id=UserId(row["buyer_id"]),
        buyer=Buyer(name=row["buyer_name"], email=row["buyer_email"]),
        state=OrderState(row["state"]),
        lines=lines(row["lines"] or (), currency),
        total=Money(row["total"], currency),
        refunded=row["refunded"],
        deadline=row["deadline"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
