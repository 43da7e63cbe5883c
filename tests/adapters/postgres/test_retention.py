"""Days of holds, facts and keys: made ahead, dropped when nobody needs them, never in the way."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from application.background.keep_partitions import KeepPartitions
from application.ports.retention import Kept
from infrastructure.postgres.audit import audit
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import DOOR, SYSTEM, Identity, Role
from infrastructure.postgres.partitions import PARTITIONED, is_partition
from infrastructure.postgres.retention import PostgresRetention
from shared.errors import DatabaseUnavailable
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.rival import rival_of
from tests.contracts.world import Sale, World, kind, new_key

KEPT = Kept(holds=timedelta(days=30), facts=timedelta(days=7), keys=timedelta(hours=72))
NAMES = """
    SELECT part.relname::text AS name FROM pg_inherits i
    JOIN pg_class parent ON parent.oid = i.inhparent JOIN pg_class part ON part.oid = i.inhrelid
    WHERE parent.relkind = 'p'
"""
# A day of long ago, as if it had been made in time, with somebody's rows.
OLD_DAY = """
    CREATE TABLE {parent}_20260101 PARTITION OF {parent} FOR VALUES FROM ({first}) TO ({last})
"""
SINCE = "holdfast_uuid7_floor('2026-01-01Z')::text"

REFUSED = (
    "SELECT holdfast_make_partition('users', current_date)",
    "SELECT holdfast_make_partition(NULL, current_date)",
    "SELECT holdfast_make_partition('holds', NULL)",
    "SELECT holdfast_make_partition('holds', current_date - 1)",
    "SELECT holdfast_make_partition('holds', current_date + 32)",
    "SELECT holdfast_drop_partition('holds', 'users', interval '1 day')",
    "SELECT holdfast_drop_partition('holds', 'holds', interval '1 day')",
    "SELECT holdfast_drop_partition('holds', 'holds_rest', interval '1 day')",
    "SELECT holdfast_drop_partition('outbox', 'holds_before', interval '1 day')",
    "SELECT holdfast_drop_partition('holds', 'holds_before', interval '0')",
    "SELECT holdfast_drop_partition('holds', 'holds_before', NULL)",
    "SELECT holdfast_drop_partition('holds', 'holds_before', interval '2 days')",
    "SELECT holdfast_drop_partition('holds', '{today}', interval '1 day')",
)


class TestRetention:
    """In a database of its own: its partitions come and go."""

    @pytest.fixture
    async def owner(self, owner_url: str) -> AsyncIterator[Owner]:
        async with Owner(owner_url) as owner:
            yield owner

    @pytest.fixture
    async def database(self, database_url: str) -> AsyncIterator[Database]:
        async with Database(database_url, pool_min=2, pool_max=10) as database:
            yield database

    @pytest.fixture
    async def retention(self, database: Database) -> PostgresRetention:
        """The days ahead are those of today, also where the migration was yesterday's."""
        retention = PostgresRetention(database)
        await retention.prepare(days=3)
        return retention

    @pytest.fixture
    async def world(self, database: Database, owner: Owner) -> World:
        return World(PostgresHarness(database, owner))

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 100))

    async def names(self, owner: Owner) -> set[str]:
        found = {row["name"] for row in await owner.fetch(NAMES)}
        assert all(is_partition(name) for name in found)
        return found

    async def old_day(self, owner: Owner, parent: str) -> str:
        """A partition of New Year's Day; whatever is older was moved out of the way."""
        first: object = datetime(2026, 1, 1, tzinfo=UTC)
        last: object = datetime(2026, 1, 2, tzinfo=UTC)
        if parent != "idempotency_keys":
            (row,) = await owner.fetch(
                "SELECT holdfast_uuid7_floor($1) AS first, holdfast_uuid7_floor($2) AS last",
                first,
                last,
            )
            first, last = row["first"], row["last"]
        await owner.fetch(f"DROP TABLE {parent}_before")
        await owner.fetch(OLD_DAY.format(parent=parent, first=f"'{first}'", last=f"'{last}'"))
        return f"{parent}_20260101"

    def day(self, parent: str, ahead: int) -> str:
        return f"{parent}_{datetime.now(UTC) + timedelta(days=ahead):%Y%m%d}"

    async def test_the_migration_makes_days_ahead(self, owner: Owner) -> None:
        """Those of its own day, which may have been yesterday."""
        names = await self.names(owner)
        assert any(
            names >= {self.day(parent, ahead - ago) for parent in PARTITIONED for ahead in range(4)}
            for ago in (0, 1)
        )

    async def test_days_are_made_ahead(self, retention: PostgresRetention, owner: Owner) -> None:
        before = await self.names(owner)
        assert await retention.prepare(days=3) == 0, "they are there"
        assert await retention.prepare(days=5) == 2 * len(PARTITIONED)
        made = {self.day(parent, ahead) for parent in PARTITIONED for ahead in (4, 5)}
        assert await self.names(owner) - before == made
        assert await retention.prepare(days=5) == 0

    async def test_sales_go_on_without_their_day(
        self, world: World, sale: Sale, retention: PostgresRetention, owner: Owner
    ) -> None:
        """And what they have written meanwhile moves into it when it is there again."""
        buyer = await world.user()
        for parent in PARTITIONED:
            await owner.fetch(f"DROP TABLE {self.day(parent, 0)}, {self.day(parent, 1)}")
        hold = await world.hold(buyer, sale, {"Standing": 2}, key := new_key())
        again = await world.hold(buyer, sale, {"Standing": 2}, key)
        assert again == hold and await world.counters(sale) == {"Standing": (2, 0)}
        assert await owner.fetch("SELECT FROM holds_rest") != []
        assert await KeepPartitions(retention, KEPT)() == 2 * len(PARTITIONED)
        for parent in PARTITIONED:
            assert await owner.fetch(f"SELECT FROM {self.day(parent, 0)}"), parent
            assert await owner.fetch(f"SELECT FROM {parent}_rest") == [], parent
        assert await world.hold(buyer, sale, {"Standing": 2}, key) == hold
        assert (await world.stored_hold(hold.id)).version == 1
        assert await audit(owner) == []

    async def test_a_day_that_nobody_needs_is_dropped(
        self, retention: PostgresRetention, owner: Owner
    ) -> None:
        old = {await self.old_day(owner, parent) for parent in PARTITIONED}
        before = await self.names(owner)
        assert await retention.drop_old(KEPT) == 3
        assert before - await self.names(owner) == old

    async def test_a_day_with_an_active_hold_stays(
        self, world: World, sale: Sale, retention: PostgresRetention, owner: Owner
    ) -> None:
        day = await self.old_day(owner, "holds")
        await world.hold(await world.user(), sale, {"Standing": 1})
        await owner.fetch(
            f"UPDATE holds SET id = overlay(id::text PLACING left({SINCE}, 14) FROM 1)::uuid"
        )
        assert await owner.fetch(f"SELECT FROM {day}")
        assert await retention.drop_old(KEPT) == 0
        assert day in await self.names(owner)
        await owner.fetch("UPDATE holds SET state = 'RELEASED', ended_at = now()")
        assert await retention.drop_old(KEPT) == 1
        assert await owner.fetch("SELECT FROM holds") == []

    async def test_a_day_with_a_fact_that_somebody_has_to_read_stays(
        self, world: World, retention: PostgresRetention, owner: Owner
    ) -> None:
        day = await self.old_day(owner, "outbox")
        await world.sale(kind("Standing", 100))
        await owner.fetch(
            f"UPDATE outbox SET id = overlay(id::text PLACING left({SINCE}, 14) FROM 1)::uuid"
        )
        assert await owner.fetch(f"SELECT FROM {day}")
        await retention.drop_old(KEPT)
        assert day in await self.names(owner)
        await owner.fetch("UPDATE outbox SET log_position = position")
        await owner.fetch(
            "INSERT INTO log_cursors SELECT 'x', nr, max(position) - (nr = 3)::int"
            " FROM outbox, generate_series(0, 15) AS nr GROUP BY nr"
        )
        assert await retention.drop_old(KEPT) == 0, "one cursor is behind"
        await owner.fetch("UPDATE log_cursors SET log_position = log_position + 1")
        assert await retention.drop_old(KEPT) == 1
        assert day not in await self.names(owner)

    async def test_what_the_functions_refuse(self, database: Database) -> None:
        for statement in REFUSED:
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await database.fetch(statement.format(today=self.day("holds", 0)), as_=SYSTEM)
                pytest.fail(statement)

    async def test_only_the_system_may_ask(self, database: Database) -> None:
        for identity in (DOOR, Identity(role=Role.APP)):
            for statement in (
                "SELECT holdfast_make_partition('holds', current_date)",
                "SELECT holdfast_drop_partition('holds', 'holds_before', interval '1 day')",
                "SELECT holdfast_is_in_use('holds', 'holds_before')",
                "SELECT FROM holdfast_partitions",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await database.fetch(statement, as_=identity)
                    pytest.fail(statement)

    async def test_partitions_are_no_way_around_the_walls(
        self, database_url: str, owner_url: str
    ) -> None:
        async with rival_of(owner_url) as owner:
            names = [row["name"] for row in await owner.connection.fetch(NAMES)]
        assert len(names) == 6 * len(PARTITIONED)
        async with Database(database_url, pool_min=1, pool_max=1) as database:
            for identity in (SYSTEM, DOOR, Identity(role=Role.APP)):
                for name in names:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await database.fetch(f"SELECT FROM {name}", as_=identity)

    async def test_sales_do_not_wait_for_long(
        self, retention: PostgresRetention, owner_url: str, owner: Owner
    ) -> None:
        """Somebody reads for hours: the others are made, and this one when they are done."""
        async with rival_of(owner_url) as rival, rival.connection.transaction():
            await rival.connection.execute("SELECT FROM holds")
            with pytest.raises(DatabaseUnavailable):
                await retention.prepare(days=4)
            names = await self.names(owner)
            assert self.day("holds", 4) not in names and self.day("outbox", 4) in names
        assert await retention.prepare(days=4) == 1

    async def test_floors(self, owner: Owner) -> None:
        """The least id of a moment."""
        before, id, now = datetime.now(UTC), uuid7(), datetime.now(UTC) + timedelta(milliseconds=1)
        (row,) = await owner.fetch(
            "SELECT holdfast_uuid7_floor($1) <= $3 AND holdfast_uuid7_floor($2) > $3 AS around",
            before,
            now,
            id,
        )
        assert row["around"]
