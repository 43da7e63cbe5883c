"""Migrations: from nothing to the newest schema and back, also by several processes at once."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from alembic import command

from infrastructure.postgres.alembic_runner import configuration
from infrastructure.postgres.database import Database
from infrastructure.postgres.migrations import LOCK, head, is_at_head, upgrade
from infrastructure.postgres.tables import metadata
from tests.adapters.postgres.rival import rival_of

ROOT = Path(__file__).resolve().parents[3]
TABLES = (
    "SELECT relname FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
)


@pytest.fixture
async def empty_url(postgres_url: str) -> AsyncIterator[str]:
    """A database without any table."""
    name = f"empty_{uuid.uuid4().hex}"
    server = await asyncpg.connect(postgres_url)
    await server.execute(f'CREATE DATABASE "{name}"')
    yield f"{postgres_url.rsplit('/', 1)[0]}/{name}"
    await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row["relname"] for row in await connection.fetch(TABLES)}
    finally:
        await connection.close()


async def at_head(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        return await is_at_head(connection)
    finally:
        await connection.close()


async def test_up_and_down(empty_url: str) -> None:
    assert not await at_head(empty_url)
    await upgrade(empty_url)
    assert await at_head(empty_url)
    assert await tables(empty_url) == {*map(str, metadata.tables), "alembic_version"}
    await asyncio.to_thread(command.downgrade, configuration(empty_url), "base")
    assert not await at_head(empty_url)
    assert await tables(empty_url) == {"alembic_version"}


# As the first release has left it: two users, their organizer, an event, one hold of each sort.
BEFORE_IDENTITY = """
    INSERT INTO users SELECT md5('u' || n)::uuid, n || '@example.com', n || '@example.com', 'Ada',
           '', '2026-01-01'::timestamptz + n * interval '1 d', 1 FROM generate_series(1, 2) AS n;
    INSERT INTO users VALUES (md5('demo')::uuid, 'organizer@demo.example', 'organizer@demo.example',
                              'Demo', '', '2025-01-01', 1);
    INSERT INTO organizers VALUES (md5('o')::uuid, 'Town', 'town', '2026-02-01', 1);
    INSERT INTO members VALUES (md5('o')::uuid, md5('u2')::uuid, 'OWNER', 0);
    INSERT INTO events VALUES (md5('e')::uuid, md5('o')::uuid, '', '', '', 'UTC', '2030-01-01',
                               '2030-01-02', 'EUR', 'ON_SALE', NULL, '2026-03-01', '2026-03-01', 1);
    INSERT INTO holds SELECT md5(state)::uuid, md5('e')::uuid, md5('u1')::uuid, state, 0, 'EUR',
           '2026-04-02Z', '2026-04-03Z', false, false, '2026-04-01', 1
    FROM unnest(ARRAY['ACTIVE', 'RELEASED', 'EXPIRED']) AS state;
    INSERT INTO hold_lines
    SELECT id, nr, event_id, md5('k' || nr)::uuid, 2 + nr, 150,
           ARRAY[md5('p')::uuid, md5('q')::uuid]
    FROM holds, generate_series(0, 1) AS nr;
    INSERT INTO outbox (id, type, version, aggregate_type, aggregate_id, payload, occurred_at,
                        request_id, actor)
    VALUES (md5('f')::uuid, 'hold.released', 1, 'hold', md5('RELEASED')::uuid, '{}',
            '2026-04-01 12:00Z', '', '');
    INSERT INTO orders VALUES (md5('r')::uuid, 'N', md5('e')::uuid, md5('o')::uuid,
        md5('h')::uuid, md5('u1')::uuid, '', '', 'CANCELLED', 0, 'EUR', '2026-04-02',
        '2026-04-01', '2026-04-01', 1);
