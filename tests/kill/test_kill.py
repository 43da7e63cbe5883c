"""SIGKILL in the middle of a sale, and a second start on the same data.

What was acknowledged is there, what was refused is not, what was in the middle comes to an end,
and the provider's books are ours to the cent.
"""

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from demo.books import compare, settle
from demo.course import courses
from demo.grpc_shop import GrpcShop
from demo.instance import ALL_FROM_HERE, Addresses, Instance
from demo.rest_shop import RestShop
from demo.sale import sell
from demo.shop import Account, Offer
from demo.stage import open_accounts, open_sale
from demo.tally import Tally
from tests.kill.house import BLOCKED

BUYERS, TICKETS, AT_ONCE = 200, 80, 24
ENOUGH = 25
"""Tickets in buyers' hands when the process is killed: the sale is in full swing."""

# Nobody waits in this test until somebody looks at a payment again, or until an order's time is
# over: both are brought forward. Holds that became an order's have no deadline any more.
_LOOK_NOW = "UPDATE payments SET due_at = clock_timestamp() WHERE due_at IS NOT NULL"
_TIME_IS_UP = (
    "UPDATE orders SET deadline = deadline - $1::interval WHERE state = 'PENDING_PAYMENT'",
    """UPDATE holds SET expires_at = expires_at - $1::interval,
           latest_expiry = latest_expiry - $1::interval WHERE state = 'ACTIVE'""",
    """UPDATE payments SET due_at = due_at - $1::interval, created_at = created_at - $1::interval
       WHERE due_at IS NOT NULL""",
)


_FINISHED = "SELECT count(*) FROM payments WHERE created_at < $1 AND updated_at > $1"

# The provider answers nobody any more: whoever pays is in the middle of it.
_HOLD_UP = "BEGIN; LOCK TABLE simulator.operations"


@dataclass(slots=True, kw_only=True)
class Shops:
    rest: RestShop
    grpc: GrpcShop
    database: asyncpg.Connection


@asynccontextmanager
async def shops(addresses: Addresses) -> AsyncIterator[Shops]:
    rest, grpc = RestShop(addresses.rest_url), GrpcShop(addresses.grpc_target)
    database = await asyncpg.connect(addresses.database_url)
    try:
        yield Shops(rest=rest, grpc=grpc, database=database)
    finally:
        await rest.aclose()
        await grpc.aclose()
        database.terminate()  # it may be the connection to a server that is gone


@pytest.fixture
def instance() -> Iterator[Instance]:
    # Its server may still be writing there when it is killed.
    with tempfile.TemporaryDirectory(prefix="holdfast-kill-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # root's embedded server runs as another user
        found = Instance(Path(folder), {"PAYMENT__SIMULATED__LATE_SECONDS": "0.5", **ALL_FROM_HERE})
        try:
            yield found
        finally:
            found.kill()


async def test_a_killed_sale_comes_to_its_end(instance: Instance) -> None:
    tally, key = Tally(), uuid.uuid4().hex
    async with shops(await asyncio.to_thread(instance.start)) as before:
        accounts = await open_accounts(before.rest, 4, lambda: None)
        offer = await open_sale(before.rest.url, accounts[0], TICKETS)
        first = await before.rest.hold(accounts[0], offer, 1, key=key)
        tally.holds.add(first)
        await _kill_in_the_middle(instance, before, accounts, offer, tally)
        killed_at = datetime.now(UTC)
    assert tally.unanswered > 0
    assert len(tally.tickets) >= ENOUGH

    async with shops(await asyncio.to_thread(instance.start)) as after:
        books = await compare(after.database, offer, tally, complete=False, quiet=False)
        assert books.problems == ()
        assert await after.grpc.hold(accounts[0], offer, 1, key=key) == first

        await after.database.execute(_LOOK_NOW)
        assert await settle(after.database, offer, patience=60, everything=False)
        for statement in _TIME_IS_UP:
            await after.database.execute(statement, timedelta(hours=1))
        assert await settle(after.database, offer, patience=60, everything=True)

        finished = await after.database.fetchval(_FINISHED, killed_at)
        assert finished > 0, "no payment was in the middle"
        books = await compare(after.database, offer, tally, complete=False)
        assert books.problems == ()
        assert books.oversold == 0
        assert books.held == 0
        await _still_served(after, tally)
    await asyncio.to_thread(instance.stop)


async def _kill_in_the_middle(
    instance: Instance, shop: Shops, accounts: Sequence[Account], offer: Offer, tally: Tally
) -> None:
    """Of a payment at least. Buyers whose request found nobody give up; they do not know what
    became of it."""
    sale = asyncio.create_task(
        sell(
            list(courses(BUYERS, seed=2)),
            accounts,
            offer,
            rest=shop.rest,
            grpc=shop.grpc,
            at_once=AT_ONCE,
            resends=0,
            tally=tally,
            done=lambda: None,
        )
    )
    while len(tally.tickets) < ENOUGH:
        assert not sale.done(), "the sale was over before it could be killed"
        await asyncio.sleep(0.005)
    await shop.database.execute(_HOLD_UP)
    while not await shop.database.fetchval(BLOCKED):
        assert not sale.done(), "nobody was left to pay"
        await asyncio.sleep(0.005)
    instance.kill()
    await sale


async def _still_served(shop: Shops, tally: Tally) -> None:
    """What was bought before the kill, asked for through either face."""
    for face in (shop.rest, shop.grpc):
        seen: dict[str, str] = {}
        for order_id, account in tally.confirmed.items():
            assert await face.order_state(account, order_id) == "CONFIRMED"
            for ticket in await face.tickets(account, order_id):
                seen[ticket.id] = ticket.code
        assert tally.tickets.items() <= seen.items(), face.name
