"""Guests, and what becomes of their things when a user claims them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from application.hold.get_hold import GetHold
from application.order.get_order import GetOrder
from application.ports.repositories import OrderFilter
from application.ports.unit_of_work import StaleWrite
from domain.guest.guest import Guest
from domain.hold.errors import HoldNotFound
from domain.order.errors import OrderNotFound
from shared.ids import UserId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, Caller, Sale, World, crowd, kind, new_email

AT = datetime(2026, 1, 1, tzinfo=UTC)


def new_guest(email: str, *, at: datetime = AT) -> Guest:
    return Guest.create(id=UserId(IDS.uuid()), email=email, tests_of=None, at=at)


class GuestsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def sale(self, world: World) -> Sale:
        return await world.sale(kind("Standing", 20), kind("Free", 20, price=0))

    async def hand_over(self, world: World, guest_id: UserId, user: Caller) -> None:
        """As ClaimGuests does it."""
        async with world.begin(user.admitted) as work:
            (guest,) = await work.guests.unclaimed(user.email, limit=10)
            assert guest.id == guest_id
            work.guests.hand_over(guest.claim(user.user_id, at=await work.now()))
            await work.commit(None)

    async def test_a_guest_is_found_again(self, world: World) -> None:
        owner = await world.user()
        organizer = await world.organizer(owner)
        tester = Guest.create(
            id=UserId(IDS.uuid()), email="Eve@Example.com", tests_of=organizer.id, at=AT
        )
        for guest in (tester, new_guest("Eve@Example.com")):
            async with world.begin(world.anonymous()) as work:
                work.guests.add(guest)
                await work.commit(None)
            async with world.begin(world.system()) as work:
                assert await work.guests.get(guest.id) == guest
                assert await work.guests.get(UserId(IDS.uuid())) is None
            standing = await world.harness.standings.of_guest(guest.id)
            assert standing is not None and standing.active
            assert (standing.email, standing.tests_of) == ("Eve@Example.com", guest.tests_of)
        assert await world.harness.standings.of_guest(UserId(IDS.uuid())) is None

    async def test_unclaimed_ones_of_an_address(self, world: World) -> None:
        user = await world.user()
        loud, quiet = user.email.upper(), user.email
        guests = [
            new_guest(email, at=AT + timedelta(minutes=minute))
            for email, minute in ((quiet, 2), (loud, 0), (quiet, 1), (new_email(), 0))
        ]
        async with world.begin(world.anonymous()) as work:
            for guest in guests:
                work.guests.add(guest)
            await work.commit(None)
        tests_of = (await world.organizer(await world.user())).id
        tester = replace(new_guest(quiet), tests_of=tests_of)  # nobody could see its orders
        async with world.begin(world.system()) as work:
            work.guests.add(tester)
            await work.commit(None)
        later, first, second, _ = guests
        async with world.begin(user.admitted) as work:
            assert list(await work.guests.unclaimed(user.email, limit=10)) == [first, second, later]
            assert list(await work.guests.unclaimed(loud, limit=2)) == [first, second]
            (loaded,) = await work.guests.unclaimed(loud, limit=1)
            work.guests.hand_over(loaded.claim(user.user_id, at=AT))
            await work.commit(None)
        async with world.begin(user.admitted) as work:
            assert list(await work.guests.unclaimed(loud, limit=10)) == [second, later]

    async def test_everything_becomes_the_users(self, world: World, sale: Sale) -> None:
        """Also what has ended; the stock stays where it is."""
        user, bystander = await world.user(), await world.guest()
        guest = await world.guest(user.email)
        held = await world.hold(guest, sale, {"Standing": 1})
        ordered = await world.hold(guest, sale, {"Standing": 2})
        order = await world.order(guest, ordered.id)
        bought = await world.hold(guest, sale, {"Free": 3})
        paid = await world.order(guest, bought.id)
        foreign = await world.hold(bystander, sale, {"Standing": 4})
        before = await world.counters(sale)
        await self.hand_over(world, guest.user_id, user)
        assert await world.counters(sale) == before == {"Standing": (7, 0), "Free": (0, 3)}
        for hold_id in (held.id, ordered.id, bought.id):
            assert (await world.stored_hold(hold_id)).buyer_id == user.user_id
        for order_id in (order.id, paid.id):
            assert (await world.stored_order(order_id)).buyer_id == user.user_id
        assert (await world.stored_hold(foreign.id)).buyer_id == bystander.user_id
        app, now = world.application, await world.now()
        assert (await app.holds.get(GetHold(hold_id=held.id), user.ctx())).id == held.id
        async with world.begin(user.admitted) as work:
            where = OrderFilter(at=now, buyer_id=user.user_id)
            mine = await work.orders.page(where, after=None, limit=10)
            assert {each.id for each in mine} == {order.id, paid.id}
        assert await world.facts_of(guest.user_id) == ["GuestCreated", "GuestClaimed"]

    async def test_a_claimed_guest_comes_in_no_more(self, world: World, sale: Sale) -> None:
        user = await world.user()
        guest = await world.guest(user.email)
        hold = await world.hold(guest, sale, {"Free": 1})
        order = await world.order(guest, hold.id)
        await self.hand_over(world, guest.user_id, user)
        standing = await world.harness.standings.of_guest(guest.user_id)
        assert standing is not None and not standing.active
        refusals = await crowd(
            [
                world.application.holds.get(GetHold(hold_id=hold.id), guest.ctx()),
                world.application.orders.get(GetOrder(order_id=order.id), guest.ctx()),
            ]
        )
        assert [getattr(each, "reason", None) for each in refusals] == ["TOKEN_REVOKED"] * 2
        stranger = await world.user()
        with pytest.raises(HoldNotFound):
            await world.application.holds.get(GetHold(hold_id=hold.id), stranger.ctx())
        with pytest.raises(OrderNotFound):
            await world.application.orders.get(GetOrder(order_id=order.id), stranger.ctx())

    async def test_of_many_claims_at_once_one_counts(self, world: World, sale: Sale) -> None:
        user = await world.user()
        guest = await world.guest(user.email)
        hold = await world.hold(guest, sale, {"Standing": 2})
        async with world.begin(world.system()) as work:
            loaded = await work.guests.get(guest.user_id)
        assert loaded is not None
        claimed = loaded.claim(user.user_id, at=AT)

        async def claim() -> None:
            async with world.begin(user.admitted) as work:
                await work.now()
                work.guests.hand_over(claimed)
                await work.commit(None)

        outcomes = await crowd(claim() for _ in range(10))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 9
        assert (await world.stored_hold(hold.id)).buyer_id == user.user_id
        assert await world.counters(sale) == {"Standing": (2, 0), "Free": (0, 0)}
        assert await world.facts_of(guest.user_id) == ["GuestCreated", "GuestClaimed"]

    async def test_what_was_loaded_before_is_stale(self, world: World, sale: Sale) -> None:
        """Or an order could be made as the guest's from a hold that is the user's."""
        user = await world.user()
        guest = await world.guest(user.email)
        held = await world.hold(guest, sale, {"Standing": 1})
        order = await world.order(guest, (await world.hold(guest, sale, {"Standing": 1})).id)
        hold, placed = await world.stored_hold(held.id), await world.stored_order(order.id)
        await self.hand_over(world, guest.user_id, user)
        now = await world.now()
        for save_hold in (True, False):
            with pytest.raises(StaleWrite):
                async with world.begin(world.system()) as work:
                    if save_hold:
                        work.holds.save(hold.order(at=now))
                    else:
                        work.orders.save(placed.cancel(at=now))
                    await work.commit(None)
        assert (await world.stored_hold(held.id)).buyer_id == user.user_id
        assert (await world.stored_order(order.id)).buyer_id == user.user_id
