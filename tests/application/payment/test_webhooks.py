"""Webhooks that are lost, repeated and out of order; and a storm of everything at once."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import pytest

from application.errors import WebhookInvalid
from application.messages import Context
from application.payment.receive_webhook import ReceiveWebhook
from domain.order.order import OrderState
from infrastructure.simulated.faults import Action, Fault
from infrastructure.simulated.intent import METHODS
from infrastructure.simulated.storage import Delivery
from tests.application.payment.audit import audit
from tests.application.payment.dying import Death
from tests.application.payment.shop import Post, Shop, none_arrive, shuffled, twice_and_backwards
from tests.contracts.world import Caller, crowd


@pytest.mark.parametrize("method", METHODS)
async def test_webhooks_twice_and_backwards(method: str) -> None:
    shop = await Shop(post=twice_and_backwards).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    await shop.settle()
    await audit(shop)
    assert len(shop.tables.inbox) == len({key for key in shop.tables.inbox})
    assert all(row.processed_at for row in shop.tables.inbox.values())


async def test_every_order_of_arrival() -> None:  # of the three events of a human's approval
    for order_of_arrival in itertools.permutations(range(3)):
        kept: list[Delivery] = []

        def keep(sent: Sequence[Delivery], kept: list[Delivery] = kept) -> Sequence[Delivery]:
            kept.extend(sent)
            return ()

        shop = await Shop(post=keep).open()
        buyer = await shop.user()
        order = await shop.checkout(buyer)
        view = await shop.pay(buyer, order.id, "requires_action")
        await shop.decide(view)
        await shop.settle()
        assert len(kept) == 3
        facts = len(shop.tables.outbox)
        sent = [kept[position] for position in order_of_arrival]
        shop.post = lambda _, sent=sent: sent  # type: ignore[misc]  # bound to this round
        await shop.deliver()
        await shop.settle()
        assert len(shop.tables.outbox) == facts
        assert shop.order_now(order.id).state is OrderState.CONFIRMED
        await audit(shop)


async def test_a_webhook_of_a_payment_nobody_knows_is_forgotten_in_time() -> None:
    shop = await Shop(post=none_arrive).open()
    other = await Shop().open()
    buyer = await other.user()
    await other.pay(buyer, (await other.checkout(buyer)).id)
    sent = await other.storage.due(
        at=other.clock.now(), lease_until=other.clock.now() + timedelta(days=1), limit=10
    )
    shop.post = lambda _: sent
    await shop.deliver()
    shop.post = none_arrive
    await shop.work()
    assert [row.processed_at for row in shop.tables.inbox.values()] == [None, None]
    shop.clock.advance(timedelta(hours=2))
    await shop.work()
    assert all(row.processed_at for row in shop.tables.inbox.values())


@pytest.mark.parametrize("last", range(1, 13))
async def test_an_event_is_marked_only_when_its_effect_is_committed(last: int) -> None:
    """The process dies at its `last` step, and the completer, which would find out anyway, never
    runs: whatever the event has not brought about yet, it must still be there to bring about."""
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    view = await shop.pay(buyer, order.id, "requires_action")
    (inbox,) = [job for job in shop.jobs if job.name == "process_inbox"]
    await shop.deliver()
    await inbox.run()
    await shop.decide(view)
    await shop.deliver()
    shop.life.begin(last)
    with suppress(Death):
        await inbox.run()
    done = shop.order_now(order.id).state is OrderState.CONFIRMED
    waits = any(row.processed_at is None for row in shop.tables.inbox.values())
    assert done or waits
    shop.life.begin(None)
    await inbox.run()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED


async def test_a_forged_webhook_is_refused_and_not_stored() -> None:
    shop = await Shop().open()
    command = ReceiveWebhook(
        provider="simulated", body=b"{}", headers={"simulated-signature": "t=1,v1=" + "0" * 64}
    )
    with pytest.raises(WebhookInvalid):
        await shop.application.webhooks.receive(command, Context(request_id="forged"))
    assert not shop.tables.inbox


class Weather:
    """Every fourth call of the provider goes wrong one way or another."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.is_over = False

    def __call__(self, action: Action) -> Fault | None:
        if self.is_over or self._chance.random() < 0.75:
            return None
        return self._chance.choice([Fault.REQUEST_LOST, Fault.ANSWER_LOST])


@pytest.mark.parametrize("seed", range(4))
async def test_a_storm(seed: int) -> None:
    """Many buyers with all methods, lost calls, unruly webhooks, several workers, impatience."""
    chance = random.Random(seed)
    post: Post = shuffled(seed)
    late = timedelta(seconds=chance.choice([1, 30, 200]))
    weather = Weather(seed)
    shop = await Shop(faults=weather, post=post, late=late).open(capacity=25)
    methods = list(METHODS)

    async def visit(buyer: Caller, method: str) -> None:
        order = await shop.checkout(buyer, chance.randint(1, 3))
        view = await shop.pay(buyer, order.id, method)
        if view.redirect_url is not None and chance.random() < 0.7:
            await shop.decide(view, approve=chance.random() < 0.8)
        if chance.random() < 0.2:
            await shop.cancel(buyer, order.id)
        elif view.state == "FAILED" and method == "decline":
            await shop.pay(buyer, order.id, "succeed")

    async def worker() -> None:
        for _ in range(10):
            await shop.work()
            shop.clock.advance(timedelta(seconds=chance.random() * 3))
            await asyncio.sleep(0)

    for _ in range(2):
        buyers = await shop.users(16)
        visits = [visit(buyer, chance.choice(methods)) for buyer in buyers]
        outcomes = await crowd([*visits, worker(), worker(), worker()])
        assert [each for each in outcomes[-3:] if each is not None] == []
    await shop.settle()
    weather.is_over = True
    await audit(shop)
    assert OrderState.CONFIRMED in {order.state for order in shop.tables.orders.values()}
