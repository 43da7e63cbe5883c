"""A guest is claimed while something is still under way for them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from application.errors import TokenRevoked
from domain.hold.hoarding import HoardingLimits
from infrastructure.postgres.audit import audit
from shared.ids import HoldId
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.rival import Rival
from tests.contracts.world import IDS, Caller, Sale, World, kind

LIMITS = HoardingLimits(
    units=10, cooling=timedelta(hours=1), holds=10, window=timedelta(minutes=10)
)


class TestHandingOver(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 10))

    @pytest.fixture
    async def user(self, world: World) -> Caller:
        return await world.user()

    @pytest.fixture
    async def guest(self, world: World, user: Caller) -> Caller:
        return await world.guest(user.email)

    async def claim(self, world: World, user: Caller) -> None:
        """As ClaimGuests does it."""
        async with world.begin(user.admitted) as work:
            (guest,) = await work.guests.unclaimed(user.email, limit=10)
            work.guests.hand_over(guest.claim(user.user_id, at=await work.now()))
            await work.commit(None)

    async def test_a_hold_that_is_just_made_is_not_overlooked(
        self, world: World, sale: Sale, guest: Caller, user: Caller, rival: Rival
    ) -> None:
        await rival.lock(sale.pool_id("Standing"))
        holding = asyncio.create_task(world.hold(guest, sale, {"Standing": 1}))
        await rival.waiting()
        claiming = asyncio.create_task(self.claim(world, user))
        await rival.number_waiting(2)
        await rival.leave()
        hold = await holding
        await claiming
        assert (await world.stored_hold(hold.id)).buyer_id == user.user_id
        assert await audit(rival.connection) == []

    async def test_an_order_that_is_just_made_is_not_overlooked(
        self, world: World, sale: Sale, guest: Caller, user: Caller, rival: Rival
    ) -> None:
        hold = await world.hold(guest, sale, {"Standing": 1})
        async with rival.connection.transaction():
            await rival.connection.execute("SELECT FROM holds WHERE id = $1 FOR UPDATE", hold.id)
            ordering = asyncio.create_task(world.order(guest, hold.id))
            await rival.waiting()
            claiming = asyncio.create_task(self.claim(world, user))
            await rival.number_waiting(2)
        order = await ordering
        await claiming
        assert (await world.stored_hold(hold.id)).buyer_id == user.user_id
        assert (await world.stored_order(order.id)).buyer_id == user.user_id
        assert await audit(rival.connection) == []

    async def test_no_hold_is_made_for_who_was_claimed_meanwhile(
        self, world: World, sale: Sale, guest: Caller, user: Caller, rival: Rival
    ) -> None:
        """Though the call was let in before."""
        made = await world.hold(guest, sale, {"Standing": 1})
        another = replace(await world.stored_hold(made.id), id=HoldId(IDS.uuid()))
        async with world.begin(guest.admitted) as work:
            await self.claim(world, user)
            work.holds.place(another, max_per_buyer=None, hoarding=LIMITS)
            with pytest.raises(TokenRevoked):
                await work.commit(None)
        assert await world.counters(sale) == {"Standing": (1, 0)}
        assert await audit(rival.connection) == []
