"""Orders, tickets and the small print of payments."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.order.errors import OrderNotCancellable, OrderNotPayable
from domain.order.order import LIVE, Buyer, Order, OrderState
from domain.order.payment import Goal, Observation, Payment, PaymentState
from domain.ticket.ticket import Ticket, TicketState
from shared.errors import FieldInvalid
from shared.ids import EventId, OrderId, TicketId
from shared.money import Money
from tests.domain.builders import AT, DEADLINE, SECOND, order, payment, type_id, uid


def placed(buyer: Buyer) -> Order:
    like = order()
    return Order.place(
        id=like.id,
        number=like.number,
        event_id=like.event_id,
        organizer_id=like.organizer_id,
        hold_id=like.hold_id,
        buyer_id=like.buyer_id,
        buyer=buyer,
        lines=like.lines,
        total=like.total,
        deadline=like.deadline,
        at=AT,
    )


def test_placing_one() -> None:
    made = placed(Buyer(name=" Ada ", email=" ada@example.com"))
    assert made.buyer == Buyer(name="Ada", email="ada@example.com")
    assert (made.state, made.version) == (OrderState.PENDING_PAYMENT, 1)
    (fact,) = made.facts
    assert type(fact).__name__ == "OrderPlaced" and fact.aggregate_id == made.id
    assert [each.quantity for each in made.lines] == [2]


@pytest.mark.parametrize(
    ("buyer", "pointers"),
    [
        (Buyer(name="", email="ada@example.com"), ["/buyer/name"]),
        (Buyer(name="Ada", email="nowhere"), ["/buyer/email"]),
        (Buyer(name="x" * 201, email=""), ["/buyer/name", "/buyer/email"]),
    ],
)
def test_the_buyer_is_checked(buyer: Buyer, pointers: list[str]) -> None:
    with pytest.raises(FieldInvalid) as refused:
        placed(buyer)
    assert [each.pointer for each in refused.value.violations] == pointers


@pytest.mark.parametrize("state", OrderState)
def test_only_an_unpaid_order_has_a_deadline(state: OrderState) -> None:
    it, unpaid = order(state), state is OrderState.PENDING_PAYMENT
    assert it.is_payable(at=DEADLINE - SECOND) == unpaid
    assert not it.is_payable(at=DEADLINE)
    assert not it.is_due(at=DEADLINE - SECOND)
    assert it.is_due(at=DEADLINE) == unpaid
    if unpaid:
        it.require_payable(at=AT)
    for moment in (DEADLINE, AT) if not unpaid else (DEADLINE,):
        with pytest.raises(OrderNotPayable) as refused:
            it.require_payable(at=moment)
        assert refused.value.metadata == {"state": "EXPIRED" if unpaid else state.value}


@pytest.mark.parametrize("state", OrderState)
def test_readers_see_the_deadline_before_any_job_does(state: OrderState) -> None:
    """Unless a payment is open: then its provider is asked first."""
    it, unpaid = order(state), state is OrderState.PENDING_PAYMENT
    assert it.state_at(DEADLINE - SECOND, paying=False) is state
    assert it.state_at(DEADLINE, paying=False) is (OrderState.EXPIRED if unpaid else state)
    assert it.state_at(DEADLINE, paying=True) is state


def test_an_order_past_its_deadline_is_cancelled_only_with_its_payment() -> None:
    with pytest.raises(OrderNotCancellable) as refused:
        order().cancel(at=DEADLINE)
    assert refused.value.metadata == {"state": "EXPIRED"}
    assert order().cancel(at=DEADLINE, paying=True).state is OrderState.CANCELLED


def test_a_free_order_is_not_paid() -> None:
    with pytest.raises(OrderNotPayable):
        order(price=0).require_payable(at=AT)


def test_an_unpaid_order_is_not_confirmed() -> None:
    with pytest.raises(RuntimeError, match="nothing is to be issued"):
        order().confirm(at=AT)


def test_an_order_does_not_expire_early() -> None:
    with pytest.raises(RuntimeError, match="not due"):
        order().expire(at=DEADLINE - SECOND)


@pytest.mark.parametrize("late", [True, False])
def test_committing_says_whether_it_was_late(late: bool) -> None:
    it = order(OrderState.EXPIRED if late else OrderState.PENDING_PAYMENT)
    (fact,) = it.commit(at=AT).facts
    assert getattr(fact, "late") is late


def test_the_deadline_follows_the_hold_and_never_shrinks() -> None:
    it = order()
    assert it.wait_until(DEADLINE, at=AT) is it
    assert it.wait_until(DEADLINE - SECOND, at=AT) is it
    longer = it.wait_until(DEADLINE + SECOND, at=AT)
    assert longer.deadline == DEADLINE + SECOND
    assert [type(fact).__name__ for fact in longer.facts] == ["OrderDeadlineMoved"]


def test_starting_a_payment_is_always_a_change() -> None:
    """A cancellation of the same moment, decided on the order as it was, must fail."""
    for deadline in (DEADLINE - SECOND, DEADLINE, DEADLINE + SECOND):
        started = order().start_payment(deadline=deadline, at=AT)
        assert started.version == 2
        assert started.deadline == max(DEADLINE, deadline)


def test_orders_own_stock_from_committing_on() -> None:
    owning = {OrderState.COMMITTING, OrderState.CONFIRMED, OrderState.PARTIALLY_REFUNDED}
    assert LIVE == owning


def test_starting_one() -> None:
    it = payment()
    assert it.is_open and it.goal is Goal.COLLECT and it.due_at == AT + 15 * SECOND
    assert it.key("capture") == f"{it.id}-capture" != it.key("cancel")


@pytest.mark.parametrize("state", PaymentState)
def test_money_is_given_back_where_it_was_taken(state: PaymentState) -> None:
    it = payment(state)
    if state is PaymentState.CAPTURED:
        (fact,) = it.give_back(at=AT).facts
        assert type(fact).__name__ == "PaymentReturned"
    else:
        with pytest.raises(RuntimeError, match="nothing to give back"):
            it.give_back(at=AT)


def test_abandoning_is_noted_once() -> None:
    abandoned = payment(PaymentState.AUTHORIZED).abandon(at=AT)
    assert (abandoned.goal, abandoned.due_at, abandoned.looks) == (Goal.ABANDON, AT, 0)
    assert [type(fact).__name__ for fact in abandoned.facts] == ["PaymentAbandoned"]
    assert abandoned.abandon(at=AT + SECOND) is abandoned


def test_bookkeeping_is_no_fact() -> None:
    it = payment(PaymentState.PROCESSING)
    for changed in (
        it.settled(),
        it.collect(at=AT),
        it.look_again(at=AT, first=SECOND, longest=SECOND),
    ):
        assert (changed.facts, changed.version) == ((), it.version)
    assert it.settled().due_at is None
    assert payment(goal=Goal.ABANDON).collect(at=AT).goal is Goal.COLLECT


def test_pauses_grow_up_to_the_longest() -> None:
    it, pauses = payment(PaymentState.PROCESSING), []
    for _ in range(7):
        it = it.look_again(at=AT, first=SECOND, longest=20 * SECOND)
        assert it.due_at is not None
        pauses.append((it.due_at - AT) / SECOND)
    assert pauses == [1, 2, 4, 8, 16, 20, 20]
    assert it.looks == 7
    old = replace(it, looks=10**6).look_again(at=AT, first=SECOND, longest=20 * SECOND)
    assert old.due_at == AT + 20 * SECOND


def test_the_providers_word_is_taken_over() -> None:
    waiting = payment().observe(
        Observation(
            reference="ref",
            state=PaymentState.REQUIRES_ACTION,
            client_secret="cs",
            redirect_url="https://pay.example/1",
        ),
        at=AT,
    )
    assert (waiting.reference, waiting.client_secret) == ("ref", "cs")
    assert waiting.redirect_url == "https://pay.example/1"
    failed = waiting.observe(
        Observation(reference="ref", state=PaymentState.FAILED, failure="declined"), at=AT
    )
    assert (failed.client_secret, failed.redirect_url) == ("cs", None)
    assert failed.failure == "declined"


def test_a_word_that_says_nothing_new_changes_nothing() -> None:
    word = Observation(reference="ref", state=PaymentState.PROCESSING)
    known = replace(payment().observe(word, at=AT), facts=())
    assert known.observe(word, at=AT + timedelta(hours=1)) is not None
    assert known.observe(word, at=AT + timedelta(hours=1)) == known
    assert not known.observe(word, at=AT + timedelta(hours=1)).facts


def test_a_failure_without_a_reason_still_tells_one() -> None:
    failed = payment().observe(Observation(reference="r", state=PaymentState.FAILED), at=AT)
    assert getattr(failed.facts[0], "failure") == "unknown"


def test_captured_money_is_told() -> None:
    captured: Payment = payment(PaymentState.AUTHORIZED).observe(
        Observation(reference="ref", state=PaymentState.CAPTURED), at=AT
    )
    fact = captured.facts[0]
    assert (getattr(fact, "amount"), getattr(fact, "currency")) == (2500, "EUR")
    assert captured.amount == Money(2500, "EUR")


def test_a_ticket_has_an_unguessable_code() -> None:
    def issue(code: str) -> Ticket:
        return Ticket.issue(
            id=TicketId(uid("ticket")),
            order_id=OrderId(uid("order")),
            event_id=EventId(uid("event")),
            ticket_type_id=type_id(),
            code=code,
            at=AT,
        )

    with pytest.raises(RuntimeError, match="128 bits"):
        issue("x" * 21)
    issued = issue("x" * 22)
    assert issued.state is TicketState.ISSUED
    (fact,) = issued.facts
    assert fact.aggregate_id == issued.id
    assert not hasattr(fact, "code"), "the code is a secret of its holder"


@pytest.mark.parametrize("state", PaymentState)
def test_a_payment_that_is_not_over_is_confirmed_by_hand(state: PaymentState) -> None:
    before, by = payment(state, Goal.ABANDON), uid("ada")
    if not before.is_open:
        with pytest.raises(RuntimeError):
            before.confirm(by=by, note="", at=AT)
        return
    confirmed = before.confirm(by=by, note="statement 7", at=AT)
    assert (confirmed.state, confirmed.goal) == (PaymentState.CAPTURED, Goal.COLLECT)
    assert confirmed.due_at is None and confirmed.version == before.version + 1
    said, taken = confirmed.facts
    assert type(said).__name__ == "PaymentConfirmed"
    assert (getattr(said, "confirmed_by"), getattr(said, "note")) == (by, "statement 7")
    assert type(taken).__name__ == "PaymentCaptured"


@pytest.mark.parametrize("state", OrderState)
def test_a_dispute_is_a_change_of_any_order(state: OrderState) -> None:
    disputed = order(state).note_disputed(at=AT)
    assert (disputed.state, disputed.version) == (state, 2)
