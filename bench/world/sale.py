"""The sale: one event with one ticket type, one with a hundred, many with one, and buyers who are
logged in.

Written as the owner of the tables, as an operator would: opening 20,000 accounts through the front
door means as many password hashes, slow on purpose. Tokens are made by the application's own code
with the SECRET_KEY that the servers have.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from application.ports.identity import Bearer
from infrastructure.jwt.tokens import JwtTokens
from shared.ids import SessionId, UserId

CAPACITY = 1_000_000_000
"""Of each pool: nothing sells out while it is measured."""
TYPES = 100
EVENTS = 24
TOKEN_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    event_id: UUID
    id: UUID
    pool_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """`hot` is the one type of its event, `wide` those of the other; `many` have an event each."""

    organizer_id: UUID
    hot: TicketType
    wide: tuple[TicketType, ...]
    many: tuple[TicketType, ...]
    buyers: tuple[UUID, ...]
    tokens: tuple[str, ...]
    secret: str


async def open_sale(url: str, buyers: int) -> Sale:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            return await _open(connection, buyers)
    finally:
        await connection.close()


async def _open(connection: asyncpg.Connection, count: int) -> Sale:
    secret = secrets.token_urlsafe(48)
    owner, organizer = uuid7(), uuid7()
    people = [(uuid7(), uuid7()) for _ in range(count)]
    await _users(connection, [(owner, uuid7()), *people])
    await connection.execute(
        "INSERT INTO organizers (id, name, slug, created_at, version)"
        " VALUES ($1, 'The Yardstick', 'the-yardstick', clock_timestamp(), 1)",
        organizer,
    )
    await connection.execute(
        "INSERT INTO members (organizer_id, user_id, role, position, joined_at)"
        " VALUES ($1, $2, 'OWNER', 0, clock_timestamp())",
        organizer,
        owner,
    )
    hot = await _event(connection, organizer, "One type", 1)
    wide = await _event(connection, organizer, "A hundred types", TYPES)
    many = [await _event(connection, organizer, f"Event {nr}", 1) for nr in range(EVENTS)]
    mint = JwtTokens([secret], ttl_seconds=TOKEN_SECONDS)
    tokens = tuple(
        mint.issue(Bearer(user_id=UserId(user), session_id=SessionId(session)))
        for user, session in people
    )
    return Sale(
        organizer_id=organizer,
        hot=hot[0],
        wide=wide,
        many=tuple(type_ for (type_,) in many),
        buyers=tuple(user for user, _ in people),
        tokens=tokens,
        secret=secret,
    )


async def _users(connection: asyncpg.Connection, people: list[tuple[UUID, UUID]]) -> None:
    now = datetime.now(UTC)
    later = now + timedelta(days=30)
    await connection.copy_records_to_table(
        "users",
        columns=(
            *("id", "email", "email_key", "email_verified", "name", "password_hash", "active"),
            *("superuser", "founder", "created_at", "version"),
        ),
        records=[
            (user, *[f"{nr}@bench.example"] * 2, True, f"Buyer {nr}", "!", True)
            + (False, False, now, 1)
            for nr, (user, _) in enumerate(people)
        ],
    )
    await connection.copy_records_to_table(
        "sessions",
        columns=(
            *("id", "user_id", "number", "token_hash", "rotated_at", "created_at", "expires_at"),
            "version",
        ),
        records=[
            (session, user, 0, session.bytes * 2, now, now, later, 1) for user, session in people
        ],
    )


async def _event(
    connection: asyncpg.Connection, organizer: UUID, name: str, types: int
) -> tuple[TicketType, ...]:
    event = uuid7()
    made = [TicketType(event_id=event, id=uuid7(), pool_id=uuid7()) for _ in range(types)]
    await connection.execute(
        "INSERT INTO events (id, organizer_id, live, name, description, venue, timezone, starts_at,"
        " ends_at, currency, state, max_per_buyer, created_at, updated_at, version)"
        " SELECT $1, $2, true, $3, '', '', 'Europe/Berlin', now() + interval '30 days',"
        " now() + interval '31 days', 'EUR', 'ON_SALE', NULL, now(), now(), 1",
        event,
        organizer,
        name,
    )
    for nr, each in enumerate(made):
        await connection.execute(
            "INSERT INTO pools (id, event_id, position, name, capacity)"
            " VALUES ($1, $2, $3, $4, $5)",
            *(each.pool_id, event, nr, f"Pool {nr}", CAPACITY),
        )
        await connection.execute(
            "INSERT INTO stock (pool_id, event_id, capacity, held, sold) VALUES ($1, $2, $3, 0, 0)",
            *(each.pool_id, event, CAPACITY),
        )
        await connection.execute(
            "INSERT INTO ticket_types"
            " (id, event_id, position, name, price, max_per_order, pool_ids)"
            " VALUES ($1, $2, $3, $4, 2500, 10, ARRAY[$5::uuid])",
            *(each.id, event, nr, f"Type {nr}", each.pool_id),
        )
    return tuple(made)
