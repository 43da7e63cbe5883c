"""The process dies, once, at any step of a refund; what was begun comes to an end, once."""

from contextlib import suppress

import pytest

from application.messages import Context
from domain.order.order import OrderState
from domain.order.refund import RefundState
from domain.ticket.ticket import TicketState
from infrastructure.simulated.faults import Action, Fault
from shared.errors import AppError
from shared.ids import HoldId, OrderId
from tests.application.payment.audit import audit
from tests.application.payment.dying import Death, Life
from tests.application.payment.shop import PRICE, RULES, Post, Shop, all_arrive, none_arrive
from tests.contracts.world import new_key

METHODS = ["succeed", "refund_pending", "refund_fails"]


async def refund(method: str, last: int | None, post: Post) -> tuple[Shop, OrderId]:
    """Asks for the money of one of two tickets; the process may die over it, and then the
    organizer asks again, with the same key."""
    life, key = Life(), new_key()
    shop = await Shop(life=life, post=post).open()
    order = await shop.bought(2, method)
    tickets = shop.tickets_of(order.id)[:1]
    life.begin(last)
    with suppress(Death):
        await shop.refund(order.id, tickets=tickets, key=key)
    shop.clock.advance(RULES.key_lease)
    with suppress(Death, AppError):
        await shop.refund(order.id, tickets=tickets, key=key)
    await shop.settle()
    return shop, order.id


@pytest.mark.parametrize("post", [all_arrive, none_arrive])
@pytest.mark.parametrize("method", METHODS)
async def test_death_at_every_step(method: str, post: Post) -> None:
    shop, _ = await refund(method, None, post)
    steps = shop.life.steps
    assert steps >= 6
    for last in range(1, steps + 1):
        shop, order_id = await refund(method, last, post)
        assert shop.life.is_over, f"nobody died at step {last}"
        await audit(shop)
        (made,) = shop.refunds_of(order_id)
        failed = method == "refund_fails"
        assert made.state is (RefundState.FAILED if failed else RefundState.SUCCEEDED)
        assert shop.order_now(order_id).refunded == (0 if failed else PRICE)
        assert [each.state for each in shop.tickets_of(order_id)] == [
            TicketState.VOID,
            TicketState.ISSUED,
        ]


class Weather:
    """Every third call about refunds goes wrong one way or another."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, action: Action) -> Fault | None:
        if action not in (Action.REFUND, Action.FIND_REFUND):
            return None
        self.calls += 1
        lost = (Fault.REQUEST_LOST, Fault.ANSWER_LOST)[self.calls % 2]
        return lost if self.calls % 3 == 0 else None


async def called_off(life: Life) -> tuple[Shop, list[OrderId]]:
    """An event with orders of every kind, which does not take place."""
    shop = await Shop(life=life, faults=Weather(), post=none_arrive).open(20, free=4)
    orders = [await shop.bought(2, method) for method in ("succeed", "instant", "refund_pending")]
    for order in orders[:1]:
        await shop.refund(order.id, tickets=shop.tickets_of(order.id)[:1])
    buyer = await shop.user()
    hold = await shop.hold(buyer, shop.on_sale, {"Free": 2})
    orders.append(await shop.order(buyer, HoldId(hold.id)))
    async with shop.begin(Context.system("call off")) as work:
        event = await work.events.get(shop.on_sale.event.id)
        assert event is not None
        work.events.save(event.cancel(at=await work.now()))
        await work.commit(None)
    return shop, [order.id for order in orders]


@pytest.mark.parametrize("last", [None, 2, 3, 4, 5, 6, 7])
async def test_a_cancelled_event_is_refunded_by_processes_that_die_all_the_time(
    last: int | None,
) -> None:
    """Each round lives for no more than a few steps."""
    life = Life()
    shop, order_ids = await called_off(life)
    for _ in range(60):
        life.begin(last)
        await shop.work()
        life.begin(None)
        shop.clock.advance(shop.jobs[0].every * 5)
    await shop.settle()
    await audit(shop)
    assert (shop.deaths > 0) == (last is not None)
    for order_id in order_ids:
        order = shop.order_now(order_id)
        assert order.state is OrderState.REFUNDED and order.refunded == order.total.amount
        assert {each.state for each in shop.tickets_of(order_id)} == {TicketState.VOID}
    assert (await shop.provider.totals())["EUR"].kept == 0
    assert all(sold == 0 for _, sold in (await shop.counters(shop.on_sale)).values())


async def test_a_cancelled_event_asks_for_few_refunds_at_a_time() -> None:
    shop = await Shop(post=none_arrive).open(60)
    for _ in range(25):
        await shop.bought()
    (job,) = [job for job in shop.jobs if job.name == "refund_cancelled_events"]
    async with shop.begin(Context.system("call off")) as work:
        event = await work.events.get(shop.on_sale.event.id)
        assert event is not None
        work.events.save(event.cancel(at=await work.now()))
        await work.commit(None)
    assert await job.run() == 20 == len(shop.tables.refunds)
    assert job.full > 20 and job.every.total_seconds() == 1  # there is a pause after every round
    assert await job.run() == 5
    assert await job.run() == 0
    await shop.settle()
    await audit(shop)


async def test_money_the_bank_claims_back_does_not_block_the_others() -> None:
    shop = await Shop().open(60)
    disputed = [await shop.bought() for _ in range(21)]
    for order in disputed:
        await shop.provider.dispute(shop.payment_of(order.id).reference or "")
    await shop.work()
    other = await shop.bought()
    async with shop.begin(Context.system("call off")) as work:
        event = await work.events.get(shop.on_sale.event.id)
        assert event is not None
        work.events.save(event.cancel(at=await work.now()))
        await work.commit(None)
    for _ in range(3):
        await shop.work()
    assert shop.order_now(other.id).state is OrderState.REFUNDED
    (job,) = [job for job in shop.jobs if job.name == "refund_cancelled_events"]
    assert [await job.run() for _ in range(2)] == [0, 0]  # nothing to be done is no work
    for order in disputed:
        reference = shop.payment_of(order.id).reference or ""
        await shop.provider.end_dispute(reference, won=True)
    await shop.settle()
    for _ in range(4):
        await shop.work()
    await shop.settle()
    assert {shop.order_now(order.id).state for order in disputed} == {OrderState.REFUNDED}
    assert (await shop.provider.totals())["EUR"].kept == 0
