"""The process is killed while people buy and get their money back; its database sessions are; and a
cancelled event's refunds are killed every few seconds. In the end both ledgers say the same."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from demo.course import courses
from demo.instance import ALL_FROM_HERE, Instance
from demo.sale import sell
from demo.shop import Account, Offer
from demo.stage import PRICE, open_accounts, open_sale
from demo.tally import Tally
from infrastructure.postgres.audit import audit
from tests.kill.desk import Desk
from tests.kill.test_kill import Shops, shops

BUYERS, TICKETS, AT_ONCE, ENOUGH = 160, 100, 16, 20
KILLS = 3
PATIENCE = 60
"""Seconds after a restart; it takes a few where nobody is in the way."""
AN_HOUR = timedelta(hours=1)

# Nobody waits until somebody looks again, or until an order's time is over.
_REFUNDS_FORWARD = "UPDATE refunds SET due_at = clock_timestamp() WHERE due_at > clock_timestamp()"
_PAYMENTS_FORWARD = """
    UPDATE payments SET due_at = due_at - $1::interval, created_at = created_at - $1::interval,
                        updated_at = updated_at - $1::interval
    WHERE due_at IS NOT NULL
"""
_DEADLINES_FORWARD = (
    "UPDATE orders SET deadline = deadline - $1::interval WHERE state = 'PENDING_PAYMENT'",
    """UPDATE holds SET expires_at = expires_at - $1::interval,
           latest_expiry = latest_expiry - $1::interval WHERE state = 'ACTIVE'""",
)
# Who was killed in between has told the provider nothing yet.
_UNASKED = "SELECT count(*) FROM payments WHERE state = 'CREATED'"
_MOVING = """
    SELECT (SELECT count(*) FROM orders WHERE state IN ('PENDING_PAYMENT', 'COMMITTING'))
         + (SELECT count(*) FROM holds WHERE state = 'ACTIVE')
         + (SELECT count(*) FROM payments
               WHERE due_at IS NOT NULL OR state NOT IN ('CAPTURED', 'CANCELLED', 'FAILED'))
         + (SELECT count(*) FROM refunds WHERE due_at IS NOT NULL OR state <> 'SUCCEEDED')
"""
_LEFT = """
    SELECT 'order ' || state || ' ' || deadline || ' ' || updated_at FROM orders
        WHERE state IN ('PENDING_PAYMENT', 'COMMITTING')
    UNION ALL SELECT 'hold ' || expires_at FROM holds WHERE state = 'ACTIVE'
    UNION ALL SELECT 'payment ' || state || ' ' || goal || ' ' || method || ' ' || due_at
            || ' looks ' || looks || ' ' || coalesce(reference, '-') FROM payments
        WHERE due_at IS NOT NULL OR state NOT IN ('CAPTURED', 'CANCELLED', 'FAILED')
    UNION ALL SELECT 'refund ' || state || ' ' || coalesce(due_at::text, '-') || ' '
            || coalesce(failure, '-') FROM refunds
        WHERE due_at IS NOT NULL OR state <> 'SUCCEEDED'
    UNION ALL SELECT 'now ' || clock_timestamp()
"""
_TO_GO = """
    SELECT count(*) FROM orders WHERE event_id = $1
        AND state IN ('PENDING_PAYMENT', 'COMMITTING', 'CONFIRMED', 'PARTIALLY_REFUNDED')
"""
# What the provider keeps of a payment, and what our accounts say it keeps.
_DIFFERING = """
    WITH theirs AS (
        SELECT payment_id, sum(CASE kind WHEN 'captured' THEN amount WHEN 'refunded' THEN -amount
                                         ELSE 0 END) AS kept
        FROM simulator.ledger GROUP BY payment_id
    ), ours AS (
        SELECT payment_id, sum(entry.amount) AS kept
        FROM postings, unnest(accounts, amounts) AS entry (account, amount)
        WHERE entry.account = 'PROVIDER' GROUP BY payment_id
    )
    SELECT payment_id FROM theirs FULL JOIN ours USING (payment_id)
    WHERE coalesce(theirs.kept, 0) <> coalesce(ours.kept, 0)
