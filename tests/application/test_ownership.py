"""Somebody else's things look like things that are not there."""

from collections.abc import Awaitable, Callable

import pytest

from application.app import Application
from application.event.get_event import GetEvent
from application.event.publish_event import PublishEvent
from application.hold.extend_hold import ExtendHold
from application.hold.get_hold import GetHold
from application.hold.release_hold import ReleaseHold
from application.messages import Context
from application.order.cancel_order import CancelOrder
from application.order.create_order import CreateOrder
from application.order.get_order import GetOrder
from application.order.list_orders import ListOrders
from application.ticket.list_tickets import ListTickets
from domain.organizer.errors import NotAMember
from shared.errors import AppError
from shared.ids import EventId, HoldId, OrderId
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import IDS, Sale, World, draft, kind, new_key


@pytest.fixture
def world() -> World:
    return World(MemoryHarness())


@pytest.fixture
async def sale(world: World) -> Sale:
    return await world.sale(kind("Standing", 9), kind("Free", 9, price=0))


async def refused(call: Awaitable[object]) -> tuple[type[AppError], str, dict[str, str]]:
    with pytest.raises(AppError) as refusal:
        await call
    return type(refusal.value), refusal.value.message, refusal.value.metadata


def of_holds(app: Application) -> list[Callable[[HoldId, Context], Awaitable[object]]]:
    return [
        lambda id, ctx: app.holds.get(GetHold(hold_id=id), ctx),
        lambda id, ctx: app.holds.extend(ExtendHold(hold_id=id), ctx),
        lambda id, ctx: app.holds.release(ReleaseHold(hold_id=id), ctx),
        lambda id, ctx: app.orders.create(
            CreateOrder(hold_id=id, buyer_name="Eve", buyer_email="eve@example.com"), ctx
        ),
    ]


def of_orders(app: Application) -> list[Callable[[OrderId, Context], Awaitable[object]]]:
    return [
        lambda id, ctx: app.orders.get(GetOrder(order_id=id), ctx),
        lambda id, ctx: app.orders.cancel(CancelOrder(order_id=id), ctx),
        lambda id, ctx: app.tickets.list(ListTickets(order_id=id), ctx),
    ]


async def test_holds(world: World, sale: Sale) -> None:
    owner, stranger = await world.users(2)
    hold = await world.hold(owner, sale, {"Standing": 1})
    for call in of_holds(world.application):
        theirs = await refused(call(hold.id, stranger.ctx(new_key())))
        nobodys = await refused(call(HoldId(IDS.uuid()), stranger.ctx(new_key())))
        assert theirs == nobodys and theirs[0].reason == "HOLD_NOT_FOUND"
    ours = await world.application.holds.get(GetHold(hold_id=hold.id), owner.ctx())
    assert ours == hold


@pytest.mark.parametrize("kind_of_ticket", ["Standing", "Free"])
async def test_orders(world: World, sale: Sale, kind_of_ticket: str) -> None:
    owner, stranger = await world.users(2)
    hold = await world.hold(owner, sale, {kind_of_ticket: 1})
    order = await world.order(owner, hold.id)
    for call in of_orders(world.application):
        theirs = await refused(call(order.id, stranger.ctx(new_key())))
        nobodys = await refused(call(OrderId(IDS.uuid()), stranger.ctx(new_key())))
        assert theirs == nobodys and theirs[0].reason == "ORDER_NOT_FOUND"
    assert (await world.stored_order(order.id)).state.value == order.state


async def test_lists_of_orders(world: World, sale: Sale) -> None:
    owner, stranger = await world.users(2)
    order = await world.order(owner, (await world.hold(owner, sale, {"Standing": 1})).id)
    mine = ListOrders(organizer_id=None, event_id=None, state=None, page_size=None, page_token=None)
    listed = world.application.orders.list
    assert [each.id for each in (await listed(mine, owner.ctx())).items] == [order.id]
    assert (await listed(mine, stranger.ctx())).items == ()
    sold = ListOrders(
        organizer_id=sale.event.organizer_id,
        event_id=None,
        state=None,
        page_size=None,
        page_token=None,
    )
    assert (await refused(listed(sold, stranger.ctx())))[0].reason == "ORGANIZER_NOT_FOUND"


async def test_events(world: World, sale: Sale) -> None:
    """A draft is nobody else's business; what is on sale is seen by all and changed by members."""
    owner, stranger = await world.users(2)
    hidden = await world.add(draft((await world.organizer(owner)).id, kind("Standing", 1)))
    events = world.application.events
    for event_id in (hidden.id, EventId(IDS.uuid())):
        for call in (
            events.get(GetEvent(event_id=event_id), stranger.ctx()),
            events.publish(PublishEvent(event_id=event_id), stranger.ctx()),
        ):
            assert (await refused(call))[0].reason == "EVENT_NOT_FOUND"
    assert (await events.get(GetEvent(event_id=hidden.id), owner.ctx())).state == "DRAFT"
    shown = await events.get(GetEvent(event_id=sale.event.id), stranger.ctx())
    assert shown.state == "ON_SALE"
    with pytest.raises(NotAMember):
        await events.publish(PublishEvent(event_id=sale.event.id), stranger.ctx())
