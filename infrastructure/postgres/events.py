"""Events with their ticket types and pools."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from asyncpg.pgproto.pgproto import UUID

from application.messages import Actor
from application.ports.repositories import EventFilter, EventRepository
from application.ports.unit_of_work import StaleWrite
from domain.charges import Fee
from domain.event.event import Event, EventDetails, EventState
from domain.event.ticket_type import Pool, TicketType
from infrastructure.postgres.clock import Stamp
from infrastructure.postgres.conditions import Conditions, containing
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from infrastructure.postgres.text import is_storable
from shared.ids import EventId, OrganizerId, PoolId, TicketTypeId
from shared.money import Money

_COLUMNS = """
    id, organizer_id, live, name, description, venue, timezone, starts_at, ends_at, currency,
    prices_include_tax, pass_on_fees, fee_name, fee_basis_points, fee_per_ticket, state,
    max_per_buyer, offline_payment_hours, created_at, updated_at, version,
    (SELECT jsonb_agg(jsonb_build_object(
                'id', p.id, 'name', p.name, 'capacity', p.capacity) ORDER BY p.position)
     FROM pools p WHERE p.event_id = events.id) AS pools,
    (SELECT jsonb_agg(jsonb_build_object(
                'id', t.id, 'name', t.name, 'price', t.price,
                'tax_name', t.tax_name, 'tax_rate_basis_points', t.tax_rate_basis_points,
                'max_per_order', t.max_per_order, 'pool_ids', t.pool_ids) ORDER BY t.position)
     FROM ticket_types t WHERE t.event_id = events.id) AS ticket_types
"""

_SELECT = f"SELECT {_COLUMNS} FROM events"  # nosec B608: constants only
_GET = f"{_SELECT} WHERE id = $1"
_SEARCHED = """
    (name ILIKE {} ESCAPE '/' OR description ILIKE {} ESCAPE '/' OR venue ILIKE {} ESCAPE '/')
"""

OF_IDS = f"""
    SELECT {_COLUMNS}, clock_timestamp() AS asked_at FROM events WHERE id = ANY($1::uuid[])
"""  # nosec B608: constants only

VERSIONS_OF_IDS = """
    SELECT id, version, clock_timestamp() AS asked_at FROM events WHERE id = ANY($1::uuid[])
"""

_INSERT = """
    INSERT INTO events (id, organizer_id, live, name, description, venue, timezone, starts_at,
                        ends_at, currency, prices_include_tax, pass_on_fees, fee_name,
                        fee_basis_points, fee_per_ticket, state, max_per_buyer,
                        offline_payment_hours, created_at, updated_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
            $20, $21)
"""

_UPDATE = """
    UPDATE events
    SET name = $3, description = $4, venue = $5, timezone = $6, starts_at = $7, ends_at = $8,
        state = $9, max_per_buyer = $10, offline_payment_hours = $11, updated_at = $12,
        version = $13
    WHERE id = $1 AND version = $2
"""

# What is there never changes, so only what is new is written; a new pool starts with its counters.
_ADD_PARTS = """
    WITH new_pools AS (
        INSERT INTO pools (id, event_id, position, name, capacity)
        SELECT p.id, $1, p.position, p.name, p.capacity
        FROM jsonb_to_recordset($2) AS p (id uuid, position int, name text, capacity int)
        ON CONFLICT (id) DO NOTHING
        RETURNING id, event_id, capacity
    ),
    new_stock AS (
        INSERT INTO stock (pool_id, event_id, capacity, held, sold)
        SELECT id, event_id, capacity, 0, 0 FROM new_pools
    )
    INSERT INTO ticket_types (id, event_id, position, name, price, tax_name,
                              tax_rate_basis_points, max_per_order, pool_ids)
    SELECT t.id, $1, t.position, t.name, t.price, t.tax_name, t.tax_rate_basis_points,
           t.max_per_order, t.pool_ids
    FROM jsonb_to_recordset($3) AS t (id uuid, position int, name text, price bigint,
                                      tax_name text, tax_rate_basis_points int, max_per_order int,
                                      pool_ids uuid[])
    ON CONFLICT (id) DO NOTHING
