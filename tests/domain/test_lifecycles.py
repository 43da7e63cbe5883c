"""The tables, and what carries them out: each allowed transition works, each other is refused."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import pytest

from domain.attention import attention
from domain.event import event as events
from domain.event.errors import EventStateInvalid
from domain.event.event import Event, EventState
from domain.hold import hold as holds
from domain.hold.errors import HoldExpired, HoldNotActive
from domain.hold.hold import Hold, HoldState
from domain.order import dispute as disputes
from domain.order import order as orders
from domain.order import payment as payments
from domain.order import refund as refunds
from domain.order.errors import OrderNotCancellable
from domain.order.order import Order, OrderState
from domain.order.payment import Observation, PaymentState
from domain.order.refund import Refund, RefundSeen, RefundState
from domain.organizer import invitation as invitations
from domain.ticket import ticket as tickets
from domain.webhook import endpoint as endpoints
from shared.facts import Aggregate, Fact
from shared.ids import EventId, OrderId, PaymentId, RefundId, TicketId
from shared.money import Money
from tests.domain.builders import AT, DEADLINE, SECOND, event, hold, order, payment, type_id, uid

LIFECYCLES: dict[str, tuple[Any, str]] = {  # a Lifecycle of any kind of state
    "Event": (
        events.LIFECYCLE,
        """DRAFT > ON_SALE CANCELLED
        ON_SALE > CLOSED CANCELLED
        CLOSED > CANCELLED
        CANCELLED >""",
    ),
    "Hold": (
        holds.LIFECYCLE,
        """ACTIVE > CONVERTED RELEASED EXPIRED
        CONVERTED >
        RELEASED >
        EXPIRED >""",
    ),
    "Order": (
        orders.LIFECYCLE,
        """PENDING_PAYMENT > COMMITTING CONFIRMED EXPIRED CANCELLED
        COMMITTING > CONFIRMED FAILED
        CONFIRMED > PARTIALLY_REFUNDED REFUNDED
        PARTIALLY_REFUNDED > REFUNDED CONFIRMED
        EXPIRED > COMMITTING
        REFUNDED > PARTIALLY_REFUNDED CONFIRMED
        FAILED >
        CANCELLED >""",
    ),
    "Payment": (
        payments.LIFECYCLE,
        """CREATED > REQUIRES_ACTION PROCESSING AUTHORIZED CAPTURED CANCELLED FAILED
        REQUIRES_ACTION > PROCESSING AUTHORIZED CAPTURED CANCELLED FAILED
        PROCESSING > REQUIRES_ACTION AUTHORIZED CAPTURED CANCELLED FAILED
        AUTHORIZED > CAPTURED CANCELLED FAILED
        CAPTURED >
        CANCELLED >
        FAILED >""",
    ),
    "Refund": (
        refunds.LIFECYCLE,
        """REQUESTED > PENDING SUCCEEDED FAILED
        PENDING > SUCCEEDED FAILED
        SUCCEEDED > FAILED
        FAILED >""",
    ),
    "Dispute": (
        disputes.LIFECYCLE,
        """OPEN > WON LOST
        WON >
        LOST >""",
    ),
    "Attention": (
        attention.LIFECYCLE,
        """OPEN > RESOLVED
        RESOLVED >""",
    ),
    "Invitation": (
        invitations.LIFECYCLE,
        """OPEN > ACCEPTED REVOKED EXPIRED
        ACCEPTED >
        REVOKED >
        EXPIRED >""",
    ),
    "WebhookEndpoint": (
        endpoints.LIFECYCLE,
        """ENABLED > FAILING DISABLED
        FAILING > ENABLED DISABLED
        DISABLED > ENABLED""",
    ),
    "Ticket": (
        tickets.LIFECYCLE,
        """ISSUED > CHECKED_IN VOID TRANSFERRED
        CHECKED_IN >
        VOID >
        TRANSFERRED >""",
    ),
}
STATES: dict[str, type[Enum]] = {
    "Event": EventState,
    "Hold": HoldState,
    "Order": OrderState,
    "Payment": PaymentState,
    "Refund": RefundState,
    "Dispute": disputes.DisputeState,
    "Attention": attention.AttentionState,
    "Invitation": invitations.InvitationState,
    "Ticket": tickets.TicketState,
    "WebhookEndpoint": endpoints.EndpointState,
}


@pytest.mark.parametrize("name", LIFECYCLES)
def test_a_table_says_what_is_agreed(name: str) -> None:
    lifecycle, agreed = LIFECYCLES[name]
    assert lifecycle.name == name
    table = {
        before.strip(): set(after.split())
        for before, after in (line.split(">") for line in agreed.splitlines())
    }
    states = list(STATES[name])
    assert {state.name for state in states} == set(table)
    for before, after in itertools.product(states, repeat=2):
        allowed = after.name in table[before.name]
        assert lifecycle.allows(before, after) == allowed
        if allowed:
            lifecycle.require(before, after)
        else:
            with pytest.raises(RuntimeError, match=f"{name}: {before.name} does not become"):
                lifecycle.require(before, after)
    assert {state.name for state in states if lifecycle.is_final(state)} == {
        state for state, after in table.items() if not after
    }


def pairs(one: Iterable[object], other: Iterable[object]) -> list[tuple[object, object]]:
    return list(itertools.product(one, other))


def changed(before: Aggregate, after: Aggregate, fact: str) -> Fact:
    """One more version, one fact of that name, which is returned."""
    assert after.version == before.version + 1
    assert [type(each).__name__ for each in after.facts] == [fact]
    return after.facts[0]


EVENT_MOVES: dict[str, tuple[Callable[[Event, datetime], Event], EventState, str]] = {
    "publish": (lambda it, at: it.publish(at=at), EventState.ON_SALE, "EventPublished"),
    "close": (lambda it, at: it.close(at=at), EventState.CLOSED, "EventClosed"),
    "cancel": (lambda it, at: it.cancel(at=at), EventState.CANCELLED, "EventCancelled"),
}


@pytest.mark.parametrize(("move", "state"), pairs(EVENT_MOVES, EventState))
def test_events(move: str, state: EventState) -> None:
    run, target, fact = EVENT_MOVES[move]
    before, at = event(state), AT + SECOND
    if not events.LIFECYCLE.allows(state, target):
        with pytest.raises(EventStateInvalid) as refused:
            run(before, at)
        assert refused.value.metadata == {"state": state.value, "operation": move}
        return
    after = run(before, at)
    assert (after.state, after.updated_at) == (target, at)
    told = changed(before, after, fact)
    assert (told.aggregate_id, told.occurred_at) == (before.id, at)


HOLD_ENDS: dict[str, tuple[Callable[[Hold, datetime], Hold], HoldState, str]] = {
    "convert": (lambda it, at: it.convert(at=at), HoldState.CONVERTED, "HoldConverted"),
    "release": (lambda it, at: it.release(at=at), HoldState.RELEASED, "HoldReleased"),
}
ENDED = [state for state in HoldState if state is not HoldState.ACTIVE]


@pytest.mark.parametrize("end", HOLD_ENDS)
def test_a_hold_ends_before_its_deadline(end: str) -> None:
    run, target, fact = HOLD_ENDS[end]
    before = hold()
    after = run(before, DEADLINE - SECOND)
    assert (after.state, after.ended_at) == (target, DEADLINE - SECOND)
    told = changed(before, after, fact)
    assert (told.aggregate_id, told.occurred_at) == (before.id, DEADLINE - SECOND)


@pytest.mark.parametrize("end", HOLD_ENDS)
@pytest.mark.parametrize("late", [0 * SECOND, SECOND])
def test_a_hold_past_its_deadline_has_expired(end: str, late: timedelta) -> None:
    """Also when nobody has swept it."""
    with pytest.raises(HoldExpired) as refused:
        HOLD_ENDS[end][0](hold(), DEADLINE + late)
    assert refused.value.metadata == {"expires_at": "2026-11-01T12:05:00Z"}


@pytest.mark.parametrize(("end", "state"), pairs(HOLD_ENDS, ENDED))
def test_a_hold_ends_once(end: str, state: HoldState) -> None:
    refusal = HoldExpired if state is HoldState.EXPIRED else HoldNotActive
    with pytest.raises(refusal):
        HOLD_ENDS[end][0](hold(state), AT)
    with pytest.raises(RuntimeError):
        hold(state).expire(at=DEADLINE)


def test_a_hold_expires_at_its_deadline_and_not_before() -> None:
    before = hold()
    with pytest.raises(RuntimeError):
        before.expire(at=DEADLINE - SECOND)
    after = before.expire(at=DEADLINE)
    assert (after.state, after.ended_at) == (HoldState.EXPIRED, DEADLINE)
    changed(before, after, "HoldLapsed")


LATE = DEADLINE + SECOND
ORDER_MOVES: dict[str, tuple[Callable[[Order, datetime], Order], OrderState, str]] = {
    "commit": (lambda it, at: it.commit(at=at), OrderState.COMMITTING, "OrderCommitted"),
    "confirm": (lambda it, at: it.confirm(at=at), OrderState.CONFIRMED, "OrderConfirmed"),
    "fail": (lambda it, at: it.fail(at=at), OrderState.FAILED, "OrderFailed"),
    "expire": (lambda it, at: it.expire(at=at), OrderState.EXPIRED, "OrderLapsed"),
    "cancel": (
        lambda it, at: it.cancel(at=at, paying=True),
        OrderState.CANCELLED,
        "OrderCancelled",
    ),
}


@pytest.mark.parametrize(("move", "state"), pairs(ORDER_MOVES, OrderState))
def test_orders(move: str, state: OrderState) -> None:
    run, target, fact = ORDER_MOVES[move]
    before = order(state, price=0)  # a free one, which may be confirmed without money
    # A refund that came back confirms an order again, but issues nothing.
    again = move == "confirm" and state in orders.PAID
    if again or not orders.LIFECYCLE.allows(state, target):
        with pytest.raises(OrderNotCancellable if move == "cancel" else RuntimeError):
            run(before, LATE)
        return
    after = run(before, LATE)
    assert (after.state, after.updated_at) == (target, LATE)
    told = changed(before, after, fact)
    assert (told.aggregate_id, told.occurred_at) == (before.id, LATE)


@pytest.mark.parametrize(("before", "after"), pairs(PaymentState, PaymentState))
def test_payments(before: PaymentState, after: PaymentState) -> None:
    """Of an older word of the provider than ours only a new reference counts."""
    known = payment(before)
    word = Observation(reference="ref", state=after, client_secret="cs", failure="declined")
    seen = known.observe(word, at=AT + SECOND)
    moves = payments.LIFECYCLE.allows(before, after)
    assert (seen.state, seen.reference) == (after if moves else before, "ref")
    if not moves and before is not after:
        assert (seen.client_secret, seen.failure) == (None, None)
        heard = replace(known, reference="ours")
        assert not heard.observe(word, at=AT + SECOND).facts
        assert heard.observe(word, at=AT + SECOND) == heard
    fact = {
        PaymentState.CAPTURED: "PaymentCaptured",
        PaymentState.FAILED: "PaymentFailed",
        PaymentState.CANCELLED: "PaymentCancelled",
    }
    told = changed(known, seen, fact.get(after, "PaymentMoved") if moves else "PaymentMoved")
    assert told.aggregate_id == known.order_id
    if moves:
        assert (seen.due_at, seen.looks, seen.updated_at) == (AT + SECOND, 0, AT + SECOND)


@pytest.mark.parametrize("state", PaymentState)
def test_a_payment_nobody_heard_of(state: PaymentState) -> None:
    before = payment(state)
    if not before.is_open:
        with pytest.raises(RuntimeError):
            before.never_reached(at=AT)
        return
    after = before.never_reached(at=AT)
    assert (after.state, after.due_at) == (PaymentState.CANCELLED, None)
    changed(before, after, "PaymentCancelled")


def a_refund(state: RefundState = RefundState.REQUESTED) -> Refund:
    requested = Refund.request(
        id=RefundId(uid("refund")),
        payment_id=PaymentId(uid("payment")),
        order_id=OrderId(uid("order")),
        amount=Money(2500, "EUR"),
        reason="LATE_PAYMENT",
        at=AT,
    )
    assert [type(each).__name__ for each in requested.facts] == ["RefundRequested"]
    assert requested.key == f"{requested.id}-refund" and requested.due_at == AT
    return replace(requested, state=state, facts=())


@pytest.mark.parametrize(("before", "after"), pairs(RefundState, RefundState))
def test_refunds(before: RefundState, after: RefundState) -> None:
    """Of an older word of the provider than ours only its reference counts."""
    known = a_refund(before)
    word = RefundSeen(state=after, reference="re", failure="no such card")
    seen = known.observe(word, at=AT + SECOND)
    assert seen.reference == "re"
    if not refunds.LIFECYCLE.allows(before, after):
        assert (seen.state, seen.failure, seen.facts) == (before, None, ())
        return
    fact = {
        RefundState.PENDING: "RefundMoved",
        RefundState.SUCCEEDED: "RefundSucceeded",
        RefundState.FAILED: "RefundFailed",
    }
    told = changed(known, seen, fact[after])
    assert (told.aggregate_id, told.occurred_at) == (known.order_id, AT + SECOND)
    assert (seen.state, seen.failure) == (after, "no such card")
    assert seen.due_at == (AT + SECOND if after is RefundState.PENDING else None)
    assert seen.is_open == (after is RefundState.PENDING)
    assert seen.counts == (after is not RefundState.FAILED)


def test_a_refund_is_looked_at_again_after_growing_pauses_or_waits_for_a_person() -> None:
    looked = a_refund()
    for pause in (1, 2, 4, 5, 5):
        looked = looked.look_again(at=AT, first=SECOND, longest=5 * SECOND)
        assert looked.due_at == AT + pause * SECOND
    assert looked.wait().due_at is None and looked.wait().is_open
    assert looked.version == a_refund().version


@pytest.mark.parametrize("state", tickets.TicketState)
@pytest.mark.parametrize("return_place", [True, False])
def test_tickets_become_void(state: tickets.TicketState, return_place: bool) -> None:
    before = replace(a_ticket(), state=state)
    if state is not tickets.TicketState.ISSUED:
        with pytest.raises(RuntimeError):
            before.void(return_place=return_place, at=AT)
        return
    after = before.void(return_place=return_place, at=AT + SECOND)
    assert after.state is tickets.TicketState.VOID
    assert before.is_sold and after.is_sold is not return_place
    told = changed(before, after, "TicketVoided")
    assert (told.aggregate_id, told.occurred_at) == (before.id, AT + SECOND)


def a_ticket() -> tickets.Ticket:
    made = tickets.Ticket.issue(
        id=TicketId(uid("ticket")),
        order_id=OrderId(uid("order")),
        event_id=EventId(uid("event")),
        ticket_type_id=type_id(),
        code="c" * 22,
        at=AT,
    )
    return replace(made, facts=())
