"""What a commit writes, and with how many statements."""

from collections.abc import Hashable

import pytest
from asyncpg.connection import LoggedQuery

from application.messages import Priority
from domain.stock import SoldOut
from infrastructure.postgres.connections import Lent
from infrastructure.postgres.database import Database
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.world import Caller, World, kind

OUTBOX = """
    SELECT position, id, type, version, aggregate_type, aggregate_id, payload, occurred_at,
           request_id, actor, log_position
    FROM outbox WHERE aggregate_type = 'hold' ORDER BY position
"""


class Watched(Database):
    """Notes the first two words of each statement that units of work perform."""

    def __init__(self, url: str) -> None:
        super().__init__(url, pool_min=1, pool_max=1)
        self.seen: list[str] = []

    async def lend(self, priority: Priority = Priority.SALE, lane: Hashable = None) -> Lent:
        connection = await super().lend(priority, lane)
        connection.add_query_logger(self.note)
        return connection

    async def give_back(self, connection: Lent, *, rollback: bool) -> None:
        connection.remove_query_logger(self.note)
        await super().give_back(connection, rollback=rollback)

    def note(self, query: LoggedQuery) -> None:
        self.seen.append(" ".join(query.query.split()[:2]))


class TestWriting(OnPostgres):
    @pytest.fixture
    async def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    @pytest.fixture
    async def buyer(self, world: World) -> Caller:
        return await world.user()

    async def test_a_fact_is_a_row_of_the_outbox(
        self, world: World, buyer: Caller, contract_owner: Owner
    ) -> None:
        sale = await world.sale(kind("Standing", 1))
        hold = await world.hold(buyer, sale, {"Standing": 1})
        (row,) = await contract_owner.fetch(OUTBOX)
        assert (row["type"], row["version"]) == ("hold.created", 1)
        assert row["aggregate_id"] == hold.id and row["id"].version == 7
        assert row["occurred_at"] == hold.created_at and row["log_position"] is None
        assert row["actor"] == str(buyer.user_id) and row["request_id"]
        assert row["payload"] == {
            "hold_id": str(hold.id),
            "event_id": str(sale.event.id),
            "buyer_id": str(buyer.user_id),
            "units": 1,
            "expires_at": hold.expires_at.isoformat(),
        }

    async def test_what_is_refused_leaves_no_row(
        self, world: World, buyer: Caller, contract_owner: Owner
    ) -> None:
        """No hold, no fact, no key: a sold-out storm writes nothing."""
        sale = await world.sale(kind("Standing", 1))
        with pytest.raises(SoldOut):
            await world.hold(buyer, sale, {"Standing": 2})
        (row,) = await contract_owner.fetch(
            "SELECT (SELECT count(*) FROM holds)"
            " + (SELECT count(*) FROM idempotency_keys) AS rows"
        )
        assert row["rows"] == 0
        assert await contract_owner.fetch(OUTBOX) == []

    async def test_the_statements_of_a_hold(
        self, contract_url: str, contract_owner: Owner, world: World, buyer: Caller
    ) -> None:
        free = await world.sale(kind("Standing", 10))
        limited = await world.sale(kind("Standing", 10), max_per_buyer=5)
        async with Watched(contract_url) as database:
            one = World(PostgresHarness(database, contract_owner))
            await one.hold(buyer, free, {"Standing": 1})
            database.seen.clear()  # nobody's connection had to be told who looks up standings
            await one.hold(buyer, free, {"Standing": 1})
            assert database.seen == [
                "SELECT asked.user_id,",
                "BEGIN ISOLATION",
                "WITH claimed",
                "SELECT id,",
                "SELECT clock_timestamp()",
                "SELECT pg_advisory_xact_lock(nr)",
                "SELECT coalesce(recent.owned,",
                "SELECT pool_id,",
                "UPDATE stock",
                "INSERT INTO",
                "INSERT INTO",
                "UPDATE idempotency_keys",
                "COMMIT",
            ]
            without, database.seen = database.seen, []
            await one.hold(buyer, limited, {"Standing": 1})
            assert database.seen == without

    async def test_the_statements_of_a_read(
        self, contract_url: str, contract_owner: Owner, world: World
    ) -> None:
        sale = await world.sale(kind("Standing", 10))
        async with Watched(contract_url) as database:
            one = World(PostgresHarness(database, contract_owner))
            await one.available(sale)
            assert database.seen == ["SELECT set_config('role',", "WITH due"]
            await one.available(sale)
            assert database.seen[2:] == ["WITH due"]
