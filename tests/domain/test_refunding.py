"""What of an order's money can go back, and what the order says then."""

from dataclasses import replace

import pytest

from domain.order.dispute import Dispute, DisputeState
from domain.order.errors import OrderNotRefundable
from domain.order.order import PAID, OrderState
from domain.order.payment import Observation, PaymentState
from domain.order.refund import Refund, RefundState
from domain.order.refunding import money_left, worth
from shared.ids import DisputeId, OrderId, PaymentId, RefundId
from shared.money import Money
from tests.domain.builders import AT, SECOND, order, payment, type_id, uid

REFUNDABLE = (OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED)


def refund(amount: int, state: RefundState) -> Refund:
    made = Refund.request(
        id=RefundId(uid(f"refund {amount} {state}")),
        payment_id=PaymentId(uid("payment")),
        order_id=OrderId(uid("order")),
        amount=Money(amount, "EUR"),
        reason="a broken leg",
        at=AT,
    )
    return replace(made, state=state)


def dispute(amount: int, state: DisputeState) -> Dispute:
    made = Dispute.open(
        id=DisputeId(uid("dispute")),
        payment_id=PaymentId(uid("payment")),
        order_id=OrderId(uid("order")),
        reference="dp",
        amount=Money(amount, "EUR"),
        reason="fraudulent",
        at=AT,
    )
    return replace(made, state=state)


@pytest.mark.parametrize("state", RefundState)
def test_whatever_is_gone_or_on_its_way_is_not_left(state: RefundState) -> None:
    left = money_left(payment(PaymentState.CAPTURED), [refund(500, state)], [])
    assert left == Money(2500 if state is RefundState.FAILED else 2000, "EUR")


@pytest.mark.parametrize("state", DisputeState)
def test_what_the_bank_claims_back_or_has_got_is_not_left(state: DisputeState) -> None:
    refunds = [refund(500, RefundState.SUCCEEDED)]
    left = money_left(payment(PaymentState.CAPTURED), refunds, [dispute(1500, state)])
    assert left == Money(2000 if state is DisputeState.WON else 500, "EUR")


def test_nothing_left_is_never_less_than_nothing() -> None:
    refunds = [refund(1500, RefundState.SUCCEEDED)]
    disputes = [dispute(2500, DisputeState.LOST)]
    assert money_left(payment(PaymentState.CAPTURED), refunds, disputes).is_zero


def test_what_tickets_were_worth() -> None:
    assert worth(order(), [type_id()]) == Money(1250, "EUR")
    assert worth(order(), [type_id()] * 2) == order().total
    assert worth(order(), []).is_zero


@pytest.mark.parametrize("state", OrderState)
def test_a_refund_begins_with_paid_orders_only(state: OrderState) -> None:
    before = order(state)
    if state not in REFUNDABLE:
        with pytest.raises(OrderNotRefundable) as refused:
            before.start_refund(at=AT)
        assert refused.value.metadata == {"state": state.value}
        return
    after = before.start_refund(at=AT)
    assert after.version == before.version + 1 and after.state is state
    assert [type(each).__name__ for each in after.facts] == ["OrderRefundStarted"]


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("amount", [1, 2499, 2500])
def test_an_order_says_what_has_gone_back(state: OrderState, amount: int) -> None:
    before = order(state)
    after = before.note_refunded(amount, at=AT + SECOND)
    whole = OrderState.REFUNDED if amount == 2500 else OrderState.PARTIALLY_REFUNDED
    assert after.refunded == amount
    assert after.state is (whole if state in PAID else state)
    (fact,) = after.facts
    assert type(fact).__name__ == "OrderRefunded" and fact.occurred_at == AT + SECOND
    if state in PAID:
        back = after.note_refunded(0, at=AT)
        assert (back.state, back.refunded) == (OrderState.CONFIRMED, 0)
    assert after.note_refunded(amount, at=AT) is after


def test_a_free_order_ends_without_money() -> None:
    before = order(OrderState.CONFIRMED, price=0)
    after = before.end_free(at=AT)
    assert (after.state, after.refunded) == (OrderState.REFUNDED, 0)
    with pytest.raises(OrderNotRefundable):
        after.end_free(at=AT)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({}, ()),
        ({"amount": Money(2500, "EUR"), "payment_id": uid("payment"), "live": True}, ()),
        ({"amount": Money(2501, "EUR")}, ("amount",)),
        ({"amount": Money(2500, "USD")}, ("amount",)),
        ({"payment_id": uid("other")}, ("payment_id",)),
        ({"live": False, "amount": Money(1, "EUR")}, ("amount", "live")),
    ],
)
def test_a_payment_that_is_not_the_one_we_asked_for(
    said: dict[str, object], wrong: tuple[str, ...]
) -> None:
    seen = Observation(
        reference="ref", state=PaymentState.CAPTURED, **said  # type: ignore[arg-type]
    )
    assert payment().contradictions(seen, live=True) == wrong
