"""Streams: what is told, when, to whom, and when they end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import pytest

from application.errors import RateLimited, RoleMissing, StreamEnded, TokenRevoked
from application.event.glances import Glances
from application.event.watch_availability import WatchAvailability
from application.in_flight import CallLimits
from application.live.room import StreamLimits
from application.messages import Context
from application.order.watch_order import WatchOrder
from application.ports.unit_of_work import Begin
from application.positions import decode_position
from application.views.event import AvailabilityView
from application.views.live import OrderUpdateView
from application.wiring.parts import Rules
from shared.errors import AppError, FieldInvalid, Overloaded
from shared.ids import EventId, OrderId
from tests.api.house import Client, House, Json, Sale, new_key

T = TypeVar("T")
SOON = timedelta(milliseconds=50)


@pytest.fixture
def house() -> House:
    return House()


def house_with(**limits: Any) -> House:
    return House(rules=Rules(streams=StreamLimits(**limits)))


async def told(stream: AsyncGenerator[T | None]) -> T:
    """The next that is told."""
    async with asyncio.timeout(60):
        while True:
            each = await anext(stream)
            if each is not None:
                return each


def ctx_of(client: Client) -> Context:
    return Context(request_id="r", credentials=client.token, face="rest")


def availability(house: House, who: Client, sale: Sale) -> AsyncGenerator[AvailabilityView | None]:
    query = WatchAvailability(event_id=EventId(UUID(sale.event["id"])))
    return house.application.events.watch_availability(query, ctx_of(who))


def order(
    house: House, who: Client, order: Json, after: str | None = None
) -> AsyncGenerator[OrderUpdateView | None]:
    query = WatchOrder(order_id=OrderId(UUID(order["id"])), after=after)
    return house.application.orders.watch(query, ctx_of(who))


async def checkout(buyer: Client, sale: Sale) -> Json:
    hold = await buyer.post("/holds", sale.wants(1), key=new_key(), expect=201)
    ordered = {"hold_id": hold.json()["id"], "buyer": {"name": "Ada", "email": "a@example.org"}}
    return (await buyer.post("/orders", ordered, key=new_key(), expect=201)).json()


async def cancel(buyer: Client, order: Json) -> None:
    await buyer.post(f"/orders/{order['id']}/cancel", key=new_key(), expect=200)


async def test_figures_now_and_when_they_change(house: House) -> None:
    sale, ada = await house.sale(10), await house.member()
    async with aclosing(availability(house, ada, sale)) as stream:
        assert (await told(stream)).ticket_types[0].available == 10
        await ada.post("/holds", sale.wants(2), key=new_key(), expect=201)
        assert (await told(stream)).ticket_types[0].available == 8


async def test_what_comes_together_is_told_together(house: House) -> None:
    sale, ada = await house.sale(10), await house.member()
    async with aclosing(availability(house, ada, sale)) as stream:
        await told(stream)
        for _ in range(5):
            await ada.post("/holds", sale.wants(1), key=new_key(), expect=201)
        seen = [await told(stream)]
        while seen[-1].ticket_types[0].available > 5:
            seen.append(await told(stream))
        assert len(seen) <= 2


async def test_an_order_until_its_end(house: House) -> None:
    sale, ada = await house.sale(), await house.member()
    bought = await checkout(ada, sale)
    async with aclosing(order(house, ada, bought)) as stream:
        first = await told(stream)
        assert (first.order.state, first.final) == ("PENDING_PAYMENT", False)
        await cancel(ada, bought)
        seen = [each async for each in stream if each is not None]
    assert seen[-1].final and seen[-1].order.state == "CANCELLED"
    assert not any(each.final for each in seen[:-1])
    assert [change.type for each in seen for change in each.changes][-1] == "order.cancelled"


async def test_who_comes_back_misses_nothing_and_is_told_nothing_twice(house: House) -> None:
    sale, ada = await house.sale(), await house.member()
    bought = await checkout(ada, sale)
    pay = {"provider": "simulated", "method": "decline"}
    async with aclosing(order(house, ada, bought)) as stream:
        update = await told(stream)
    first = decode_position(f"order:{bought['id']}", update.cursor) or 0
    seen = []
    async with asyncio.timeout(60):  # opened again after each update; things happen meanwhile
        for step in count():
            if step < 3:
                await ada.post(f"/orders/{bought['id']}/payments", pay, key=new_key())
            if step == 4:
                await cancel(ada, bought)
            async with aclosing(order(house, ada, bought, update.cursor)) as stream:
                update = await told(stream)
            seen += [(change.type, change.occurred_at) for change in update.changes]
            if update.final:
                break
            await asyncio.sleep(0.01)  # an answer comes at once, facts a little later
    facts = await house.ports.log.read(first, 1000, order_id=OrderId(update.order.id))
    assert seen == [(fact.type, fact.occurred_at) for fact in facts]
    assert len(seen) > 3
    # Behind the end there is nothing, and it ends at once.
    assert [each async for each in order(house, ada, bought, update.cursor)] == []


async def test_whoever_is_slow_gets_the_newest_and_every_fact(house: House) -> None:
    sale, ada = await house.sale(10), await house.member()
    bought = await checkout(ada, sale)
    async with aclosing(availability(house, ada, sale)) as figures:
        async with aclosing(order(house, ada, bought)) as updates:
            await told(figures)
            before = await told(updates)
            await cancel(ada, bought)
            for _ in range(3):
                await ada.post("/holds", sale.wants(1), key=new_key(), expect=201)
            await house.ports.log.number(1000)
            await asyncio.sleep(0.4)
            assert (await told(figures)).ticket_types[0].available == 7
            update = await told(updates)
            assert update.final and update.cursor != before.cursor
            assert update.changes[-1].type == "order.cancelled"


async def test_a_cursor_of_something_else(house: House) -> None:
    sale, ada = await house.sale(), await house.member()
    one, other = await checkout(ada, sale), await checkout(ada, sale)
    async with aclosing(order(house, ada, one)) as stream:
        cursor = (await told(stream)).cursor
    with pytest.raises(FieldInvalid):
        await anext(order(house, ada, other, cursor))


async def test_a_revoked_token_ends_it() -> None:
    house = house_with(recheck=SOON)
    sale, ada = await house.sale(), await house.member()
    async with aclosing(availability(house, ada, sale)) as stream:
        await told(stream)
        await ada.post("/auth/logout", expect=204)
        with pytest.raises(TokenRevoked):
            await told(stream)


async def test_a_lost_role_ends_it() -> None:
    house = house_with(recheck=SOON)
    olga, mona = await house.member("olga@example.org"), await house.member("m@example.org")
    proof = {"token": await house.mailed("olga@example.org")}
    await olga.post("/auth/verify-email/confirm", proof, expect=204)
    draft, ada = await olga.draft(), await house.member()
    event = await olga.post(f"/events/{draft['id']}/publish", expect=200)
    sale = Sale(olga, event.json())
    organizer = sale.event["organizer_id"]
    invited = {"email": "m@example.org", "role": "MANAGER"}
    await sale.organizer.post(f"/organizers/{organizer}/invitations", invited, expect=201)
    token = await house.mailed("m@example.org")
    await mona.post("/invitations/accept", {"token": token}, expect=200)
    members = (await sale.organizer.get(f"/organizers/{organizer}/members")).json()["items"]
    [place] = [each for each in members if each["email"] == "m@example.org"]
    bought = await checkout(ada, sale)
    async with aclosing(order(house, mona, bought)) as stream:
        assert (await told(stream)).order.payment is None
        path = f"/organizers/{organizer}/members/{place['user_id']}"
        await sale.organizer.patch(path, {"role": "SCANNER"}, expect=200)
        with pytest.raises(RoleMissing):
            while True:
                await told(stream)


async def test_too_many_of_one_caller() -> None:
    house = house_with(per_person=1)
    sale, ada, ben = await house.sale(), await house.member(), await house.member()
    async with aclosing(availability(house, ada, sale)) as stream:
        await told(stream)
        with pytest.raises(RateLimited) as refused:
            await anext(availability(house, ada, sale))
        assert refused.value.retry_after
        async with aclosing(availability(house, ben, sale)) as other:
            await told(other)
    async with aclosing(availability(house, ada, sale)) as again:
        await told(again)


async def test_too_many_in_all() -> None:
    house = house_with(in_all=1)
    sale, ada, ben = await house.sale(), await house.member(), await house.member()
    async with aclosing(availability(house, ada, sale)) as stream:
        await told(stream)
        with pytest.raises(Overloaded) as refused:
            await anext(availability(house, ben, sale))
        assert refused.value.retry_after


async def test_it_is_no_call_under_way() -> None:
    house = House(rules=Rules(in_flight=CallLimits(per_person=1, in_all=8)))
    sale, ada = await house.sale(), await house.member()
    streams = [availability(house, ada, sale) for _ in range(8)]
    for stream in streams:
        await told(stream)
    await ada.get("/users/me", expect=200)
    for stream in streams:
        await stream.aclose()


async def test_it_shows_that_it_is_alive() -> None:
    house = house_with(heartbeat=SOON)
    sale, ada = await house.sale(), await house.member()
    async with aclosing(availability(house, ada, sale)) as stream:
        await told(stream)
        assert await anext(stream) is None


@pytest.mark.parametrize("how", ["time", "process"])
async def test_it_ends(how: str) -> None:
    house = house_with(longest=SOON) if how == "time" else House()
    sale, ada = await house.sale(), await house.member()
    async with aclosing(availability(house, ada, sale)) as stream:
        await told(stream)
        if how == "process":
            house.ports.feed.end()
        with pytest.raises(StreamEnded):
            await told(stream)


async def test_many_who_watch_share_a_look(house: House) -> None:
    sale = await house.sale()
    looks, begin = 0, house.ports.begin

    def counted(ctx: Context) -> Any:
        nonlocal looks
        looks += 1
        return begin(ctx)

    counting: Begin = counted
    glances = Glances(counting)
    event_id = EventId(UUID(sale.event["id"]))
    found = await asyncio.gather(*(glances.get(event_id, "r") for _ in range(100)))
    assert looks == 1 and all(each.event is not None for each in found)


async def test_a_log_that_is_away_for_a_while(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hints stop meanwhile; whatever happened is told afterwards."""
    sale, ada = await house.sale(), await house.member()
    bought = await checkout(ada, sale)
    log = house.ports.log
    async with aclosing(order(house, ada, bought)) as stream:
        while not (await told(stream)).changes:
            pass

        async def away(*args: object) -> int:
            raise Overloaded()

        with monkeypatch.context() as patched:
            patched.setattr(log, "number", away)
            await asyncio.sleep(0.1)
            await cancel(ada, bought)
            await asyncio.sleep(0.1)
        while not (await told(stream)).final:
            pass


async def test_strangers_are_told_nothing(house: House) -> None:
    sale, ada, eve = await house.sale(), await house.member(), await house.member()
    bought = await checkout(ada, sale)
    with pytest.raises(AppError) as refused:
        await anext(order(house, eve, bought))
    assert refused.value.reason == "ORDER_NOT_FOUND"