"""


async def test_what_was_there_before_identity(empty_url: str) -> None:
    """Whoever registered first founded the installation; all else is live and as it was."""
    config = configuration(empty_url)
    await asyncio.to_thread(command.upgrade, config, "0002")
    connection = await asyncpg.connect(empty_url)
    try:
        await connection.execute(BEFORE_IDENTITY)
        await asyncio.to_thread(command.upgrade, config, "0003")
        users = await connection.fetch(
            "SELECT email, active, superuser, founder, email_verified FROM users ORDER BY email"
        )
        assert [tuple(user) for user in users] == [
            ("1@example.com", True, True, True, False),
            ("2@example.com", True, False, False, False),
            # Older, but the whole world knows its password.
            ("organizer@demo.example", True, False, False, False),
        ]
        assert await connection.fetchval(
            "SELECT m.joined_at = o.created_at FROM members m, organizers o"
        )
        holds = await connection.fetch(
            "SELECT state, live, organizer_id = md5('o')::uuid, ended_at FROM holds ORDER BY state"
        )
        assert [tuple(hold) for hold in holds] == [
            ("ACTIVE", True, True, None),
            ("EXPIRED", True, True, datetime(2026, 4, 2, tzinfo=UTC)),
            ("RELEASED", True, True, datetime(2026, 4, 1, 12, tzinfo=UTC)),
        ]
        assert await connection.fetchval("SELECT e.live AND o.live FROM events e, orders o")
        await asyncio.to_thread(command.downgrade, config, "0002")
        assert await connection.fetchval("SELECT count(*) FROM members") == 1
    finally:
        await connection.close()


# What is moved, as JSON that both shapes have in common.
_KEPT = """
    SELECT jsonb_agg(to_jsonb(h) - '{lines,units}'::text[] ORDER BY id)::text FROM holds h
    UNION ALL SELECT jsonb_agg(to_jsonb(o) ORDER BY position)::text FROM outbox o
    UNION ALL SELECT jsonb_agg(to_jsonb(k) ORDER BY key)::text FROM idempotency_keys k
"""
_LINES = """
    SELECT hold_id, position, event_id, ticket_type_id, quantity, unit_price, pool_ids
    FROM hold_lines ORDER BY hold_id, position
"""
_KEYS = """
    INSERT INTO idempotency_keys
    SELECT 'a', 'CreateHold', nr::text, '', '{"x": 1}', NULL, true, now() - nr * interval '1 d'
    FROM generate_series(-40, 40, 20) AS nr
"""


async def test_what_was_there_before_days(empty_url: str) -> None:
    """Every row is there afterwards, whatever its id and age, with its lines in it; and back."""
    config = configuration(empty_url)
    await asyncio.to_thread(command.upgrade, config, "0002")
    connection = await asyncpg.connect(empty_url)
    try:
        await connection.execute(BEFORE_IDENTITY)
        await asyncio.to_thread(command.upgrade, config, "0004")
        await connection.execute(_KEYS)
        before, lines = await connection.fetch(_KEPT), await connection.fetch(_LINES)
        assert len(lines) == 6
        await asyncio.to_thread(command.upgrade, config, "0005")
        assert await connection.fetch(_KEPT) == before
        hold, *_ = await connection.fetch(
            "SELECT units, lines #>> '{1,quantity}' AS second FROM holds"
        )
        assert tuple(hold) == (5, "3")
        # Facts go on behind those that were there.
        assert await connection.fetchval("SELECT nextval('holdfast_outbox_position')") == 2
        await asyncio.to_thread(command.downgrade, config, "0004")
        assert await connection.fetch(_KEPT) == before
        assert await connection.fetch(_LINES) == lines
    finally:
        await connection.close()


# Money that came too late and went back, and a refund that is still under way.
_MONEY = """
    UPDATE orders SET total = 500, state = 'EXPIRED';
    INSERT INTO payments (id, order_id, event_id, attempt, provider, method, amount, currency,
                          state, goal, looks, created_at, updated_at, version)
    SELECT md5('y')::uuid, id, event_id, 1, 'simulated', '', 500, 'EUR', 'CAPTURED', 'ABANDON', 0,
           '2026-04-01', '2026-04-02Z', 1 FROM orders;
    INSERT INTO refunds (id, payment_id, order_id, event_id, amount, currency, reason, state,
                         created_at, updated_at, version)
    SELECT md5(r.state)::uuid, p.id, p.order_id, p.event_id, 200, 'EUR', r.reason, r.state,
           '2026-04-01', '2026-04-03Z', 1
    FROM payments p, (VALUES ('SUCCEEDED', 'LATE_PAYMENT'), ('PENDING', 'x')) AS r (state, reason);
