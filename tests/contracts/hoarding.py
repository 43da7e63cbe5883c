"""How much one buyer can keep out of sale without buying it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from application.assembly import Rules
from application.hold.release_hold import ReleaseHold
from application.views.hold import HoldView
from domain.hold.hoarding import HoardingLimits
from domain.stock import LimitReached
from shared.ids import HoldId
from tests.contracts.harness import Harness
from tests.contracts.world import Caller, Sale, World, crowd, kind, refusals

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LIMITS = HoardingLimits(units=10, cooling=HOUR, holds=1000, window=10 * MINUTE)


def of_all(limits: HoardingLimits) -> Rules:
    """The same for whoever it is."""
    return Rules(hoarding=limits, hoarding_unverified=limits)


class HoardingContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness, of_all(LIMITS))

    @pytest.fixture
    def few_holds(self, harness: Harness) -> World:
        return World(harness, of_all(replace(LIMITS, units=1000, holds=5)))

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("A", 500), kind("B", 500), kind("Free", 500, price=0))

    async def release(self, world: World, buyer: Caller, hold: HoldView) -> None:
        await world.application.holds.release(ReleaseHold(hold_id=HoldId(hold.id)), buyer.ctx())

    async def held(self, world: World, sale: Sale) -> int:
        return sum(held for held, _ in (await world.counters(sale)).values())

    async def test_the_limit_says_what_it_is(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        await world.hold(buyer, sale, {"A": 4, "B": 3})
        with pytest.raises(LimitReached) as refused:
            await world.hold(buyer, sale, {"A": 4})
        assert refused.value.metadata == {"limit": "units_per_event", "most": "10", "counted": "7"}
        await world.hold(buyer, sale, {"A": 3})

    async def test_100_parallel_holds_of_one_buyer(self, world: World, sale: Sale) -> None:
        """Never more than the limit, never less either; the others notice nothing."""
        buyer, other = await world.users(2)
        outcomes = await crowd(
            [
                *(world.hold(buyer, sale, {"AB"[number % 2]: 1}) for number in range(100)),
                *(world.hold(other, sale, {"AB"[number % 2]: 2}) for number in range(5)),
            ]
        )
        assert Counter(refusals(outcomes)) == {"LIMIT_REACHED": 90}
        assert await self.held(world, sale) == 20
        assert world.observer.bugs == []
        await world.harness.check_idle()

    async def test_holding_and_letting_go_again_and_again(self, world: World, sale: Sale) -> None:
        """However long it goes on: within the hour no more than the limit was ever touched."""
        buyer = await world.user()
        touched = 0
        for _ in range(15):
            try:
                hold = await world.hold(buyer, sale, {"A": 2})
            except LimitReached:
                continue
            touched += 2
            await self.release(world, buyer, hold)
        assert touched == LIMITS.units
        assert await self.held(world, sale) == 0

    async def test_in_parallel_too(self, world: World, sale: Sale) -> None:
        buyer = await world.user()

        async def take_and_release() -> int:
            hold = await world.hold(buyer, sale, {"A": 1})
            await self.release(world, buyer, hold)
            return 1

        outcomes = await crowd(take_and_release() for _ in range(40))
        assert refusals(outcomes) == ["LIMIT_REACHED"] * 30
        assert outcomes.count(1) == 10
        assert await self.held(world, sale) == 0

    @pytest.mark.parametrize("swept", [True, False])
    async def test_what_expired_counts_for_an_hour(
        self, world: World, sale: Sale, swept: bool
    ) -> None:
        """Since its deadline, however late it was swept, if at all."""
        buyer = await world.user()
        await world.hold(buyer, sale, {"A": 10})
        await world.harness.pass_time(6 * MINUTE)
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"A": 1})
        await world.harness.pass_time(50 * MINUTE)
        if swept:
            async with world.begin(world.system()) as work:
                assert await work.holds.expire_due(limit=10) == 1
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"A": 1})
        await world.harness.pass_time(11 * MINUTE)
        await world.hold(buyer, sale, {"A": 10})

    async def test_what_was_released_is_forgotten_after_an_hour(
        self, world: World, sale: Sale
    ) -> None:
        buyer = await world.user()
        await self.release(world, buyer, await world.hold(buyer, sale, {"A": 10}))
        await world.harness.pass_time(HOUR - MINUTE)
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"A": 1})
        await world.harness.pass_time(2 * MINUTE)
        await world.hold(buyer, sale, {"A": 10})

    async def test_what_was_bought_does_not_count(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        for _ in range(3):
            hold = await world.hold(buyer, sale, {"Free": 10})
            await world.order(buyer, hold.id)
        await world.hold(buyer, sale, {"A": 10})
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"A": 1})

    async def test_what_is_being_paid_for_counts(self, world: World, sale: Sale) -> None:
        buyer = await world.user()
        await world.order(buyer, (await world.hold(buyer, sale, {"A": 10})).id)
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"A": 1})

    async def test_other_events_and_buyers_are_apart(self, world: World, sale: Sale) -> None:
        buyer, other = await world.users(2)
        guest = await world.guest()
        elsewhere = await world.sale(kind("A", 10))
        for caller in (buyer, other, guest):
            await world.hold(caller, sale, {"A": 10})
        await world.hold(buyer, elsewhere, {"A": 10})

    async def test_whose_address_nobody_verified_keeps_less(self, harness: Harness) -> None:
        fewer = replace(LIMITS, units=4)
        world = World(harness, Rules(hoarding=LIMITS, hoarding_unverified=fewer))
        sale = await world.sale(kind("A", 500))
        for buyer, most in (
            (await world.user(verified=True), 10),
            (await world.user(), 4),
            (await world.guest(), 4),
        ):
            with pytest.raises(LimitReached) as refused:
                await world.hold(buyer, sale, {"A": most + 1})
            assert refused.value.metadata["most"] == str(most)
            await world.hold(buyer, sale, {"A": most})
            with pytest.raises(LimitReached):
                await world.hold(buyer, sale, {"A": 1})

    async def test_holds_in_the_window(self, few_holds: World) -> None:
        """Over all events, whatever became of them."""
        world = few_holds
        sale = await world.sale(kind("A", 50), kind("Free", 50, price=0))
        elsewhere = await world.sale(kind("A", 50))
        buyer, other = await world.users(2)
        await self.release(world, buyer, await world.hold(buyer, sale, {"A": 1}))
        await world.order(buyer, (await world.hold(buyer, sale, {"Free": 1})).id)
        await world.harness.pass_time(7 * MINUTE)
        for place in (sale, elsewhere, elsewhere):
            await world.hold(buyer, place, {"A": 1})
        with pytest.raises(LimitReached) as refused:
            await world.hold(buyer, elsewhere, {"A": 1})
        assert refused.value.metadata == {"limit": "holds_per_window", "most": "5", "made": "5"}
        await world.hold(other, elsewhere, {"A": 1})
        await world.harness.pass_time(4 * MINUTE)
        for _ in range(2):
            await world.hold(buyer, elsewhere, {"A": 1})
        with pytest.raises(LimitReached):
            await world.hold(buyer, sale, {"A": 1})

    async def test_a_crowd_in_the_window(self, few_holds: World) -> None:
        """Over events, which have nothing in common that could be locked."""
        world = few_holds
        places = [await world.sale(kind("A", 50)) for _ in range(3)]
        buyer = await world.user()
        outcomes = await crowd(
            world.hold(buyer, places[number % 3], {"A": 1}) for number in range(30)
        )
        assert refusals(outcomes) == ["LIMIT_REACHED"] * 25
        assert sum([await self.held(world, place) for place in places]) == 5

    async def test_which_refusal_comes_first(self, world: World) -> None:
        """Hoarding before the event's own limit, and that before sold out."""
        sale = await world.sale(kind("A", 3), max_per_buyer=5)
        buyer = await world.user()
        for wanted, limit in ((11, "units_per_event"), (6, "max_per_buyer")):
            with pytest.raises(LimitReached) as refused:
                await world.hold(buyer, sale, {"A": wanted})
            assert refused.value.metadata["limit"] == limit
        assert refusals(await crowd([world.hold(buyer, sale, {"A": 4})])) == ["SOLD_OUT"]

    async def test_a_refused_hold_does_not_count(self, world: World) -> None:
        sale = await world.sale(kind("A", 3))
        buyer = await world.user()
        for _ in range(5):
            outcomes = await crowd([world.hold(buyer, sale, {"A": 9})])
            assert refusals(outcomes) == ["SOLD_OUT"]
        await world.hold(buyer, sale, {"A": 3})

    async def test_a_claimed_guests_holds_are_the_users(self, world: World, sale: Sale) -> None:
        """Neither becoming a user nor being a guest first is a way to hold twice as much."""
        user = await world.user()
        guest = await world.guest(user.email)
        await world.hold(guest, sale, {"A": 6})
        async with world.begin(user.admitted) as work:
            (found,) = await work.guests.unclaimed(user.email, limit=10)
            work.guests.hand_over(found.claim(user.user_id, at=await work.now()))
            await work.commit(None)
        with pytest.raises(LimitReached):
            await world.hold(user, sale, {"A": 5})
        await world.hold(user, sale, {"A": 4})
