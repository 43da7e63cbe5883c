"""Disputes: whatever one is told, however often and in whatever order, the books say the same."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest

from application.payment.requesting import load_paid, request_refund
from application.ports.payments import OutcomeUnknown
from application.ports.unit_of_work import StaleWrite
from domain.attention.attention import AttentionKind, AttentionState, Choice
from domain.ledger.posting import Account, PostingKind
from domain.order.dispute import Dispute, DisputeState
from domain.order.errors import OrderNotRefundable
from domain.ticket.ticket import TicketState
from shared.ids import PaymentId, RefundId
from tests.application.money.house import PRICE, House
from tests.contracts.world import IDS, crowd

CHARGE, DISPUTE = PostingKind.CHARGE, PostingKind.DISPUTE
WON, LOST = PostingKind.DISPUTE_WON, PostingKind.DISPUTE_LOST


async def disputes(house: House, payment_id: PaymentId) -> Sequence[Dispute]:
    async with house.begin(house.system()) as work:
        return await work.disputes.of_payment(payment_id)


async def test_a_new_dispute_flags_the_tickets_and_takes_the_money_aside(house: House) -> None:
    payment = await house.paid(2)
    house.bank.claim(payment.id, 2 * PRICE)
    await house.look(payment.id)
    (dispute,) = await disputes(house, payment.id)
    assert (dispute.state, dispute.amount.amount) == (DisputeState.OPEN, 2 * PRICE)
    tickets = await house.tickets(payment.order_id)
    assert [(each.disputed, each.state) for each in tickets] == [(True, TicketState.ISSUED)] * 2
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE]
    assert await house.balance(payment.order_id) == {
        Account.DISPUTED: 2 * PRICE,
        Account.ORGANIZER: -2 * PRICE,
    }
    (item,) = await house.items()
    assert (item.kind, item.subject_id, item.order_id) == ("DISPUTE", dispute.id, payment.order_id)
    assert "20.00 EUR" in item.detail and "fraudulent" in item.detail


async def test_an_inquiry_moves_no_money_until_the_provider_withdraws_it(house: House) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE, withdrawn=False)
    await house.look(payment.id)
    assert await house.kinds(payment.order_id) == [CHARGE]
    assert all(each.disputed for each in await house.tickets(payment.order_id))
    house.bank.claim(payment.id, PRICE)
    await house.look(payment.id)
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE]
    assert len(await house.items()) == 1


async def test_an_inquiry_that_comes_to_nothing_leaves_the_books_alone(house: House) -> None:
    payment = await house.paid()
    for state in (DisputeState.OPEN, DisputeState.WON):
        house.bank.claim(payment.id, PRICE, withdrawn=False, state=state)
        await house.look(payment.id)
    assert await house.kinds(payment.order_id) == [CHARGE]
    assert not any(each.disputed for each in await house.tickets(payment.order_id))


async def test_a_won_dispute_is_as_if_nothing_had_been(house: House) -> None:
    payment = await house.paid()
    before = await house.balance(payment.order_id)
    for state in (DisputeState.OPEN, DisputeState.WON):
        house.bank.claim(payment.id, PRICE, state=state)
        await house.look(payment.id)
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE, WON]
    assert await house.balance(payment.order_id) == before
    assert not any(each.disputed for each in await house.tickets(payment.order_id))
    assert (await disputes(house, payment.id))[0].state is DisputeState.WON


async def test_a_lost_dispute_is_the_organizers_loss_and_the_tickets_stay_flagged(
    house: House,
) -> None:
    payment = await house.paid()
    for state in (DisputeState.OPEN, DisputeState.LOST):
        house.bank.claim(payment.id, PRICE, state=state)
        await house.look(payment.id)
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE, LOST]
    assert await house.balance(payment.order_id) == {}
    (ticket,) = await house.tickets(payment.order_id)
    assert ticket.disputed and ticket.state is TicketState.ISSUED


@pytest.mark.parametrize("end", [DisputeState.WON, DisputeState.LOST])
async def test_a_dispute_that_is_heard_of_at_its_end_only(house: House, end: DisputeState) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE, state=end)
    await house.look(payment.id)
    lost = end is DisputeState.LOST
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE, LOST if lost else WON]
    assert [each.disputed for each in await house.tickets(payment.order_id)] == [lost]
    assert len(await house.items()) == int(lost)


_TOLD = (
    (False, DisputeState.OPEN),
    (True, DisputeState.OPEN),
    (True, DisputeState.LOST),
)


@pytest.mark.parametrize("looks", list(itertools.product(range(3), repeat=3)))
async def test_told_twice_and_at_any_moment(house: House, looks: tuple[int, ...]) -> None:
    """Between the bank's changes there are none, one or two looks: the end is the same."""
    payment = await house.paid()
    for (withdrawn, state), times in zip(_TOLD, looks, strict=True):
        house.bank.claim(payment.id, PRICE, withdrawn=withdrawn, state=state)
        for _ in range(times):
            await house.look(payment.id)
    await house.look(payment.id)
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE, LOST]
    assert await house.balance(payment.order_id) == {}
    assert len(await disputes(house, payment.id)) == len(await house.items()) == 1


