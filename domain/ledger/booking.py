"""What charges and refunds do to the accounts. Pure: the same things always give the same entries.

A refund of tickets takes their taxes and fees back with it. An amount without tickets is the
organizer's own gift. What ends a payment, whatever it was refunded for, leaves every account at
zero, so that no rounding stays behind.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.charges import ChargeKind
from domain.ledger.posting import Account, Posting, PostingKind
from domain.order.order import Order
from domain.order.payment import Payment
from domain.order.refund import Refund
from domain.order.refunding import worth
from domain.ticket.ticket import Ticket
from shared.ids import PostingId

_OWED = ((Account.TAX, ChargeKind.TAX), (Account.PLATFORM, ChargeKind.FEE))


def posted(
    order: Order,
    payment: Payment,
    kind: PostingKind,
    source_id: UUID,
    currency: str,
    entries: Mapping[Account, int],
    *,
    id: PostingId,
    at: datetime,
) -> Posting:
    """Something happened to the money of this payment of the order."""
    return Posting(
        id=id,
        kind=kind,
        source_id=source_id,
        organizer_id=order.organizer_id,
        event_id=order.event_id,
        order_id=order.id,
        payment_id=payment.id,
        live=order.live,
        provider=payment.provider,
        currency=currency,
        entries=entries,
        occurred_at=at,
    )


def charge(order: Order, payment: Payment, *, id: PostingId, at: datetime) -> Posting:
    """The payment was captured: the money is at the provider, and belongs to several."""
    entries = Counter({Account.PROVIDER: payment.amount.amount})
    for account, what in _OWED:
        entries[account] = -sum(line.charged(what) * line.quantity for line in order.lines)
    kind = PostingKind.CHARGE
    return posted(
        order, payment, kind, payment.id, payment.amount.currency, _balanced(entries), id=id, at=at
    )


def refund(
    order: Order,
    payment: Payment,
    refund: Refund,
    tickets: Iterable[Ticket],
    booked: Iterable[Posting],
    *,
    id: PostingId,
    at: datetime,
) -> Posting:
    """The refund succeeded. `tickets` are those it was for; `booked` what the order's postings
    are by now."""
    amount, left = refund.amount.amount, balances(booked, payment)
    if amount == left[Account.PROVIDER] and not left[Account.DISPUTED]:
        entries = Counter({account: -held for account, held in left.items()})
    else:
        entries = Counter({Account.PROVIDER: -amount})
        entries.update(_charges_back(order, amount, list(tickets), left))
    kind = PostingKind.REFUND
    return posted(
        order, payment, kind, refund.id, refund.amount.currency, _balanced(entries), id=id, at=at
    )


def refund_failed(booked: Posting, *, id: PostingId, at: datetime) -> Posting:
    """The refund of this posting came back after all: everything is as before it."""
    return replace(
        booked,
        id=id,
        kind=PostingKind.REFUND_FAILED,
        entries={account: -amount for account, amount in booked.entries.items()},
        occurred_at=at,
    )


def balances(booked: Iterable[Posting], payment: Payment) -> Counter[Account]:
    """What each account holds of the payment, without what the provider keeps for itself."""
    held: Counter[Account] = Counter()
    for posting in booked:
        if posting.payment_id == payment.id and posting.kind is not PostingKind.PROVIDER_FEE:
            held.update(posting.entries)
    return held


def _charges_back(
    order: Order, amount: int, tickets: list[Ticket], left: Mapping[Account, int]
) -> Counter[Account]:
    """Taxes and fees of these tickets: in proportion where less than their worth goes back, and
    never more than is left of them."""
    back: Counter[Account] = Counter()
    value = worth(order, [ticket.ticket_type_id for ticket in tickets]).amount
    lines = {line.ticket_type_id: line for line in order.lines}
    for account, kind in _OWED:
        full = sum(lines[ticket.ticket_type_id].charged(kind) for ticket in tickets)
        if full:
            back[account] = max(0, min(full * min(amount, value) // value, -left[account]))
    return back


def _balanced(entries: Counter[Account]) -> Mapping[Account, int]:
    """Whatever is left of the money is the organizer's."""
    entries[Account.ORGANIZER] -= sum(entries.values())
    return {account: amount for account, amount in entries.items() if amount}
