"""The Inventory in another process: who may ask, and what becomes of calls that get lost."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import grpc
import pytest

from application.errors import TokenExpired, TokenInvalid, TokenMissing
from application.messages import SYSTEM, Actor, Context
from application.order.local_inventory import LocalInventory
from application.ports.inventory import Inventory
from application.ports.unit_of_work import StaleWrite
from application.views.order import OrderView
from core.addresses import reserved
from domain.order.order import Buyer
from grpc_app.clients.errors import refusal_of
from grpc_app.generated.holdfast.internal.v1.inventory_pb2 import CheckoutRequest, LetGoRequest
from grpc_app.inventory.client import Patience, RemoteInventory
from grpc_app.inventory.passports import PASSPORT, Passports
from grpc_app.inventory.server import SERVICE, InventoryServer
from grpc_app.server import SERVICES
from shared.errors import AppError, Internal, ServiceUnavailable
from shared.ids import HoldId, OrderId
from tests.adapters.inventory import SECRETS
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.inventory import BUYER
from tests.contracts.world import IDS, World, kind, new_key

PASSPORTS = Passports(SECRETS)
HOLD = HoldId(IDS.uuid())
CHECKOUT = CheckoutRequest(hold_id=str(HOLD), buyer_name="Ada", buyer_email="a@example.com")


class Told(Inventory):
    """Does what it is told, and remembers who asked."""

    def __init__(self, do: Callable[[], Awaitable[OrderView]]) -> None:
        self.do = do
        self.asked: list[Context] = []

    async def checkout(self, hold_id: HoldId, buyer: Buyer, ctx: Context) -> OrderView:
        self.asked.append(ctx)
        return await self.do()

    async def let_go(self, order_id: OrderId, ctx: Context) -> OrderView:
        self.asked.append(ctx)
        return await self.do()


async def nothing() -> OrderView:
    raise StaleWrite()


@pytest.fixture
def address() -> Iterator[str]:
    """One that is nobody else's, also while nobody listens there."""
    with reserved("127.0.0.1", 0, face="gRPC", setting="GRPC__PORT") as port:
        yield f"127.0.0.1:{port.getsockname()[1]}"


def served(inventory: Inventory, address: str) -> InventoryServer:
    return InventoryServer(inventory, PASSPORTS, address, shared=True)


@asynccontextmanager
async def serving(inventory: Inventory, address: str = "127.0.0.1:0") -> AsyncIterator[str]:
    server = served(inventory, address)
    await server.start()
    try:
        yield server.address
    finally:
        await server.stop(0)


@asynccontextmanager
async def asking(target: str, patience: Patience = Patience()) -> AsyncIterator[RemoteInventory]:
    client = RemoteInventory(target, PASSPORTS, patience=patience)
    try:
        yield client
    finally:
        await client.close()


async def refusal(target: str, *passports: str, message: bytes = b"") -> AppError | None:
    """Of a call that is made by hand."""
    async with grpc.aio.insecure_channel(target) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
        call = channel.unary_unary(f"/{SERVICE}/Checkout")
        metadata = tuple((PASSPORT, each) for each in passports)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(message or CHECKOUT.SerializeToString(), timeout=60, metadata=metadata)
        return refusal_of(refused.value)


def tampered(passport: str) -> str:
    """The same, of a superuser."""
    sealed = base64.urlsafe_b64decode(passport)
    page = json.loads(sealed[32:])
    page["actor"]["superuser"] = True
    return base64.urlsafe_b64encode(sealed[:32] + json.dumps(page).encode()).decode()


async def test_nobody_comes_in_without_a_passport_of_ours() -> None:
    world = World(MemoryHarness())
    user = await world.user()
    token = user.ctx().credentials
    assert token is not None
    data, ctx = CHECKOUT.SerializeToString(), Context(request_id="r", actor=SYSTEM)
    good = PASSPORTS.issue(ctx, "Checkout", data)
    late = Passports(SECRETS, clock=lambda: time.time() - 3600)
    other = LetGoRequest(order_id=str(HOLD)).SerializeToString()
    told = Told(nothing)
    async with serving(told) as target:
        assert isinstance(await refusal(target), TokenMissing)
        for forged in (
            "",
            "hello",
            token,
            Passports(["another secret, as long as it has to be"]).issue(ctx, "Checkout", data),
            tampered(good),
            good[:-8],
            PASSPORTS.issue(ctx, "LetGo", data),
            PASSPORTS.issue(ctx, "Checkout", other),
        ):
            assert isinstance(await refusal(target, forged), TokenInvalid), forged
        assert isinstance(await refusal(target, good, good), TokenInvalid)
        assert isinstance(await refusal(target, late.issue(ctx, "Checkout", data)), TokenExpired)
        assert told.asked == []
        assert await refusal(target, good) is None  # in: it is told that the write was stale
        assert len(told.asked) == 1


