"""What comes next in a purchase: over every combination of states."""

import itertools
from datetime import datetime

import pytest

from domain.order.order import Order, OrderState
from domain.order.payment import Goal, Payment, PaymentState
from domain.order.purchase import Step, next_step
from tests.domain.builders import AT, DEADLINE, order, payment

PAID = {OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED}
WAITING = {PaymentState.REQUIRES_ACTION, PaymentState.PROCESSING}
OVER = {PaymentState.CANCELLED, PaymentState.FAILED}

Case = tuple[Order, Payment, datetime]
CASES: list[Case] = [
    (order(order_state), payment(payment_state, goal), at)
    for order_state, payment_state, goal, at in itertools.product(
        OrderState, PaymentState, Goal, (AT, DEADLINE)
    )
]


def those(step: Step) -> list[Case]:
    found = [case for case in CASES if next_step(case[0], case[1], at=case[2]) is step]
    assert found, f"{step} never comes"
    return found


def test_there_is_always_a_next_step() -> None:
    assert len(CASES) == 8 * 7 * 2 * 2
    assert {next_step(it, its, at=at) for it, its, at in CASES} == set(Step)


def test_money_is_asked_for_while_it_can_be_paid() -> None:
    for it, its, at in those(Step.AUTHORIZE):
        assert its.state is PaymentState.CREATED and its.goal is Goal.COLLECT
        it.require_payable(at=at)


def test_money_is_taken_only_when_the_stock_is_the_orders_own() -> None:
    captures = {(it.state, its.state) for it, its, _ in those(Step.CAPTURE)}
    assert captures == {(OrderState.COMMITTING, PaymentState.AUTHORIZED)}


def test_tickets_are_issued_only_for_taken_money() -> None:
    confirms = {(it.state, its.state) for it, its, _ in those(Step.CONFIRM)}
    assert confirms == {(OrderState.COMMITTING, PaymentState.CAPTURED)}
    for it, _, at in those(Step.CONFIRM):
        assert it.confirm(at=at).state is OrderState.CONFIRMED


def test_an_order_commits_only_to_money_that_is_promised_or_taken() -> None:
    for it, its, at in those(Step.COMMIT):
        assert its.state in (PaymentState.AUTHORIZED, PaymentState.CAPTURED)
        assert it.commit(at=at).state is OrderState.COMMITTING
        if it.state is OrderState.EXPIRED:
            assert its.goal is Goal.COLLECT, "given up already"


def test_an_order_fails_only_when_its_money_will_not_come() -> None:
    for it, its, at in those(Step.FAIL):
        assert it.state is OrderState.COMMITTING and its.state in OVER
        assert it.fail(at=at).state is OrderState.FAILED


def test_an_order_expires_only_past_its_deadline_and_without_money() -> None:
    for it, its, at in those(Step.EXPIRE):
        assert its.state in OVER
        assert it.expire(at=at).state is OrderState.EXPIRED


def test_money_goes_back_only_where_nothing_was_bought_for_it() -> None:
    for it, its, _ in those(Step.REFUND):
        assert its.state is PaymentState.CAPTURED and its.goal is Goal.ABANDON
        assert it.state not in PAID | {OrderState.COMMITTING, OrderState.PENDING_PAYMENT}


def test_giving_up_is_noted_before_it_is_done() -> None:
    for _, its, at in those(Step.ABANDON):
        assert its.goal is Goal.COLLECT
        assert its.abandon(at=at).facts, "it changes something, so the next step is another one"
    for it, its, _ in those(Step.CANCEL):
        assert its.goal is Goal.ABANDON and its.is_open
        never = {PaymentState.AUTHORIZED: {OrderState.COMMITTING, OrderState.PENDING_PAYMENT}}
        assert it.state not in never.get(its.state, set())


def test_looking_is_for_what_may_still_come() -> None:
    for it, its, at in those(Step.LOOK):
        assert its.state in WAITING and its.goal is Goal.COLLECT
        expected = {OrderState.PENDING_PAYMENT}  # past its deadline, too: for the last time
        if its.state is PaymentState.PROCESSING:
            expected.add(OrderState.EXPIRED)
        assert it.state in expected


def test_at_rest_nothing_is_left() -> None:
    for it, its, at in those(Step.REST):
        assert not its.is_open
        assert not it.is_due(at=at)
        assert it.state is not OrderState.COMMITTING
        if its.state is PaymentState.CAPTURED:
            assert it.state in PAID, "kept money has bought something"


def test_an_unwanted_payment_is_never_authorized_captured_or_kept() -> None:
    """Once its order has ended without it."""
    ended = {OrderState.CANCELLED, OrderState.FAILED}
    for it, its, at in CASES:
        if it.state in ended and its.state not in OVER:
            expected = {Step.ABANDON} if its.goal is Goal.COLLECT else {Step.CANCEL, Step.REFUND}
            assert next_step(it, its, at=at) in expected


@pytest.mark.parametrize("goal", Goal)
def test_a_committing_order_goes_on_whatever_was_wanted_before(goal: Goal) -> None:
    """Its stock is its own and the money is promised: it is too late to change one's mind."""
    steps = {
        state: next_step(order(OrderState.COMMITTING), payment(state, goal), at=DEADLINE)
        for state in PaymentState
    }
    assert steps[PaymentState.AUTHORIZED] is Step.CAPTURE
    assert steps[PaymentState.CAPTURED] is Step.CONFIRM
    assert steps[PaymentState.FAILED] is steps[PaymentState.CANCELLED] is Step.FAIL
