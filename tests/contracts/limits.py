"""The limit per buyer and event, also when one buyer sends many requests at once."""

from collections import Counter

import pytest

from domain.hold.hold import HoldState
from domain.stock import LimitReached
from tests.contracts.harness import Harness
from tests.contracts.ledger import LATER
from tests.contracts.world import World, crowd, kind, refusals


class LimitsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def test_limit_per_buyer(self, world: World) -> None:
        sale = await world.sale(kind("A", 9), kind("B", 9), max_per_buyer=4)
        buyer, other = await world.users(2)
        await world.hold(buyer, sale, {"A": 2, "B": 1})
        with pytest.raises(LimitReached) as refused:
            await world.hold(buyer, sale, {"B": 2})
        assert refused.value.metadata["limit"] == "max_per_buyer"
        assert refused.value.violations[0].message == "asks for 2, 1 allowed"
        await world.hold(buyer, sale, {"B": 1})
        await world.hold(other, sale, {"A": 4})
        elsewhere = await world.sale(kind("A", 9), max_per_buyer=4)
        await world.hold(buyer, elsewhere, {"A": 4})

    async def test_the_limit_counts_what_is_live(self, world: World) -> None:
        """Neither what lapsed nor what was released; but what was bought."""
        sale = await world.sale(kind("Free", 20, price=0), max_per_buyer=2)
        buyer = await world.user()
        lapsed = await world.hold(buyer, sale, {"Free": 2})
        await world.harness.pass_time(LATER)
        bought = await world.hold(buyer, sale, {"Free": 1})
        await world.order(buyer, bought.id)
        assert (await world.stored_hold(lapsed.id)).state is HoldState.ACTIVE, "not swept"
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"Free": 2})
        await world.hold(buyer, sale, {"Free": 1})

    async def test_an_ordered_hold_counts_once_against_the_limit(self, world: World) -> None:
        sale = await world.sale(kind("Standing", 20), max_per_buyer=3)
        buyer = await world.user()
        await world.order(buyer, (await world.hold(buyer, sale, {"Standing": 1})).id)
        await world.hold(buyer, sale, {"Standing": 2})
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"Standing": 1})

    async def test_a_buyers_limit_under_parallel_requests(self, world: World) -> None:
        sale = await world.sale(kind("A", 100), kind("B", 100), max_per_buyer=4)
        buyer, other = await world.users(2)
        outcomes = await crowd(
            [
                *(world.hold(buyer, sale, {"AB"[number % 2]: 1}) for number in range(20)),
                *(world.hold(other, sale, {"AB"[number % 2]: 2}) for number in range(5)),
            ]
        )
        assert Counter(refusals(outcomes)) == {"LIMIT_REACHED": 19}
        held = {name: held for name, (held, _) in (await world.counters(sale)).items()}
        assert held["A"] + held["B"] == 8

    async def test_a_buyers_limit_without_any_holds_yet(self, world: World) -> None:
        """Nothing is there that could be locked, when everybody begins."""
        sale = await world.sale(kind("A", 100), max_per_buyer=1)
        buyer = await world.user()
        outcomes = await crowd(world.hold(buyer, sale, {"A": 1}) for _ in range(20))
        assert refusals(outcomes) == ["LIMIT_REACHED"] * 19
