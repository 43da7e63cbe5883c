"""What charges and refunds do to the accounts, with taxes and fees, included and on top."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain.charges import ChargeKind, UnitCharge
from domain.ledger import booking
from domain.ledger.posting import Account, Posting, PostingKind
from domain.order.order import Order, OrderState
from domain.order.payment import Payment, PaymentState
from domain.order.refund import Refund
from domain.ticket.ticket import Ticket
from shared.ids import EventId, OrderId, PaymentId, PostingId, RefundId, TicketId
from shared.money import Money
from tests.domain.builders import AT, SECOND, order, payment, type_id, uid

PROVIDER, ORGANIZER = Account.PROVIDER, Account.ORGANIZER
TAX, PLATFORM = Account.TAX, Account.PLATFORM


def sale(tax: int, tax_in: bool, fee: int, fee_in: bool) -> tuple[Order, Payment]:
    """Two tickets at 1000, with these charges each."""
    made = order(OrderState.CONFIRMED, price=1000)
    charges = [
        UnitCharge(kind=kind, name="", amount=Money(amount, "EUR"), included=included)
        for kind, amount, included in (
            (ChargeKind.TAX, tax, tax_in),
            (ChargeKind.FEE, fee, fee_in),
        )
        if amount
    ]
    line = replace(made.lines[0], charges=tuple(charges))
    made = replace(made, lines=(line,), total=line.total)
    return made, replace(payment(PaymentState.CAPTURED), amount=line.total)


def tickets(count: int) -> list[Ticket]:
    return [
        Ticket.issue(
            id=TicketId(uid(f"ticket {number}")),
            order_id=OrderId(uid("order")),
            event_id=EventId(uid("event")),
            ticket_type_id=type_id(),
            code="c" * 22,
            at=AT,
        )
        for number in range(count)
    ]


def back(
    sold: Order, paid: Payment, booked: Sequence[Posting], amount: int, count: int = 0
) -> Posting:
    id = uid(f"refund {len(booked)}")
    refund = Refund.request(
        id=RefundId(id),
        payment_id=paid.id,
        order_id=sold.id,
        amount=Money(amount, "EUR"),
        reason="",
        at=AT,
    )
    return booking.refund(
        sold, paid, refund, tickets(count), booked, id=PostingId(id), at=AT + SECOND
    )


def charge(sold: Order, paid: Payment) -> Posting:
    return booking.charge(sold, paid, id=PostingId(uid("charge")), at=AT)


@pytest.mark.parametrize(
    ("tax", "tax_in", "fee", "fee_in", "entries"),
    [
        (0, True, 0, True, {PROVIDER: 2000, ORGANIZER: -2000}),
        (160, True, 0, True, {PROVIDER: 2000, ORGANIZER: -1680, TAX: -320}),
        (190, False, 0, True, {PROVIDER: 2380, ORGANIZER: -2000, TAX: -380}),
        (0, True, 50, True, {PROVIDER: 2000, ORGANIZER: -1900, PLATFORM: -100}),
        (0, True, 50, False, {PROVIDER: 2100, ORGANIZER: -2000, PLATFORM: -100}),
        (190, False, 50, False, {PROVIDER: 2480, ORGANIZER: -2000, TAX: -380, PLATFORM: -100}),
        (160, True, 50, True, {PROVIDER: 2000, ORGANIZER: -1580, TAX: -320, PLATFORM: -100}),
        # A fee beyond the price is the organizer's debt.
        (0, True, 1100, True, {PROVIDER: 2000, ORGANIZER: 200, PLATFORM: -2200}),
    ],
)
def test_a_charge_belongs_to_several(
    tax: int, tax_in: bool, fee: int, fee_in: bool, entries: dict[Account, int]
) -> None:
    sold, paid = sale(tax, tax_in, fee, fee_in)
    posting = charge(sold, paid)
    assert posting.entries == entries
    assert (posting.kind, posting.source_id) == (PostingKind.CHARGE, paid.id)
    assert (posting.organizer_id, posting.event_id) == (sold.organizer_id, sold.event_id)
    assert (posting.provider, posting.currency, posting.live) == ("simulated", "EUR", True)


def test_a_ticket_takes_its_taxes_and_fees_back_with_it() -> None:
    sold, paid = sale(190, False, 50, True)
    booked = [charge(sold, paid)]
    posting = back(sold, paid, booked, 1190, 1)
    assert posting.entries == {PROVIDER: -1190, ORGANIZER: 950, TAX: 190, PLATFORM: 50}


def test_part_of_a_ticket_takes_part_of_them() -> None:
    sold, paid = sale(190, False, 50, True)
    posting = back(sold, paid, [charge(sold, paid)], 595, 1)
    assert posting.entries == {PROVIDER: -595, ORGANIZER: 475, TAX: 95, PLATFORM: 25}


def test_a_gift_is_the_organizers() -> None:
    sold, paid = sale(190, False, 50, True)
    posting = back(sold, paid, [charge(sold, paid)], 700)
    assert posting.entries == {PROVIDER: -700, ORGANIZER: 700}


def test_the_end_leaves_nothing_behind() -> None:
    sold, paid = sale(190, False, 50, True)
    booked = [charge(sold, paid)]
    booked.append(back(sold, paid, booked, 700))
    booked.append(back(sold, paid, booked, 1190, 1))
    booked.append(back(sold, paid, booked, 490, 1))
    assert not any(booking.balances(booked, paid).values())


def test_what_the_provider_keeps_for_itself_is_not_in_the_way_of_the_end() -> None:
    sold, paid = sale(160, True, 0, True)
    booked = [charge(sold, paid)]
    fee = replace(
        booked[0],
        kind=PostingKind.PROVIDER_FEE,
        source_id=uid("fee"),
        entries={PROVIDER: -30, ORGANIZER: 30},
    )
    posting = back(sold, paid, [*booked, fee], 2000, 2)
    assert posting.entries == {PROVIDER: -2000, ORGANIZER: 1680, TAX: 320}


def test_money_in_dispute_is_not_the_end() -> None:
    sold, paid = sale(160, True, 0, True)
    booked = [charge(sold, paid)]
    booked.append(
        replace(
            booked[0],
            kind=PostingKind.DISPUTE,
            source_id=uid("dispute"),
            entries={PROVIDER: -1000, Account.DISPUTED: 1000},
        )
    )
    posting = back(sold, paid, booked, 1000, 1)
    assert posting.entries == {PROVIDER: -1000, ORGANIZER: 840, TAX: 160}


def test_other_payments_of_the_order_do_not_count() -> None:
    sold, paid = sale(160, True, 0, True)
    other = replace(paid, id=PaymentId(uid("other")))
    assert booking.balances([charge(sold, other)], paid) == {}


def test_a_refund_that_came_back_is_as_if_it_had_never_been() -> None:
    sold, paid = sale(190, False, 50, True)
    booked = [charge(sold, paid)]
    booked.append(back(sold, paid, booked, 1190, 1))
    failed = booking.refund_failed(booked[1], id=PostingId(uid("failed")), at=AT + 2 * SECOND)
    assert (failed.kind, failed.source_id) == (PostingKind.REFUND_FAILED, booked[1].source_id)
    assert booking.balances([*booked, failed], paid) == booking.balances(booked[:1], paid)


@pytest.mark.parametrize("seed", range(20))
def test_any_sequence_of_refunds_sums_to_zero_and_ends_at_zero(seed: int) -> None:
    chance = random.Random(seed)
    sold, paid = sale(
        chance.randint(0, 300), chance.random() < 0.5, chance.randint(0, 200), chance.random() < 0.5
    )
    booked = [charge(sold, paid)]
    while left := booking.balances(booked, paid)[PROVIDER]:
        unit = sold.lines[0].unit_total.amount
        count = chance.randint(0, 1)
        amount = min(left, chance.randint(1, unit))
        booked.append(back(sold, paid, booked, amount, count))
        held = booking.balances(booked, paid)
        assert sum(held.values()) == 0 and held[PROVIDER] == left - amount
        assert held[TAX] <= 0 and held[PLATFORM] <= 0
    assert not any(booking.balances(booked, paid).values())
    assert sum(Counter(booked[0].entries).values()) == 0