async def test_a_decided_dispute_stays_as_it_was_decided(house: House) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE, state=DisputeState.LOST)
    await house.look(payment.id)
    house.bank.claim(payment.id, PRICE, state=DisputeState.OPEN)
    await house.look(payment.id)
    assert (await disputes(house, payment.id))[0].state is DisputeState.LOST


async def test_two_looks_at_once_note_one_dispute(house: House) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE)
    outcomes = await crowd(house.look(payment.id) for _ in range(6))
    assert outcomes == [None] * 6
    assert len(await disputes(house, payment.id)) == len(await house.items()) == 1
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE]


async def test_tickets_stay_flagged_while_another_dispute_is_open(house: House) -> None:
    payment = await house.paid(2)
    house.bank.claim(payment.id, PRICE, reference="claim-1")
    house.bank.claim(payment.id, PRICE, reference="claim-2")
    await house.look(payment.id)
    house.bank.claim(payment.id, PRICE, reference="claim-2", state=DisputeState.WON)
    await house.look(payment.id)
    assert all(each.disputed for each in await house.tickets(payment.order_id))
    house.bank.claim(payment.id, PRICE, reference="claim-1", state=DisputeState.WON)
    await house.look(payment.id)
    assert not any(each.disputed for each in await house.tickets(payment.order_id))


async def test_disputed_money_is_not_refunded(house: House) -> None:
    payment = await house.paid(2)
    house.bank.claim(payment.id, 2 * PRICE)
    await house.look(payment.id)
    with pytest.raises(OrderNotRefundable):
        await house.refund(payment.order_id)
    house.bank.claim(payment.id, 2 * PRICE, state=DisputeState.LOST)
    await house.look(payment.id)
    with pytest.raises(OrderNotRefundable):
        await house.refund(payment.order_id)
    assert house.bank.refunds == {}


async def test_what_is_not_disputed_can_be_refunded(house: House) -> None:
    payment = await house.paid(2)
    house.bank.claim(payment.id, PRICE)
    await house.look(payment.id)
    assert (await house.refund(payment.order_id)).amount.amount == PRICE
    with pytest.raises(OrderNotRefundable):
        await house.refund(payment.order_id)


async def test_a_refund_notices_a_dispute_of_the_same_moment(house: House) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE)
    async with house.begin(house.system()) as work:
        paid = await load_paid(work, await house.stored_order(payment.order_id))
        await house.look(payment.id)
        request_refund(
            work,
            paid,
            id=RefundId(IDS.uuid()),
            amount=paid.left,
            tickets=(),
            reason="Asked for",
            return_stock=True,
            at=await work.now(),
        )
        with pytest.raises(StaleWrite):
            await work.commit(None)
    assert await house.kinds(payment.order_id) == [CHARGE, DISPUTE]


async def test_refunds_and_disputes_at_once_never_give_more_than_was_taken(house: House) -> None:
    payment = await house.paid(4)
    for nr in range(4):
        house.bank.claim(payment.id, PRICE, reference=f"claim-{nr}")
    await crowd(
        call
        for _ in range(4)
        for call in (house.look(payment.id), house.refund(payment.order_id, PRICE))
    )
    await house.look(payment.id)
    refunded = sum(each.state.name == "SUCCEEDED" for each in house.bank.refunds.values())
    noted = await disputes(house, payment.id)
    late = [each for each in noted if each.state is DisputeState.OPEN]
    assert len(late) == 4 and refunded <= 4
    async with house.begin(house.system()) as work:
        refunds = await work.refunds.of_payment(payment.id)
    # Each refund was asked for while that much was left beside the disputes known by then.
    for refund in refunds:
        known = sum(each.amount.amount for each in noted if each.created_at < refund.created_at)
        before = sum(each.amount.amount for each in refunds if each.created_at < refund.created_at)
        assert known + before + refund.amount.amount <= 4 * PRICE


async def test_undecided_disputes_are_followed_without_being_told(house: House) -> None:
    payments = [await house.paid() for _ in range(3)]
    for payment in payments:
        house.bank.claim(payment.id, PRICE)
        await house.look(payment.id)
        house.bank.claim(payment.id, PRICE, state=DisputeState.LOST)
    assert await house.run("follow_disputes") == 3
    for payment in payments:
        assert (await disputes(house, payment.id))[0].state is DisputeState.LOST
    assert await house.run("follow_disputes") == 0


async def test_a_provider_that_does_not_answer_changes_nothing(house: House) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE)
    await house.look(payment.id)
    house.bank.claim(payment.id, PRICE, state=DisputeState.WON)
    house.bank.down = True
    with pytest.raises(OutcomeUnknown):
        await house.look(payment.id)
    assert await house.run("follow_disputes") == 0
    assert (await disputes(house, payment.id))[0].state is DisputeState.OPEN


async def test_to_look_again_is_a_hint_in_the_inbox(house: House) -> None:
    payment = await house.paid()
    house.bank.claim(payment.id, PRICE)
    await house.look(payment.id)
    house.bank.claim(payment.id, PRICE, state=DisputeState.WON)
    (item,) = await house.items(AttentionState.OPEN)
    assert item.kind == AttentionKind.DISPUTE.value
    await house.resolve(item.id, Choice.LOOK_AGAIN)
    await house.pass_time(timedelta(seconds=1))
    await house.run("process_inbox")
    assert (await disputes(house, payment.id))[0].state is DisputeState.WON
