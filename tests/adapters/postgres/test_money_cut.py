"""The wire to the database breaks at every COMMIT of a purchase and of a refund, before the server
hears it or before its answer is heard: sent again under its key it happens once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest

from infrastructure.postgres.audit import audit
from infrastructure.postgres.database import Database
from infrastructure.postgres.group import outcome
from infrastructure.postgres.group.together import Together
from shared.errors import AppError, Code
from shared.ids import OrderId
from tests.adapters.postgres.harness import PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.proxy import Break, Proxy
from tests.contracts.rivals import Counter
from tests.contracts.world import new_key

COMMIT = b"COMMIT\0"
LEASE = timedelta(seconds=11)
"""After it whoever repeats a request may go on with it."""
_MOMENTARY = (Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED)


@pytest.fixture
async def wire(contract_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(contract_url).listening() as proxy:
        yield proxy


@pytest.fixture(params=["alone", "in groups"])
async def counter(
    request: pytest.FixtureRequest,
    wire: Proxy,
    contract_owner: Owner,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Counter]:
    monkeypatch.setattr(outcome, "_ASK_FOR", 0.3)
    async with (
        Database(wire.url, pool_min=1, pool_max=4, connect_timeout=30) as database,
        Database(wire.url, pool_min=1, pool_max=4, connect_timeout=30) as shared,
    ):
        together = Together(shared) if request.param == "in groups" else None
        harness = PostgresHarness(database, contract_owner, together=together)
        await harness.empty()
        yield await Counter(harness).open()
        if together is not None:
            await together.close()


async def insist(counter: Counter, call: Callable[[], Awaitable[object]]) -> None:
    """Until there is an answer; a refusal would mean that it happened under another key."""
    for _ in range(6):
        try:
            await call()
            return
        except AppError as refusal:
            if refusal.code not in _MOMENTARY:
                raise
            await counter.pass_time(LEASE)
            await asyncio.sleep(0.01)
    raise AssertionError("never answered")


async def _end(counter: Counter, order_id: OrderId) -> int:
    """What has gone back of the order, when all is over; the books are right."""
    await counter.settle(order_id)
    ended = await counter.check(order_id)
    assert isinstance(counter.harness, PostgresHarness)
    async with counter.harness.owner.connection() as connection:
        wrong = {each.invariant for each in await audit(connection)}
    assert wrong - {"I5"} == set()  # the harness moves deadlines, not the times of facts
    assert ended.state.name in ("CONFIRMED", "PARTIALLY_REFUNDED")
    return ended.refunded


@pytest.mark.parametrize("performed", [False, True])
async def test_a_purchase_is_cut(counter: Counter, wire: Proxy, performed: bool) -> None:
    skip, cut = -1, True
    while cut:
        skip += 1
        buyer, order = await counter.checkout()
        key = new_key()
        before = wire.breaks
        wire.planned = Break(COMMIT, skip=skip, performed=performed)
        await insist(counter, lambda: counter.pay(buyer, order.id, key=key))
        cut, wire.planned = wire.breaks > before, None
        assert await _end(counter, order.id) == 0
    assert skip >= 3


@pytest.mark.parametrize("performed", [False, True])
async def test_a_refund_is_cut(counter: Counter, wire: Proxy, performed: bool) -> None:
    skip, cut = -1, True
    while cut:
        skip += 1
        order = await counter.bought()
        key = new_key()
        before = wire.breaks
        wire.planned = Break(COMMIT, skip=skip, performed=performed)
        await insist(counter, lambda: counter.refund(order.id, 700, key=key))
        cut, wire.planned = wire.breaks > before, None
        assert await _end(counter, order.id) == 700
    assert skip >= 2