"""
_KEPT = """
    SELECT coalesce(sum(CASE kind WHEN 'captured' THEN amount WHEN 'refunded' THEN -amount
                                  ELSE 0 END), 0)::bigint FROM simulator.ledger
"""
_REFUNDED = "SELECT sum(amount)::bigint FROM refunds WHERE order_id = $1 AND state = 'SUCCEEDED'"
_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND application_name LIKE 'holdfast%'
          AND state IN ('active', 'idle in transaction')
        ORDER BY random() LIMIT 1
    ) AS victims
"""


@pytest.fixture
def instance() -> Iterator[Instance]:
    settings = {
        "PAYMENT__SIMULATED__LATE_SECONDS": "0.5",
        "PAYMENT__REFUNDS_PER_SECOND": "3",
        # The provider's own database is the one whose sessions are killed: it is soon asked again.
        "PAYMENT__BREAKER_PAUSE_SECONDS": "1",
        # Four accounts buy for all, and ask again whenever nobody answered.
        "LIMITS__WRITES_PER_ACTOR_PER_MINUTE": "0",
        "LIMITS__WRITES_PER_ADDRESS_PER_MINUTE": "0",
        "HOLDS__MAX_PER_TEN_MINUTES": "10000",
    }
    # Its server may still be writing there when it is killed.
    with tempfile.TemporaryDirectory(prefix="holdfast-kill-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # root's embedded server runs as another user
        found = Instance(Path(folder), {**settings, **ALL_FROM_HERE})
        try:
            yield found
        finally:
            found.kill()


async def _sale(
    shop: Shops,
    accounts: Sequence[Account],
    offer: Offer,
    tally: Tally,
    *,
    resends: int,
    buyers: int = BUYERS,
) -> None:
    await sell(
        list(courses(buyers, seed=3)),
        accounts,
        offer,
        rest=shop.rest,
        grpc=shop.grpc,
        at_once=AT_ONCE,
        resends=resends,
        tally=tally,
        done=lambda: None,
    )


async def _sales(
    shop: Shops,
    accounts: Sequence[Account],
    offer: Offer,
    tally: Tally,
    *,
    resends: int,
    over: Callable[[], bool],
) -> None:
    """One crowd after the other, for what was given back is for sale again: however slow the desk
    is, it is in the middle of a sale until it is `over`."""
    while not over():
        await _sale(shop, accounts, offer, tally, resends=resends)


async def _quiet(database: asyncpg.Connection) -> bool:
    """Whether everything has come to its end within our patience.

    Orders reach their deadline when every payment has been asked for: one that the provider has
    never heard of is not given up before a call of the killed process could no longer be under way.
    """
    await database.execute(_PAYMENTS_FORWARD, AN_HOUR)
    if not await _none_left(_UNASKED, database):
        return False
    await database.execute(_REFUNDS_FORWARD)
    await _bring_forward(database)
    return await _none_left(_MOVING, database)


async def _to_go(shop: Shops, offer: Offer) -> int:
    return int(await shop.database.fetchval(_TO_GO, UUID(offer.event_id)))


async def _bring_forward(database: asyncpg.Connection) -> None:
    for statement in (_PAYMENTS_FORWARD, *_DEADLINES_FORWARD):
        await database.execute(statement, AN_HOUR)


async def _none_left(question: str, database: asyncpg.Connection) -> bool:
    deadline = time.monotonic() + PATIENCE
    while await database.fetchval(question):
        if time.monotonic() > deadline:
            print(*await database.fetch(_LEFT), sep="\n")
            return False
        await asyncio.sleep(0.1)
    return True


async def _check(database: asyncpg.Connection, desk: Desk) -> None:
    """Everything fits; each refund was made once, those nobody heard of included."""
    assert await audit(database) == []
    assert await database.fetch(_DIFFERING) == []
    for order_id, amount in desk.asked.values():
        gone = await database.fetchval(_REFUNDED, UUID(order_id))
        assert gone == amount if amount else gone in (PRICE, 2 * PRICE), order_id
    assert desk.refused == 0


async def test_killed_while_money_goes_both_ways(instance: Instance) -> None:
    tally = Tally()
    addresses = await asyncio.to_thread(instance.start)
    async with shops(addresses) as before:
        accounts = await open_accounts(before.rest, 4, lambda: None)
        desk = Desk(account=accounts[0])
        offer = await open_sale(before.rest.url, accounts[0], TICKETS)
        sale = asyncio.create_task(
            _sales(before, accounts, offer, tally, resends=0, over=lambda: tally.unanswered > 0)
        )
        refunds = asyncio.create_task(
            desk.refund_some(tally, addresses.rest_url, addresses.grpc_target)
        )
        while len(desk.acknowledged) < ENOUGH // 2:
            assert not sale.done() and not refunds.done(), "it was over before it could be killed"
            await asyncio.sleep(0.005)
        instance.kill()
        await sale
        refunds.cancel()
        with suppress(asyncio.CancelledError):
            await refunds

    addresses = await asyncio.to_thread(instance.start)
    async with shops(addresses) as after:
        assert await _quiet(after.database)
        await desk.repeat(addresses.rest_url)
        assert desk.acknowledged == desk.asked.keys()
        assert await _quiet(after.database)
        await _check(after.database, desk)
    await asyncio.to_thread(instance.stop)


async def test_database_sessions_are_killed(instance: Instance) -> None:
    tally = Tally()
    addresses = await asyncio.to_thread(instance.start)
    async with shops(addresses) as shop:
        accounts = await open_accounts(shop.rest, 4, lambda: None)
        desk = Desk(account=accounts[0])
        offer = await open_sale(shop.rest.url, accounts[0], TICKETS)
        killed = 0
        sale = asyncio.create_task(
            _sales(
                shop,
                accounts,
                offer,
                tally,
                resends=20,
                over=lambda: killed > 5 and len(desk.acknowledged) > 0,
            )
        )
        refunds = asyncio.create_task(
            desk.refund_some(tally, addresses.rest_url, addresses.grpc_target)
        )
        while not sale.done():
            killed += len(await shop.database.fetch(_SESSIONS))
            await asyncio.sleep(0.3)
        await sale
        refunds.cancel()
        with suppress(asyncio.CancelledError):
            await refunds
        await desk.repeat(addresses.rest_url)
        assert await _quiet(shop.database)
        await _check(shop.database, desk)
    await asyncio.to_thread(instance.stop)


async def test_refunds_of_a_cancelled_event_survive_being_killed_again_and_again(
    instance: Instance,
) -> None:
    tally = Tally()
    addresses = await asyncio.to_thread(instance.start)
    async with shops(addresses) as shop:
        accounts = await open_accounts(shop.rest, 4, lambda: None)
        desk = Desk(account=accounts[0])
        offer = await open_sale(shop.rest.url, accounts[0], TICKETS)
        await _sale(shop, accounts, offer, tally, resends=3, buyers=30)
        assert len(tally.confirmed) > 12
        await desk.call_off(shop.rest.url, offer)
        left = [await _to_go(shop, offer)]
    for _ in range(KILLS):
        async with shops(addresses) as shop:
            while left[-1] and await _to_go(shop, offer) == left[-1]:
                await asyncio.sleep(0.02)  # so many in a second
        instance.kill()
        addresses = await asyncio.to_thread(instance.start)
        async with shops(addresses) as shop:
            await _bring_forward(shop.database)
            left.append(await _to_go(shop, offer))
    assert left[0] > left[1] > 0, left
    async with shops(addresses) as shop:
        while await _to_go(shop, offer):
            await asyncio.sleep(0.1)
        assert await _quiet(shop.database)
        await _check(shop.database, desk)
        assert await shop.database.fetchval(_KEPT) == 0
        assert await shop.database.fetchval("SELECT sum(sold)::int FROM stock") == 0
    await asyncio.to_thread(instance.stop)
