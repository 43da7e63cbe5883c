"""Several attempts to pay one order."""

import pytest

from domain.order.errors import PaymentInProgress
from domain.order.order import OrderState
from domain.order.payment import PaymentState
from infrastructure.simulated.faults import Action, Fault, FaultPlan
from shared.errors import AppError
from tests.application.payment.audit import audit
from tests.application.payment.shop import Shop
from tests.contracts.world import crowd


async def test_a_declined_payment_can_be_tried_again() -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    for method, state in (("decline", "FAILED"), ("decline", "FAILED"), ("succeed", "CAPTURED")):
        assert (await shop.pay(buyer, order.id, method)).state == state
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await audit(shop)


async def test_news_of_an_older_attempt_does_not_fail_the_order() -> None:
    plan = FaultPlan({Action.CAPTURE: [Fault.REQUEST_LOST] * 2})
    shop = await Shop(faults=plan).open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    first = await shop.pay(buyer, order.id, "decline")
    second = await shop.pay(buyer, order.id, "succeed")
    assert shop.order_now(order.id).state is OrderState.COMMITTING
    assert second.state == PaymentState.AUTHORIZED.value
    await shop.deliver()
    await shop.process.advance(first.id, "late news")
    assert shop.order_now(order.id).state is OrderState.COMMITTING
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await audit(shop)


async def test_news_of_an_older_attempt_does_not_expire_the_order() -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    first = await shop.pay(buyer, order.id, "decline")
    view = await shop.pay(buyer, order.id, "requires_action")
    await shop.decide(view)
    shop.clock.advance(shop.order_now(order.id).deadline - shop.clock.now())
    await shop.process.advance(first.id, "late news")
    assert shop.order_now(order.id).state is OrderState.PENDING_PAYMENT
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    await audit(shop)


@pytest.mark.parametrize("method", ["succeed", "instant", "succeed_late", "requires_action"])
async def test_who_pays_many_times_at_once_pays_once(method: str) -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    outcomes = await crowd(shop.pay(buyer, order.id, method) for _ in range(10))
    refused = [each for each in outcomes if isinstance(each, AppError)]
    assert len(refused) == 9
    assert {error.reason for error in refused} <= {
        PaymentInProgress.reason,
        "ORDER_NOT_PAYABLE",
        "CONFLICT",
    }
    assert len(shop.tables.payments_by_attempt(order.id)) == 1
    await shop.settle()
    await audit(shop)
