"""What many callers read at once: one statement for all of them, as `holdfast_system`, and each
sees of it what the row policies would let them see (`docs/security.md`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from application.messages import Actor, ActorKind
from domain.event.event import Event
from domain.hold.hold import Hold
from domain.stock import Stock
from infrastructure.postgres import availability, events, hold_rows
from infrastructure.postgres.clock import Stamp
from infrastructure.postgres.combining import Combined
from infrastructure.postgres.connections import Record
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM, Role
from shared.ids import EventId, HoldId

_CLOCK = "SELECT clock_timestamp() AS asked_at"


class Reads:
    """Combined reads of one process; each begins after it was asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events: Combined[EventId, tuple[Event, Stamp]] = Combined(self._read_events)
        self._holds: Combined[HoldId, tuple[Hold, Stamp]] = Combined(self._read_holds)
        self._stock: Combined[EventId, tuple[list[Stock], datetime]] = Combined(self._read_stock)
        self._clock: Combined[None, Stamp] = Combined(self._read_clock)

    async def event(self, event_id: EventId, actor: Actor) -> tuple[Event, Stamp] | None:
        found = await self._events.get(event_id)
        return found if found is not None and _is_shown(found[0], actor) else None

    async def hold(self, hold_id: HoldId, actor: Actor) -> tuple[Hold, Stamp] | None:
        found = await self._holds.get(hold_id)
        return found if found is not None and _is_bought(found[0], actor) else None

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
        rows = await self.fetch(events.OF_IDS, ids)
        stamp = _stamp(rows)
        return {EventId(row["id"]): (events.event_of(row), stamp) for row in rows}

    async def _read_holds(self, ids: Sequence[HoldId]) -> Mapping[HoldId, tuple[Hold, Stamp]]:
        rows = await self.fetch(hold_rows.OF_IDS, ids)
        stamp = _stamp(rows)
        return {HoldId(row["id"]): (hold_rows.hold_of(row), stamp) for row in rows}

    async def _read_stock(
        self, ids: Sequence[EventId]
    ) -> Mapping[EventId, tuple[list[Stock], datetime]]:
        return await availability.read(self, ids)

    async def _read_clock(self, asked: Sequence[None]) -> Mapping[None, Stamp]:
        return {None: _stamp(await self.fetch(_CLOCK))}

    async def fetch(self, sql: str, *args: object, as_: Role | None = None) -> list[Record]:
        """As the system, whoever asks: what is read is sorted out afterwards."""
        return await self._database.fetch(sql, *args, as_=SYSTEM)


def _stamp(rows: Sequence[Record]) -> Stamp:
    """Where nothing was found nobody gets to see it."""
    return Stamp.of(rows[0]["asked_at"] if rows else datetime.min)


def _in_mode(of: Event | Hold, actor: Actor) -> bool:
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


def _is_bought(hold: Hold, actor: Actor) -> bool:
    """The policies app_select and system of the table holds."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.ANONYMOUS or not _in_mode(hold, actor):
        return False
    return hold.buyer_id == actor.user_id or hold.organizer_id in actor.organizer_ids
