"""The sweep in one statement against the domain's rule, hold by hold."""

import random
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest

from application.fact_codec import payload
from domain import stock as rule
from domain.hold.facts import HoldLapsed
from domain.hold.hold import Hold
from domain.stock import Stock
from infrastructure.postgres.availability import stock_of
from infrastructure.postgres.hold_rows import SELECT, hold_of
from shared.ids import PoolId
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.contracts.ledger import LATER
from tests.contracts.world import World, kind

COUNTERS = "SELECT pool_id, event_id, capacity, held, sold FROM stock"
FACTS = """
    SELECT aggregate_id, aggregate_type, version, payload, occurred_at, id, request_id, actor
    FROM outbox WHERE type = 'hold.expired' ORDER BY position
"""


class TestSweep(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    async def holds(self, owner: Owner) -> dict[UUID, Hold]:
        return {row["id"]: hold_of(row) for row in await owner.fetch(SELECT)}

    async def counters(self, owner: Owner) -> Mapping[PoolId, Stock]:
        return {PoolId(row["pool_id"]): stock_of(row) for row in await owner.fetch(COUNTERS)}

    @pytest.mark.parametrize("seed", range(3))
    async def test_as_the_domain_says(self, world: World, contract_owner: Owner, seed: int) -> None:
        """Several events, shared pools, several lines; some are due and some are not."""
        chance = random.Random(seed)  # nosec B311: a test's
        sales = [
            await world.sale(
                kind("A", 500, pools=("Hall", "Left")),
                kind("B", 500, pools=("Hall",)),
                kind("C", 500),
                pools={"Hall": 900, "Left": 500},
            )
            for _ in range(2)
        ]
        for buyer in await world.users(12):
            names = chance.sample("ABC", k=chance.randint(1, 3))
            wanted = {name: chance.randint(1, 9) for name in names}
            await world.hold(buyer, chance.choice(sales), wanted)
        await world.harness.pass_time(LATER)
        fresh = await world.hold(await world.user(), sales[0], {"A": 1})
        before, counters = await self.holds(contract_owner), await self.counters(contract_owner)
        ctx = world.system()
        async with world.begin(ctx) as work:
            assert await work.holds.expire_due(limit=5) == 5
            assert await work.holds.expire_due(limit=100) == 7
        after = await self.holds(contract_owner)
        assert after.pop(fresh.id) == before.pop(fresh.id)
        expected = {}
        for id, hold in before.items():
            at = after[id].ended_at
            assert at is not None
            expected[id] = hold.expire(at=at)
        assert after == {id: replace(hold, facts=()) for id, hold in expected.items()}
        lines = [line for hold in before.values() for line in hold.lines]
        assert await self.counters(contract_owner) == rule.give_back(counters, lines)
        told = await contract_owner.fetch(FACTS)
        assert len({row["id"] for row in told}) == len(told) == 12
        assert all(row["id"].version == 7 for row in told)
        for row in told:
            (fact,) = expected[row["aggregate_id"]].facts
            assert isinstance(fact, HoldLapsed)
            assert (row["payload"], row["occurred_at"]) == (payload(fact), fact.occurred_at)
            assert (row["aggregate_type"], row["version"]) == ("hold", 1)
            assert (row["request_id"], row["actor"]) == (ctx.request_id, ctx.actor.id)

    async def test_units_without_counters_are_not_lost(
        self, world: World, contract_owner: Owner
    ) -> None:
        """It cannot be; but if it were, nobody would ever notice."""
        sale = await world.sale(kind("A", 5))
        hold = await world.hold(await world.user(), sale, {"A": 1})
        await world.harness.pass_time(LATER)
        await contract_owner.fetch("DELETE FROM stock")
        async with world.begin(world.system()) as work:
            with pytest.raises(RuntimeError):
                await work.holds.expire_due(limit=5)
        assert (await world.stored_hold(hold.id)).ended_at is None
