"""Stripe's ledger: balance transactions, as movements of our payments.

A balance transaction is in the currency that the account is paid out in. What came or went is taken
from the charge, refund or dispute behind it, in the currency that was paid; a fee is what it is.
"""

from collections.abc import Iterator
from typing import Final

import stripe

from application.ports.payments import Movement, MovementKind
from infrastructure.stripe.reading import moment, money

# By reporting category, which tells disputes and reversals apart; the type of both is "adjustment".
# A bank that takes a payment back (charge_failure) takes it out as a refund does.
_KINDS: Final = {
    "charge": MovementKind.CHARGE,
    "refund": MovementKind.REFUND,
    "charge_failure": MovementKind.REFUND,
    "refund_failure": MovementKind.REFUND_FAILED,
    "dispute": MovementKind.DISPUTE,
    "dispute_reversal": MovementKind.DISPUTE_WON,
}


def movements_of(line: stripe.BalanceTransaction) -> Iterator[Movement]:
    """None for lines that are not about a payment, such as payouts; `line` has its source along."""
    source = line.source
    kind = _KINDS.get(line.reporting_category)
    if not isinstance(source, (stripe.Charge, stripe.Refund, stripe.Dispute)):
        return
    intent = source.payment_intent
    if kind is None or intent is None:
        return
    reference = intent if isinstance(intent, str) else intent.id
    amount = source.amount
    if isinstance(source, stripe.Charge) and kind is MovementKind.CHARGE:
        amount = source.amount_captured
    yield Movement(
        id=line.id,
        kind=kind,
        reference=reference,
        amount=money(amount, source.currency),
        occurred_at=moment(line.created),
    )
    if line.fee > 0:
        yield Movement(
            id=f"{line.id}-fee",
            kind=MovementKind.FEE,
            reference=reference,
            amount=money(line.fee, line.currency),
            occurred_at=moment(line.created),
        )