"""


class CombinedEvents(Protocol):
    """Reads of many callers as one."""

    async def event(self, event_id: EventId, actor: Actor) -> tuple[Event, Stamp] | None: ...


class PostgresEventRepository(EventRepository):
    def __init__(self, session: Session, combined: CombinedEvents | None = None) -> None:
        self._session = session
        self._combined = combined
        self.notes: Notes[Event] = Notes()

    async def get(self, event_id: EventId) -> Event | None:
        if self._combined is not None and not self._session.begun:
            await self._session.touch()
            return self._session.seen(await self._combined.event(event_id, self._session.ctx.actor))
        row = await self._session.fetchrow(_GET, event_id)
        return event_of(row) if row else None

    async def page(
        self, where: EventFilter, *, after: tuple[datetime, EventId] | None, limit: int
    ) -> Sequence[Event]:
        if where.text and not is_storable(where.text):
            return ()
        wanted = Conditions()
        wanted.add("(state <> 'DRAFT' OR organizer_id = ANY({}))", list(where.drafts_of))
        if where.tests_of is None:
            wanted.add("live")
        else:
            wanted.add("NOT live AND organizer_id = {}", where.tests_of)
        if where.organizer_id is not None:
            wanted.add("organizer_id = {}", where.organizer_id)
        if where.state is not None:
            wanted.add("state = {}", where.state.value)
        if where.starts_from is not None:
            wanted.add("starts_at >= {}", where.starts_from)
        if where.starts_before is not None:
            wanted.add("starts_at < {}", where.starts_before)
        if where.text:
            wanted.add(_SEARCHED, *[containing(where.text)] * 3)
        if after is not None:
            wanted.add("(starts_at, id) > ({}, {})", *after)
        text = wanted.query(_SELECT, order_by="starts_at, id", limit=limit)
        return [event_of(row) for row in await self._session.fetch(text, *wanted.values)]

    def add(self, event: Event) -> None:
        self.notes.add(event.id, event)

    def save(self, event: Event) -> None:
        self.notes.save(event.id, event)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for event in self.notes.added:
            details = event.details
            await self._session.execute(
                _INSERT,
                event.id,
                event.organizer_id,
                event.live,
                details.name,
                details.description,
                details.venue,
                details.timezone,
                details.starts_at,
                details.ends_at,
                event.currency,
                event.prices_include_tax,
                event.fee.passed_on,
                event.fee.name,
                event.fee.basis_points,
                event.fee.per_ticket,
                event.state.value,
                details.max_per_buyer,
                details.offline_payment_hours,
                event.created_at,
                event.updated_at,
                event.version,
            )
            await self._add_parts(event)
        for event in self.notes.saved:
            details = event.details
            written = await self._session.execute(
                _UPDATE,
                event.id,
                stored_version(event),
                details.name,
                details.description,
                details.venue,
                details.timezone,
                details.starts_at,
                details.ends_at,
                event.state.value,
                details.max_per_buyer,
                details.offline_payment_hours,
                event.updated_at,
                event.version,
            )
            if written != 1:
                raise StaleWrite
            await self._add_parts(event)

    async def _add_parts(self, event: Event) -> None:
        pools = [
            {"id": pool.id, "position": position, "name": pool.name, "capacity": pool.capacity}
            for position, pool in enumerate(event.pools)
        ]
        types = [
            {
                "id": ticket_type.id,
                "position": position,
                "name": ticket_type.name,
                "price": ticket_type.price.amount,
                "tax_name": ticket_type.tax_name,
                "tax_rate_basis_points": ticket_type.tax_rate_basis_points,
                "max_per_order": ticket_type.max_per_order,
                "pool_ids": ticket_type.pool_ids,
            }
            for position, ticket_type in enumerate(event.ticket_types)
        ]
        await self._session.execute(_ADD_PARTS, event.id, pools, types)


def event_of(row: Record) -> Event:
    currency: str = row["currency"]
    return Event(
        id=EventId(row["id"]),
        organizer_id=OrganizerId(row["organizer_id"]),
        live=row["live"],
        details=EventDetails(
            name=row["name"],
            description=row["description"],
            venue=row["venue"],
            timezone=row["timezone"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            max_per_buyer=row["max_per_buyer"],
            offline_payment_hours=row["offline_payment_hours"],
        ),
        currency=currency,
        prices_include_tax=row["prices_include_tax"],
        fee=Fee(
            name=row["fee_name"],
            basis_points=row["fee_basis_points"],
            per_ticket=row["fee_per_ticket"],
            passed_on=row["pass_on_fees"],
        ),
        state=EventState(row["state"]),
        ticket_types=tuple(
            TicketType(
                id=TicketTypeId(UUID(part["id"])),
                name=part["name"],
                price=Money(part["price"], currency),
                tax_name=part["tax_name"],
                tax_rate_basis_points=part["tax_rate_basis_points"],
                max_per_order=part["max_per_order"],
                pool_ids=tuple(PoolId(UUID(pool_id)) for pool_id in part["pool_ids"]),
            )
            for part in row["ticket_types"] or ()
        ),
        pools=tuple(
            Pool(id=PoolId(UUID(part["id"])), name=part["name"], capacity=part["capacity"])
            for part in row["pools"] or ()
        ),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )
