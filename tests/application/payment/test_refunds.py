"""Refunds: of an order, of tickets, of an amount; and what becomes of them at the provider."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from application.attention.resolve_attention import ResolveAttention
from application.order.list_refunds import ListRefunds
from application.order.refund_order import RefundOrder
from application.payment.requesting import load_paid, request_refund
from application.ports.payments import Asked, CallRefused
from application.ports.unit_of_work import StaleWrite
from domain.attention.attention import Attention, AttentionKind, Choice
from domain.order.errors import (
    OrderNotFound,
    OrderNotRefundable,
    RefundTooLarge,
    TicketNotRefundable,
)
from domain.order.order import OrderState
from domain.order.refund import RefundSeen, RefundState
from domain.stock import MOST_UNITS_PER_ORDER
from domain.ticket.ticket import TicketState
from infrastructure.simulated.faults import Action, Fault, FaultPlan
from shared.errors import FieldInvalid
from shared.ids import OrderId, PaymentId, RefundId, TicketId
from shared.money import Money
from tests.application.payment.audit import audit
from tests.application.payment.dying import Life, MortalPayments
from tests.application.payment.shop import LATE, PRICE, Shop
from tests.contracts.world import IDS, crowd, new_key, refusals

ISSUED, VOID = TicketState.ISSUED, TicketState.VOID


def states(shop: Shop, order_id: OrderId) -> list[TicketState]:
    return [ticket.state for ticket in shop.tickets_of(order_id)]


def asked_for(shop: Shop, kind: AttentionKind) -> Sequence[Attention]:
    return [each for each in shop.tables.attention.values() if each.kind is kind]


async def kept(shop: Shop) -> int:
    return (await shop.provider.totals())["EUR"].kept


async def test_all_of_an_order() -> None:
    shop = await Shop().open()
    order = await shop.bought(3)
    view = await shop.refund(order.id)
    assert (view.state, view.amount.amount) == ("SUCCEEDED", 3 * PRICE)
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    assert states(shop, order.id) == [VOID] * 3
    assert await shop.available(shop.on_sale) == {"Standing": 10}
    assert await kept(shop) == 0
    with pytest.raises(OrderNotRefundable):
        await shop.refund(order.id)
    await shop.settle()
    await audit(shop)


async def test_tickets_one_after_the_other() -> None:
    shop = await Shop().open()
    order = await shop.bought(3)
    tickets = shop.tickets_of(order.id)
    view = await shop.refund(order.id, tickets=tickets[:1])
    assert view.ticket_ids == (tickets[0].id,) and view.amount.amount == PRICE
    assert shop.order_now(order.id).state is OrderState.PARTIALLY_REFUNDED
    assert states(shop, order.id) == [VOID, ISSUED, ISSUED]
    assert (await shop.counters(shop.on_sale))["Standing"] == (0, 2)
    with pytest.raises(TicketNotRefundable) as refused:
        await shop.refund(order.id, tickets=tickets[:2])
    assert refused.value.metadata == {"ticket_ids": str(tickets[0].id)}
    await shop.refund(order.id, 1, tickets=tickets[1:2])
    await shop.refund(order.id)
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    assert [each.amount.amount for each in shop.refunds_of(order.id)] == [1250, 1, 2499]
    await shop.settle()
    await audit(shop)


async def test_amounts_leave_the_tickets_alone() -> None:
    shop = await Shop().open()
    order = await shop.bought(2)
    for amount in (500, 500):
        await shop.refund(order.id, amount)
    assert states(shop, order.id) == [ISSUED, ISSUED]
    with pytest.raises(RefundTooLarge) as refused:
        await shop.refund(order.id, 1501)
    assert refused.value.metadata == {"left": "1500", "currency": "EUR"}
    await audit(shop)
    await shop.refund(order.id, 1500)  # all that is left
    assert states(shop, order.id) == [VOID, VOID]
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    await audit(shop)


async def test_a_ticket_is_worth_no_more_than_was_paid_and_is_left() -> None:
    shop = await Shop().open()
    order = await shop.bought(2)
    first, second = shop.tickets_of(order.id)
    with pytest.raises(RefundTooLarge):
        await shop.refund(order.id, PRICE + 1, tickets=[first])
    await shop.refund(order.id, PRICE + 1)
    with pytest.raises(RefundTooLarge):
        await shop.refund(order.id, tickets=[first])
    assert states(shop, order.id) == [ISSUED, ISSUED]
    await shop.refund(order.id, PRICE - 1, tickets=[first])
    with pytest.raises(OrderNotRefundable):
        await shop.refund(order.id, tickets=[second])
    await audit(shop)


async def test_used_and_foreign_tickets_are_not_refunded() -> None:
    shop = await Shop().open()
    order, other = await shop.bought(2), await shop.bought()
    first, second = shop.tickets_of(order.id)
    shop.tables.tickets[first.id] = replace(first, state=TicketState.CHECKED_IN)
    for tickets in ([first], shop.tickets_of(other.id), [second, first]):
        with pytest.raises(TicketNotRefundable):
            await shop.refund(order.id, tickets=tickets)
    await shop.refund(order.id)
    assert states(shop, order.id) == [TicketState.CHECKED_IN, VOID]


async def test_places_can_stay_taken() -> None:
    shop = await Shop().open()
    order = await shop.bought(2)
    await shop.refund(order.id, return_stock=False)
    assert states(shop, order.id) == [VOID, VOID]
    assert (await shop.counters(shop.on_sale))["Standing"] == (0, 2)
    await audit(shop)


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"reason": "x" * 201},
        {"reason": " EVENT_CANCELLED "},
        {"reason": "LATE_PAYMENT"},
        {"amount": (0, "EUR")},
        {"amount": (100, "USD")},
        {"ticket_ids": ()},
        {"ticket_ids": (IDS.uuid(),) * 2},
    ],
)
async def test_strange_requests(changes: dict[str, object]) -> None:
    shop = await Shop().open()
    order = await shop.bought()
    plain = {"order_id": order.id, "amount": None, "ticket_ids": None, "reason": "a broken leg"}
    with pytest.raises(FieldInvalid):
        command = RefundOrder(**{**plain, **changes})  # type: ignore[arg-type]
        await shop.application.orders.refund(command, shop.owner.ctx(new_key()))
    assert shop.refunds_of(order.id) == []


async def test_a_refusal_names_no_more_tickets_than_every_client_can_take() -> None:
    shop = await Shop().open()
    order = await shop.bought()
    strangers = tuple(TicketId(IDS.uuid()) for _ in range(MOST_UNITS_PER_ORDER))
    command = RefundOrder(
        order_id=order.id, amount=None, ticket_ids=strangers, reason="a broken leg"
    )
    with pytest.raises(TicketNotRefundable) as refused:
        await shop.application.orders.refund(command, shop.owner.ctx(new_key()))
    assert refused.value.metadata["ticket_ids"].startswith(f"{strangers[0]},{strangers[1]},")
    assert len(refused.value.metadata["ticket_ids"]) < 4096


async def test_who_may() -> None:
    shop = await Shop().open()
    buyer = await shop.user()
    order = await shop.checkout(buyer)
    with pytest.raises(OrderNotRefundable):
        await shop.refund(order.id)
    await shop.pay(buyer, order.id)
    command = RefundOrder(order_id=order.id, amount=None, ticket_ids=None, reason="I want it back")
    for caller in (buyer, await shop.user()):
        with pytest.raises(OrderNotFound):
            await shop.application.orders.refund(command, caller.ctx(new_key()))
    view = await shop.refund(order.id)
    listed = await shop.application.orders.list_refunds(ListRefunds(order_id=order.id), buyer.ctx())
    assert listed.items == (view,)


async def test_the_same_request_is_one_refund() -> None:
    shop = await Shop().open()
    order, key = await shop.bought(2), new_key()
    views = await crowd(shop.refund(order.id, 500, key=key) for _ in range(5))
    assert len(shop.refunds_of(order.id)) == 1
    assert refusals(views) == [] and len({repr(each) for each in views}) == 1
    assert await kept(shop) == 2000


@pytest.mark.parametrize("amount", [None, 2 * PRICE])
async def test_two_of_the_whole_at_once_are_one(amount: int | None) -> None:
    shop = await Shop().open()
    order = await shop.bought(2)
    outcomes = await crowd(shop.refund(order.id, amount) for _ in range(4))
    assert refusals(outcomes) == ["ORDER_NOT_REFUNDABLE"] * 3
    assert await kept(shop) == 0
    await audit(shop)


async def test_many_at_once_are_never_too_much() -> None:
    shop = await Shop().open()
    order = await shop.bought(1)
    outcomes = await crowd(shop.refund(order.id, 500) for _ in range(6))
    assert refusals(outcomes) == ["REFUND_TOO_LARGE"] * 4
    assert await kept(shop) == 250
    await audit(shop)


async def test_a_refund_the_bank_takes_its_time_over() -> None:
    shop = await Shop().open()
    order = await shop.bought(2, "refund_pending")
    view = await shop.refund(order.id)
    assert view.state == "PENDING" and states(shop, order.id) == [VOID, VOID]
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    with pytest.raises(OrderNotRefundable):  # its money is on its way
        await shop.refund(order.id)
    shop.clock.advance(LATE)
    await shop.settle()
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    await audit(shop)


async def test_looking_again_at_what_has_ended_meanwhile() -> None:
    """The provider has hinted at it; the item is still open."""
    shop = await Shop(wrap=lambda payments: Unhelpful(payments, Life())).open()
    order = await shop.bought()
    refund = await shop.refund(order.id)
    (item,) = asked_for(shop, AttentionKind.PAYMENT_STUCK)
    Unhelpful.refuses = False
    try:
        await shop.refunding.look(PaymentId(refund.payment_id), "a hint")
    finally:
        Unhelpful.refuses = True
    command = ResolveAttention(attention_id=item.id, choice=Choice.LOOK_AGAIN, note=None)
    await shop.application.attention.resolve(command, shop.owner.ctx(new_key()))
    (after,) = shop.refunds_of(order.id)
    assert (after.state, after.due_at) == (RefundState.SUCCEEDED, None)
    await audit(shop)


@pytest.mark.parametrize("lost", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
async def test_a_refund_whose_answer_is_lost_is_asked_for_again_and_made_once(lost: Fault) -> None:
    shop = await Shop(faults=FaultPlan({Action.REFUND: [lost] * 3})).open()
    order = await shop.bought(2)
    assert (await shop.refund(order.id)).state == "REQUESTED"
    await shop.settle()
    assert [each.state for each in shop.refunds_of(order.id)] == [RefundState.SUCCEEDED]
    assert asked_for(shop, AttentionKind.PAYMENT_STUCK) == []
    await audit(shop)


@pytest.mark.parametrize("method", ["succeed", "refund_fails"])
async def test_a_failed_refund_is_told_and_tried_again(method: str) -> None:
    faults = FaultPlan({Action.REFUND: [Fault.REFUSED]} if method == "succeed" else {})
    shop = await Shop(faults=faults).open()
    order = await shop.bought(2, method)
    await shop.refund(order.id, tickets=shop.tickets_of(order.id)[:1])
    shop.clock.advance(LATE)
    await shop.settle()
    (failed,) = shop.refunds_of(order.id)
    assert failed.state is RefundState.FAILED and failed.failure
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    assert states(shop, order.id) == [VOID, ISSUED]  # it is void all the same
    (item,) = asked_for(shop, AttentionKind.REFUND_FAILED)
    assert (item.subject_id, item.order_id) == (failed.id, order.id)
    await audit(shop)
    command = ResolveAttention(attention_id=item.id, choice=Choice.RETRY, note=None)
    await shop.application.attention.resolve(command, shop.owner.ctx(new_key()))
    shop.clock.advance(LATE)
    await shop.settle()
    again = next(each for each in shop.refunds_of(order.id) if each.id != failed.id)
    assert (again.retry_of, again.amount, again.ticket_ids) == (failed.id, failed.amount, ())
    assert again.key != failed.key
    if method == "succeed":
        assert again.state is RefundState.SUCCEEDED and await kept(shop) == PRICE
        assert shop.order_now(order.id).state is OrderState.PARTIALLY_REFUNDED
    else:
        assert len(asked_for(shop, AttentionKind.REFUND_FAILED)) == 2
    await audit(shop)


async def test_a_refund_comes_back() -> None:
    shop = await Shop().open()
    order = await shop.bought(2, "refund_comes_back")
    await shop.refund(order.id)
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    await audit(shop)
    shop.clock.advance(LATE)
    await shop.settle()
    assert [each.state for each in shop.refunds_of(order.id)] == [RefundState.FAILED]
    assert shop.order_now(order.id).state is OrderState.CONFIRMED
    assert len(asked_for(shop, AttentionKind.REFUND_FAILED)) == 1
    assert await kept(shop) == 2 * PRICE
    await audit(shop)


async def test_a_refund_comes_back_while_the_provider_does_not_answer() -> None:
    """Of what had succeeded, the webhook is all we hear: it is kept until it could be acted on."""
    shop = await Shop(faults=FaultPlan({Action.FIND_REFUND: [Fault.REQUEST_LOST] * 9})).open()
    order = await shop.bought(2, "refund_comes_back")
    await shop.refund(order.id)
    shop.clock.advance(LATE)
    await shop.settle()
    assert [each.state for each in shop.refunds_of(order.id)] == [RefundState.FAILED]
    await audit(shop)


class Unhelpful(MortalPayments):
    """Refuses refunds, and forgets keys after an hour."""

    refuses = True
    calls: list[str] = []

    @property
    def keys_last(self) -> timedelta:
        return timedelta(hours=1)

    async def refund(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        self.calls.append("refund")
        if self.refuses:
            raise CallRefused("account_suspended")
        return await super().refund(asked, refund_id=refund_id, amount=amount, key=key)

    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        self.calls.append("find_refund")
        return await super().find_refund(asked, refund_id=refund_id, reference=reference)


async def test_a_refused_call_is_told_and_not_made_again_and_again() -> None:
    shop = await Shop(wrap=lambda payments: Unhelpful(payments, Life())).open()
    order = await shop.bought()
    Unhelpful.calls.clear()
    assert (await shop.refund(order.id)).state == "REQUESTED"
    for _ in range(5):
        shop.clock.advance(timedelta(minutes=10))
        await shop.work()
    assert Unhelpful.calls == ["refund"]
    (item,) = asked_for(shop, AttentionKind.PAYMENT_STUCK)
    assert "account_suspended" in item.detail
    assert [bug for bug in shop.observer.bugs if isinstance(bug, Exception)] == []
    Unhelpful.refuses = False
    try:
        command = ResolveAttention(attention_id=item.id, choice=Choice.LOOK_AGAIN, note=None)
        await shop.application.attention.resolve(command, shop.owner.ctx(new_key()))
        await shop.settle()
    finally:
        Unhelpful.refuses = True
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    await audit(shop)


@pytest.mark.parametrize("lost", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
async def test_a_key_that_may_be_forgotten_is_not_trusted(lost: Fault) -> None:
    shop = await Shop(
        faults=FaultPlan({Action.REFUND: [lost]}),
        wrap=lambda payments: Unhelpful(payments, Life()),
    ).open()
    order = await shop.bought()
    Unhelpful.calls.clear()
    Unhelpful.refuses = False
    try:
        await shop.refund(order.id)
        shop.clock.advance(timedelta(hours=2))
        await shop.settle()
    finally:
        Unhelpful.refuses = True
    asked_again = ["refund"] if lost is Fault.REQUEST_LOST else []
    assert Unhelpful.calls[: 2 + len(asked_again)] == ["refund", "find_refund", *asked_again]
    assert Unhelpful.calls.count("refund") == 1 + len(asked_again)
    assert shop.order_now(order.id).state is OrderState.REFUNDED
    await audit(shop)


async def test_a_provider_that_does_not_answer_for_a_day_is_told_once() -> None:
    shop = await Shop(faults=lambda action: _away(action)).open()
    order = await shop.bought()
    await shop.refund(order.id)
    for _ in range(6):
        shop.clock.advance(timedelta(hours=10))
        await shop.work()
    assert len(asked_for(shop, AttentionKind.PAYMENT_STUCK)) == 1
    assert [each.state for each in shop.refunds_of(order.id)] == [RefundState.REQUESTED]


class Undecided(MortalPayments):
    async def find_refund(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        return RefundSeen(state=RefundState.PENDING, reference=reference)


async def test_a_provider_that_never_decides_is_told_once() -> None:
    shop = await Shop(wrap=lambda payments: Undecided(payments, Life())).open()
    order = await shop.bought(1, "refund_pending")
    await shop.refund(order.id)
    for _ in range(13):
        shop.clock.advance(timedelta(days=1))
        await shop.work()
    assert asked_for(shop, AttentionKind.PAYMENT_STUCK) == []
    for _ in range(3):
        shop.clock.advance(timedelta(days=1))
        await shop.work()
    (item,) = asked_for(shop, AttentionKind.PAYMENT_STUCK)
    assert item.detail == "The provider has not decided about a refund of 12.50 EUR."
    (refund,) = shop.refunds_of(order.id)
    assert refund.state is RefundState.PENDING and refund.due_at is not None


def _away(action: Action) -> Fault | None:
    return Fault.REQUEST_LOST if action in (Action.REFUND, Action.FIND_REFUND) else None


async def test_what_the_bank_claims_back_is_not_refunded_too() -> None:
    shop = await Shop().open()
    order = await shop.bought(2)
    reference = shop.payment_of(order.id).reference or ""
    await shop.refund(order.id, 500)
    await shop.provider.dispute(reference)
    await shop.work()
    with pytest.raises(OrderNotRefundable):
        await shop.refund(order.id)
    await shop.provider.end_dispute(reference, won=True)
    await shop.work()
    assert (await shop.refund(order.id)).amount.amount == 2000
    await shop.settle()
    assert await kept(shop) == 0


@pytest.mark.parametrize("won", [True, False])
async def test_refund_and_dispute_at_the_same_moment(won: bool) -> None:
    """The bank was quicker, and we do not know yet: the provider refuses, and nobody is paid
    twice."""
    shop = await Shop().open()
    order = await shop.bought(2)
    reference = shop.payment_of(order.id).reference or ""
    await shop.provider.dispute(reference)
    assert (await shop.refund(order.id)).state == "FAILED"
    await shop.provider.end_dispute(reference, won=won)
    await shop.settle()
    assert await kept(shop) == 2 * PRICE * won
    assert len(asked_for(shop, AttentionKind.REFUND_FAILED)) == 1
    assert shop.order_now(order.id).refunded == 0


@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_another_refund_comes_in_between(at: int) -> None:
    """Before the first one is written it wins; afterwards it is refused."""
    shop = await Shop().open()
    order = await shop.bought(1)

    async def other() -> None:
        with suppress(RefundTooLarge):
            await shop.refund(order.id, 800)

    shop.mortal.interrupt(at, other)
    outcomes = await crowd([shop.refund(order.id, 800)])
    assert shop.mortal.was_interrupted
    assert refusals(outcomes) == (["REFUND_TOO_LARGE"] if at <= 2 else [])
    assert len(shop.refunds_of(order.id)) == 1
    await audit(shop)


async def test_two_that_read_the_same_do_not_both_write() -> None:
    shop = await Shop().open()
    order = await shop.bought(1)
    async with shop.begin(shop.system()) as first, shop.begin(shop.system()) as second:
        for work in (first, second):
            stored = await work.orders.get(order.id)
            assert stored is not None
            request_refund(
                work,
                await load_paid(work, stored),
                id=RefundId(IDS.uuid()),
                amount=Money(100, "EUR"),
                tickets=(),
                reason="a broken leg",
                return_stock=True,
                at=shop.clock.now(),
            )
        await first.commit(None)
        with pytest.raises(StaleWrite):
            await second.commit(None)


async def test_what_was_dismissed_does_not_come_back() -> None:
    shop = await Shop(faults=_away).open()
    order = await shop.bought()
    await shop.refund(order.id)
    shop.clock.advance(timedelta(hours=30))
    await shop.work()
    (item,) = asked_for(shop, AttentionKind.PAYMENT_STUCK)
    command = ResolveAttention(attention_id=item.id, choice=Choice.DISMISS, note="I know")
    await shop.application.attention.resolve(command, shop.owner.ctx(new_key()))
    for _ in range(3):
        shop.clock.advance(timedelta(hours=10))
        await shop.work()
    assert len(asked_for(shop, AttentionKind.PAYMENT_STUCK)) == 1