"""


async def test_what_was_there_before_money(empty_url: str) -> None:
    """It is booked as if this had been there, and whoever looks after refunds finds them."""
    config = configuration(empty_url)
    await asyncio.to_thread(command.upgrade, config, "0002")
    connection = await asyncpg.connect(empty_url)
    try:
        await connection.execute(BEFORE_IDENTITY)
        await asyncio.to_thread(command.upgrade, config, "0006")
        await connection.execute(_MONEY)
        await asyncio.to_thread(command.upgrade, config, "0007")
        assert await connection.fetchval("SELECT refunded FROM orders") == 200
        postings = await connection.fetch(
            "SELECT kind, source_id = md5(CASE kind WHEN 'CHARGE' THEN 'y' ELSE 'SUCCEEDED' END)"
            "::uuid, accounts, amounts, occurred_at FROM postings ORDER BY kind"
        )
        accounts = ["PROVIDER", "ORGANIZER"]
        assert [tuple(each) for each in postings] == [
            ("CHARGE", True, accounts, [500, -500], datetime(2026, 4, 2, tzinfo=UTC)),
            ("REFUND", True, accounts, [-200, 200], datetime(2026, 4, 3, tzinfo=UTC)),
        ]
        due = "SELECT state FROM refunds WHERE due_at IS NOT NULL"
        assert [each["state"] for each in await connection.fetch(due)] == ["PENDING"]
        # A repetition of late money's refund, which the older index would not let be another.
        await connection.execute(
            "INSERT INTO refunds SELECT gen_random_uuid(), payment_id, order_id, event_id, 1,"
            " currency, reason, state, failure, created_at, updated_at, 1, '{}', id FROM refunds"
            " WHERE reason = 'LATE_PAYMENT'"
        )
        await asyncio.to_thread(command.downgrade, config, "0006")
        assert await connection.fetchval("SELECT count(*) FROM refunds") == 3
        await asyncio.to_thread(command.upgrade, config, "0007")
    finally:
        await connection.close()


async def test_several_processes_at_once(empty_url: str) -> None:
    """And two callers in this one: each waits for the one before, and none fails."""
    program = (
        "import asyncio, sys; from infrastructure.postgres.migrations import upgrade;"
        " asyncio.run(upgrade(sys.argv[1]))"
    )
    others = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, empty_url, cwd=ROOT)
        for _ in range(2)
    ]
    await asyncio.gather(upgrade(empty_url), upgrade(empty_url))
    assert [await other.wait() for other in others] == [0, 0]
    assert await at_head(empty_url)


async def test_one_waits_for_the_other(empty_url: str) -> None:
    """Before it looks which revision the database is at."""
    async with rival_of(empty_url) as rival:
        await rival.connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        migrating = asyncio.create_task(upgrade(empty_url))
        await rival.waiting()
        assert await tables(empty_url) == set()
        await rival.connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
        await migrating
    assert await at_head(empty_url)


async def test_from_any_folder(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await upgrade(empty_url)
    assert await at_head(empty_url)


async def test_ready_means_the_newest_schema(empty_url: str) -> None:
    async with (
        Database(empty_url, pool_min=1, pool_max=1) as database,
        rival_of(empty_url) as rival,
    ):
        assert not await database.ready()
        await upgrade(empty_url)
        assert await database.ready()
        await rival.connection.execute("UPDATE alembic_version SET version_num = 'older'")
        assert not await database.ready()
        await rival.connection.execute("UPDATE alembic_version SET version_num = $1", head())
        assert await database.ready()