async def test_the_secret_before_opens_too() -> None:
    ctx = Context(request_id="r")
    passport = Passports(["the one before"]).issue(ctx, "Checkout", b"x")
    both = Passports(["the newest", "the one before"])
    assert both.context([passport], "Checkout", b"x").request_id == "r"
    with pytest.raises(TokenInvalid):
        Passports(["the newest"]).context([passport], "Checkout", b"x")


async def test_everything_that_is_judged_by_arrives() -> None:
    world = World(MemoryHarness())
    ctx = replace((await world.user(verified=True)).admitted, request_id="r-1")
    told = Told(nothing)
    async with serving(told) as target, asking(target) as inventory:
        with pytest.raises(StaleWrite):
            await inventory.let_go(OrderId(IDS.uuid()), ctx)
    (asked,) = told.asked
    assert asked.actor == ctx.actor and isinstance(asked.actor, Actor)
    assert (asked.request_id, asked.roles, asked.priority, asked.claim, asked.credentials) == (
        "r-1",
        ctx.roles,
        ctx.priority,
        None,
        None,
    )


def test_the_api_does_not_offer_it() -> None:
    assert SERVICE not in SERVICES


async def test_a_bug_there_is_anonymous() -> None:
    async def bug() -> OrderView:
        raise RuntimeError("a secret")

    async with serving(Told(bug)) as target, asking(target) as inventory:
        with pytest.raises(Internal) as raised:
            await inventory.checkout(HOLD, BUYER, Context(request_id="r"))
    assert "secret" not in raised.value.message


async def test_an_answer_that_got_lost_is_found_under_its_key(address: str) -> None:
    """The process dies after the commit and before the answer; the call is tried again elsewhere,
    and the buyer has one order."""
    harness = MemoryHarness()
    local = LocalInventory(harness.begin, IDS)
    servers: list[InventoryServer] = []

    class Dying(LocalInventory):
        async def checkout(self, hold_id: HoldId, buyer: Buyer, ctx: Context) -> OrderView:
            await super().checkout(hold_id, buyer, ctx)
            dying = servers[0]
            asyncio.get_running_loop().call_soon(lambda: ends.append(asyncio.ensure_future(die())))

            async def die() -> None:
                await dying.stop(0)
                servers.append(served(local, address))
                await servers[-1].start()

            await asyncio.sleep(600)
            raise AssertionError("it lives")

    ends: list[asyncio.Future[None]] = []
    servers.append(served(Dying(harness.begin, IDS), address))
    await servers[0].start()
    async with asking(address, Patience(deadline=60, tries=10)) as inventory:
        world = World(harness, inventory=inventory)
        sale, buyer = await world.sale(kind("Standing", 5)), await world.user()
        hold = await world.hold(buyer, sale, {"Standing": 1})
        key = new_key()
        try:
            view = await world.order(buyer, hold.id, key)
        except ServiceUnavailable:  # its own tries were not enough: the buyer tries again
            view = await world.order(buyer, hold.id, key)
        assert view.hold_id == hold.id
    await ends[0]
    placed = [each for each in await harness.outbox() if each.fact == "OrderPlaced"]
    assert [each.aggregate_id for each in placed] == [view.id]
    await servers[1].stop(0)


async def test_who_is_away_is_asked_again_and_then_left_alone(address: str) -> None:
    now = [0.0]
    patience = Patience(deadline=1, tries=2, pause=0.001, failures=2, rest=5)
    client = RemoteInventory(address, PASSPORTS, patience=patience, clock=lambda: now[0])
    ctx = Context(request_id="r")
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            await client.checkout(HOLD, BUYER, ctx)
    told = Told(nothing)
    async with serving(told, address):
        with pytest.raises(ServiceUnavailable) as refused:
            await client.checkout(HOLD, BUYER, ctx)
        assert refused.value.retry_after == 1
        assert told.asked == []  # it is there again, and nobody looks yet
        now[0] = 6.0
        deadline = time.monotonic() + 60
        while not told.asked:
            now[0] += 6.0
            assert time.monotonic() < deadline
            try:
                await client.checkout(HOLD, BUYER, ctx)
            except ServiceUnavailable:  # grpc pauses before it connects again
                await asyncio.sleep(0.05)
            except StaleWrite:
                break
    await client.close()


async def test_nobody_waits_for_ever() -> None:
    async def sleep() -> OrderView:
        await asyncio.sleep(600)
        raise AssertionError("it was waited for")

    patience = Patience(deadline=0.2)
    async with serving(Told(sleep)) as target, asking(target, patience) as inventory:
        async with asyncio.timeout(60):
            with pytest.raises(ServiceUnavailable):
                await inventory.checkout(HOLD, BUYER, Context(request_id="r"))
