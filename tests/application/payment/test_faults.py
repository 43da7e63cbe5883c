"""A provider that does not answer, answers too late, or will not do what it should."""

import asyncio
from datetime import timedelta

import pytest

from application.ports.payments import Asked, Charge, OutcomeUnknown, Payments
from domain.order.order import OrderState
from domain.order.payment import Observation, PaymentState
from domain.order.refund import RefundState
from infrastructure.simulated.faults import Action, Fault, FaultPlan
from shared.money import Money
from tests.application.payment.audit import audit
from tests.application.payment.dying import Life, MortalPayments
from tests.application.payment.shop import LATER_THAN_THE_ORDER, Shop, none_arrive

VERY_LATE = timedelta(seconds=400)


class Noting(MortalPayments):
    """Notes the keys it is called with."""

    def __init__(self, payments: Payments, keys: dict[Action, list[str]]) -> None:
        super().__init__(payments, Life())
        self._keys = keys

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        self._keys.setdefault(Action.AUTHORIZE, []).append(key)
        return await super().authorize(charge, key=key)

    async def capture(self, asked: Asked, *, amount: Money, key: str) -> Observation:
        self._keys.setdefault(Action.CAPTURE, []).append(key)
        return await super().capture(asked, amount=amount, key=key)


@pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
@pytest.mark.parametrize("action", [Action.AUTHORIZE, Action.CAPTURE])
async def test_a_lost_call_is_repeated(action: Action, fault: Fault) -> None:
    keys: dict[Action, list[str]] = {}
    faults = FaultPlan({action: [fault] * 3})
    shop = await Shop(faults=faults, wrap=lambda payments: Noting(payments, keys)).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id)
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    # Nobody knows what became of the first call: with another key it could happen twice.
    assert len(keys[action]) == 4 and len(set(keys[action])) == 1
    await audit(shop)


@pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.ANSWER_LOST, Fault.REFUSED])
@pytest.mark.parametrize("method", ["succeed_late", "requires_action", "effect_then_timeout"])
async def test_a_cancellation_that_goes_wrong(method: str, fault: Fault) -> None:
    shop = await Shop(faults=FaultPlan({Action.CANCEL: [fault] * 3})).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    await shop.cancel(buyer, order.id)
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CANCELLED
    await audit(shop)


@pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
async def test_a_refund_that_gets_lost_is_repeated(fault: Fault) -> None:
    shop = await Shop(faults=FaultPlan({Action.REFUND: [fault] * 3})).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, "instant_late")
    await shop.cancel(buyer, order.id)
    await shop.settle()
    await audit(shop)
    (refund,) = shop.tables.refunds.values()
    assert refund.state is RefundState.SUCCEEDED


async def test_a_refund_that_fails_for_good_is_kept_for_people() -> None:
    shop = await Shop(faults=FaultPlan({Action.REFUND: [Fault.REFUSED]})).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, "instant_late")
    await shop.cancel(buyer, order.id)
    await shop.settle()
    (refund,) = shop.tables.refunds.values()
    assert (refund.state, refund.failure) == (RefundState.FAILED, "refund_refused")
    assert (await shop.provider.totals())["EUR"].kept == order.total.amount


async def test_a_capture_that_fails_gives_the_stock_back() -> None:
    shop = await Shop(faults=FaultPlan({Action.CAPTURE: [Fault.REFUSED]})).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id)
    assert shop.order_now(order.id).state is OrderState.FAILED
    assert await shop.available(shop.on_sale) == {"Standing": 10}
    await shop.settle()
    await audit(shop)


async def test_a_promise_the_provider_will_not_let_go_of_is_asked_for_less_and_less() -> None:
    """Sold out, and the cancellation of the late promise is refused ten times."""
    plan = FaultPlan({Action.CANCEL: [None] + [Fault.REFUSED] * 10})
    shop = await Shop(late=VERY_LATE, faults=plan).open(capacity=1)
    buyer, other = await shop.users(2)
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, "succeed_late")
    while shop.order_now(order.id).state is not OrderState.EXPIRED:
        shop.clock.advance(timedelta(seconds=20))
        await shop.work()
    await shop.pay(other, (await shop.checkout(other)).id)
    shop.clock.advance(VERY_LATE)
    facts = len(shop.tables.outbox)
    await shop.settle()
    await audit(shop)
    assert len(shop.tables.outbox) - facts < 8


