"""The consumer that goes on with payments before the completer does. Lost, it costs that much."""

from contextlib import suppress
from datetime import timedelta

import pytest

from application.messaging.message import Message
from application.payment.following import TYPES, payments_consumer
from application.ports.payments import Asked, OutcomeUnknown, Payments
from domain.order.order import OrderState
from domain.order.payment import Observation, PaymentState
from infrastructure.guarded.payments import GuardedPayments, Patience
from infrastructure.memory.log import MemoryFactLog
from tests.application.payment.audit import audit
from tests.application.payment.dying import Death, Life, MortalPayments
from tests.application.payment.shop import RULES, Shop, none_arrive
from tests.contracts.watcher import Watcher


async def messages(shop: Shop) -> tuple[Message, ...]:
    """What the consumer is given."""
    log = MemoryFactLog(shop.mortal.database)
    await log.number(10_000)
    return tuple(await log.read(0, 10_000, types=TYPES))


async def follow(shop: Shop) -> None:
    consumer = payments_consumer(shop.ports.begin, shop.process)
    assert consumer.projection is not None and consumer.types == TYPES
    await consumer.projection(await messages(shop))


async def cancelled(shop: Shop) -> PaymentState:
    """Of an order whose buyer was to confirm the payment, and cancelled instead."""
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    await shop.pay(buyer, order.id, "requires_action")
    await shop.cancel(buyer, order.id)
    await follow(shop)
    return shop.payment_of(order.id).state


async def test_what_a_cancellation_left_to_do_is_done_without_the_completer() -> None:
    shop = await Shop(post=none_arrive).open()
    assert await cancelled(shop) is PaymentState.CANCELLED
    await audit(shop)


async def test_the_request_id_is_carried_on() -> None:
    shop = await Shop(post=none_arrive).open()
    await cancelled(shop)
    (asked,) = [each for each in await messages(shop) if each.type == "payment.abandoned"]
    (done,) = [each for each in shop.tables.log if each.type == "payment.cancelled"]
    assert done.request_id == asked.request_id


@pytest.mark.parametrize("last", [3, 4, 5, 6])
async def test_a_purchase_whose_process_died(last: int) -> None:
    """As long as that might go on itself, nobody interferes; then the order is paid."""
    life = Life()
    shop = await Shop(life=life, post=none_arrive).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    life.begin(last)
    with suppress(Death):
        await shop.pay(buyer, order.id, "succeed")
    assert life.is_over
    before = shop.payment_of(order.id)
    assert before.due_at is not None
    life.begin(None)
    await follow(shop)
    waits = before.due_at > shop.clock.now()
    assert (shop.payment_of(order.id) == before) is waits
    shop.clock.advance(RULES.payment_patience + timedelta(seconds=1))
    for _ in range(2):
        await follow(shop)
    assert shop.payment_of(order.id).state is PaymentState.CAPTURED
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await messages(shop)
    types = [each.type for each in shop.tables.log if each.aggregate_id == order.id]
    assert types.count("payment.completed") == types.count("order.confirmed") == 1
    await audit(shop)


class Silent(MortalPayments):
    """Does not answer who wants to cancel, for a while."""

    def __init__(self, payments: Payments) -> None:
        super().__init__(payments, Life())
        self.asked = 0
        self.answers = False

    async def cancel(self, asked: Asked, *, key: str) -> Observation:
        self.asked += 1
        if not self.answers:
            raise OutcomeUnknown("silence")
        return await super().cancel(asked, key=key)


async def test_a_provider_that_does_not_answer_is_left_alone() -> None:
    """Behind the breaker nobody waits for it, and no message comes again."""
    patience = Patience(attempts=1, failures=2, pause=1e9)
    found: list[Silent] = []

    def wrap(payments: Payments) -> Payments:
        found.append(Silent(payments))
        return GuardedPayments(found[0], patience=patience, observer=Watcher())

    shop = await Shop(post=none_arrive, wrap=wrap).open()
    buyer = await shop.user()
    orders = [(await shop.checkout(buyer)).id for _ in range(5)]
    for order_id in orders:
        await shop.pay(buyer, order_id, "requires_action")
    for order_id in orders:
        await shop.cancel(buyer, order_id)
    await follow(shop)
    asked = found[0].asked
    assert 2 <= asked < len(orders)
    for _ in range(2):
        waiting = [shop.payment_of(order_id).due_at for order_id in orders]
        assert all(each is not None and each > shop.clock.now() for each in waiting)
        shop.clock.advance(timedelta(minutes=1))
        await follow(shop)
    assert found[0].asked == asked


async def test_one_that_fails_keeps_none_of_the_others() -> None:
    """A bug, say: it is left to the completer, and nothing is raised that would come again."""

    class Broken(Silent):
        async def cancel(self, asked: Asked, *, key: str) -> Observation:
            self.asked += 1
            if self.asked == 1 and not self.answers:
                raise RuntimeError("a bug")
            return await self._payments.cancel(asked, key=key)

    found: list[Broken] = []

    def wrap(payments: Payments) -> Payments:
        found.append(Broken(payments))
        return found[0]

    shop = await Shop(post=none_arrive, wrap=wrap).open()
    states = [await cancelled(shop) for _ in range(3)]
    assert states == [PaymentState.REQUIRES_ACTION, *[PaymentState.CANCELLED] * 2]
    found[0].answers = True
    shop.clock.advance(timedelta(minutes=1))
    await follow(shop)
    await audit(shop)
