"""What many callers read at once: one statement for all of them, as `holdfast_system`, and each
sees of it what the row policies would let them see (`docs/security.md`)."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from application.messages import Actor, ActorKind
from domain.event.event import Event
from domain.hold.hold import Hold
from domain.order.order import Order
from domain.order.payment import Payment
from domain.stock import Stock
from infrastructure.postgres import availability, events, hold_rows, orders, payments
from infrastructure.postgres.clock import Stamp
from infrastructure.postgres.combining import Combined
from infrastructure.postgres.connections import Record
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM, Role
from infrastructure.postgres.payment_rows import payment_of
from infrastructure.postgres.standing_connections import StandingConnections
from shared.ids import EventId, HoldId, OrderId, OrganizerId, PaymentId, UserId

K = TypeVar("K", bound=Hashable)

_MOST_KNOWN: Final = 1_000
"""Events of which the last version is kept."""
_CLOCK = "SELECT clock_timestamp() AS asked_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owner:
    """Whose something is."""

    buyer_id: UserId
    organizer_id: OrganizerId
    live: bool

    @staticmethod
    def of(row: Record) -> "_Owner":
        return _Owner(
            buyer_id=UserId(row["buyer_id"]),
            organizer_id=OrganizerId(row["organizer_id"]),
            live=row["live"],
        )


@dataclass(frozen=True, slots=True)
class _Paid:
    owner: _Owner
    payments: list[Payment]
    stamp: Stamp


class Reads:
    """Combined reads of one process; each begins after it was asked for."""

    def __init__(self, database: Database, *, most: int = 3) -> None:
        """On at most so many connections of `database` for long."""
        self._connections = StandingConnections(database, SYSTEM, most=most)
        self._events: Combined[EventId, tuple[Event, Stamp]] = Combined(self._read_events)
        self._known_events: dict[UUID, Event] = {}
        self._holds: Combined[HoldId, tuple[Hold, Stamp]] = Combined(self._read_holds)
        self._orders: Combined[OrderId, tuple[Order, Stamp]] = Combined(self._read_orders)
        self._orders_of_holds: Combined[HoldId, tuple[Order, Stamp]] = Combined(
            self._read_orders_of_holds
        )
        self._payments: Combined[PaymentId, _Paid] = Combined(self._read_payments)
        self._payments_of_orders: Combined[OrderId, _Paid] = Combined(self._read_payments_of)
        self._stock: Combined[EventId, tuple[list[Stock], datetime]] = Combined(self._read_stock)
        self._clock: Combined[None, Stamp] = Combined(self._read_clock)

    async def event(self, event_id: EventId, actor: Actor) -> tuple[Event, Stamp] | None:
        found = await self._events.get(event_id)
        return found if found is not None and _is_shown(found[0], actor) else None

    async def hold(self, hold_id: HoldId, actor: Actor) -> tuple[Hold, Stamp] | None:
        found = await self._holds.get(hold_id)
        return found if found is not None and _is_bought(found[0], actor) else None

    async def order(self, order_id: OrderId, actor: Actor) -> tuple[Order, Stamp] | None:
        found = await self._orders.get(order_id)
        return found if found is not None and _is_bought(found[0], actor) else None

    async def order_of(self, hold_id: HoldId, actor: Actor) -> tuple[Order, Stamp] | None:
        found = await self._orders_of_holds.get(hold_id)
        return found if found is not None and _is_bought(found[0], actor) else None

    async def payment(self, payment_id: PaymentId, actor: Actor) -> tuple[Payment, Stamp] | None:
        found = await self._payments.get(payment_id)
        if found is None or not _is_bought(found.owner, actor):
            return None
        return found.payments[0], found.stamp

    async def payments_of(
        self, order_id: OrderId, actor: Actor
    ) -> tuple[Sequence[Payment], Stamp] | None:
        """By attempt, ascending."""
        found = await self._payments_of_orders.get(order_id)
        if found is None or not _is_bought(found.owner, actor):
            return None
        return found.payments, found.stamp

    async def stock(self, event_id: EventId) -> tuple[list[Stock], datetime]:
        """As `StockLedger.of_event`."""
        found = await self._stock.get(event_id)
        if found is None:
            raise RuntimeError("every event that is asked for is answered")
        return found

    async def now(self) -> datetime:
        stamp = await self._clock.get(None)
        if stamp is None:
            raise RuntimeError("the database has a clock")
        return stamp.at

    async def _read_events(self, ids: Sequence[EventId]) -> Mapping[EventId, tuple[Event, Stamp]]:
        """An event is read anew where it has another version than the one we know: whatever
        belongs to it changes with its version."""
        known = self._known_events
        rows = await self.fetch(events.VERSIONS_OF_IDS, ids)
        stamp = _stamp(rows)
        found: dict[EventId, tuple[Event, Stamp]] = {}
        changed: list[UUID] = []
        for id, version, _ in rows:
            event = known.get(id)
            if event is None or event.version != version:
                changed.append(id)
            else:
                found[event.id] = event, stamp
        if changed:
            rows = await self.fetch(events.OF_IDS, changed)
            stamp = _stamp(rows)
            for event in map(events.event_of, rows):
                found[event.id] = event, stamp
                known.pop(event.id, None)  # what was read last is forgotten last
                known[event.id] = event
            while len(known) > _MOST_KNOWN:
                del known[next(iter(known))]
        return found

    async def _read_holds(self, ids: Sequence[HoldId]) -> Mapping[HoldId, tuple[Hold, Stamp]]:
        rows = await self.fetch(hold_rows.OF_IDS, ids)
        stamp = _stamp(rows)
        return {HoldId(row["id"]): (hold_rows.hold_of(row), stamp) for row in rows}

    async def _read_orders(self, ids: Sequence[OrderId]) -> Mapping[OrderId, tuple[Order, Stamp]]:
        rows = await self.fetch(orders.OF_IDS, ids)
        stamp = _stamp(rows)
        return {OrderId(row["id"]): (orders.order_of(row), stamp) for row in rows}

    async def _read_orders_of_holds(
        self, ids: Sequence[HoldId]
    ) -> Mapping[HoldId, tuple[Order, Stamp]]:
        rows = await self.fetch(orders.OF_HOLDS, ids)
        stamp = _stamp(rows)
        return {HoldId(row["hold_id"]): (orders.order_of(row), stamp) for row in rows}

    async def _read_payments(self, ids: Sequence[PaymentId]) -> Mapping[PaymentId, _Paid]:
        return _by(PaymentId, "id", await self.fetch(payments.OF_IDS, ids))

    async def _read_payments_of(self, ids: Sequence[OrderId]) -> Mapping[OrderId, _Paid]:
        return _by(OrderId, "order_id", await self.fetch(payments.OF_ORDERS, ids))

    async def _read_stock(
        self, ids: Sequence[EventId]
    ) -> Mapping[EventId, tuple[list[Stock], datetime]]:
        return await availability.read(self, ids)

    async def _read_clock(self, asked: Sequence[None]) -> Mapping[None, Stamp]:
        return {None: _stamp(await self.fetch(_CLOCK))}

    async def fetch(self, sql: str, *args: object, as_: Role | None = None) -> list[Record]:
        """As the system, whoever asks: what is read is sorted out afterwards."""
        return await self._connections.fetch(sql, *args)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._connections.close()


def _by(kind: Callable[[UUID], K], column: str, rows: Sequence[Record]) -> dict[K, _Paid]:
    stamp = _stamp(rows)
    found: dict[K, _Paid] = {}
    for row in rows:
        paid = found.setdefault(kind(row[column]), _Paid(_Owner.of(row), [], stamp))
        paid.payments.append(payment_of(row))
    return found


def _stamp(rows: Sequence[Record]) -> Stamp:
    """Where nothing was found nobody gets to see it."""
    return Stamp.of(rows[0]["asked_at"] if rows else datetime.min)


def _in_mode(of: Event | Hold | Order | _Owner, actor: Actor) -> bool:
    if actor.tests_of is None:
        return of.live
    return not of.live and of.organizer_id == actor.tests_of


def _is_shown(event: Event, actor: Actor) -> bool:
    """The policies app_select and system of the table events."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.ANONYMOUS or not _in_mode(event, actor):
        return False
    return event.is_public or event.organizer_id in actor.organizer_ids


def _is_bought(of: Hold | Order | _Owner, actor: Actor) -> bool:
    """The policies app_select and system of the tables holds and orders; payments follow theirs."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.ANONYMOUS or not _in_mode(of, actor):
        return False
    return of.buyer_id == actor.user_id or of.organizer_id in actor.organizer_ids