class Crawling(MortalPayments):
    """The first `slow` authorizations get lost on their way and arrive when `arrive` says so."""

    def __init__(self, payments: Payments, slow: int) -> None:
        super().__init__(payments, Life())
        self._slow = slow
        self.on_their_way: list[tuple[Charge, str]] = []

    async def authorize(self, charge: Charge, *, key: str) -> Observation:
        if self._slow:
            self._slow -= 1
            self.on_their_way.append((charge, key))
            raise OutcomeUnknown("timed out")
        return await super().authorize(charge, key=key)

    async def arrive(self) -> None:
        for charge, key in self.on_their_way:
            await super().authorize(charge, key=key)
        self.on_their_way.clear()


@pytest.mark.parametrize("method", ["succeed", "instant"])
async def test_a_call_that_arrives_after_the_deadline_is_found(method: str) -> None:
    """It was sent a moment before the deadline, and arrives seconds after it."""
    crawling: list[Crawling] = []

    def wrap(payments: Payments) -> Payments:
        crawling.append(Crawling(payments, slow=10_000))
        return crawling[0]

    shop = await Shop(post=none_arrive, wrap=wrap).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    second = timedelta(seconds=1)
    while shop.clock.now() < shop.order_now(order.id).deadline - second:
        shop.clock.advance(second)
        await shop.work()
    for _ in range(20):
        shop.clock.advance(second)
        await shop.work()
    await crawling[0].arrive()
    await shop.settle()
    assert len(await shop.provider.ledger()) > 0
    await audit(shop)


class Counting(MortalPayments):
    """A provider that is down, and counts who knocks."""

    def __init__(self, payments: Payments) -> None:
        super().__init__(payments, Life())
        self.down = False
        self.knocks = 0

    def _knock(self) -> None:
        self.knocks += 1
        if self.down:
            raise OutcomeUnknown("down")

    async def find(self, payment_id):  # type: ignore[no-untyped-def]
        self._knock()
        return await super().find(payment_id)

    async def cancel(self, reference, *, key):  # type: ignore[no-untyped-def]
        self._knock()
        return await super().cancel(reference, key=key)


@pytest.mark.parametrize("method", ["requires_action", "effect_then_timeout"])
async def test_a_provider_that_is_down_at_the_deadline_is_not_stormed(method: str) -> None:
    counting: list[Counting] = []

    def wrap(payments: Payments) -> Payments:
        counting.append(Counting(payments))
        return counting[0]

    shop = await Shop(post=none_arrive, wrap=wrap).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, method)
    counting[0].down = True
    shop.clock.advance(LATER_THAN_THE_ORDER)
    counting[0].knocks = 0
    for _ in range(400):  # a minute and forty seconds of background work
        await shop.work()
        shop.clock.advance(timedelta(milliseconds=250))
    assert 2 <= counting[0].knocks <= 12
    counting[0].down = False
    await shop.settle()
    await audit(shop)


async def test_one_payment_nobody_can_go_on_with_does_not_stop_the_others() -> None:
    class Broken(MortalPayments):
        async def capture(self, reference, *, amount, key):  # type: ignore[no-untyped-def]
            raise ZeroDivisionError

    shop = await Shop(wrap=lambda payments: Broken(payments, Life())).open()
    buyer, other = await shop.users(2)
    order = await shop.checkout(buyer)
    with pytest.raises(Exception, match="wrong on our side"):
        await shop.pay(buyer, order.id)
    second = await shop.checkout(other)
    await shop.pay(other, second.id, "instant_late")
    rounds, failures = 200, 0
    for _ in range(rounds):
        shop.clock.advance(timedelta(milliseconds=250))
        await shop.provider.tick()
        await shop.deliver()
        for job in shop.jobs:
            try:
                await job.run()
            except ExceptionGroup:
                failures += 1
    assert shop.order_now(second.id).state is OrderState.CONFIRMED
    assert 1 <= failures <= 20
    assert shop.payment_of(order.id).state is PaymentState.AUTHORIZED
    assert [row for row in shop.tables.inbox.values() if row.processed_at] != []
    await asyncio.sleep(0)
