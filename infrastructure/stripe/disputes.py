"""Disputes, as Stripe keeps them."""

from typing import Final

import stripe

from application.ports.payments import DisputeSeen, OutcomeUnknown
from domain.order.dispute import DisputeState
from infrastructure.stripe.reading import money

# An appeal is about a dispute that was lost: until it is decided, the payer has the money.
_STATES: Final = {
    "warning_needs_response": DisputeState.OPEN,
    "warning_under_review": DisputeState.OPEN,
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "appeal_needs_response": DisputeState.OPEN,
    "appeal_under_review": DisputeState.OPEN,
    "warning_closed": DisputeState.WON,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}


def seen(dispute: stripe.Dispute) -> DisputeSeen:
    """What was prevented ended before it began: lost where the money went back to the payer."""
    withdrawn = any(each.amount < 0 for each in dispute.balance_transactions)
    if dispute.status == "prevented":
        state = DisputeState.LOST if withdrawn else DisputeState.WON
    else:
        known = _STATES.get(dispute.status)
        if known is None:
            raise OutcomeUnknown(f"dispute in status {dispute.status}")
        state = known
    return DisputeSeen(
        reference=dispute.id,
        amount=money(dispute.amount, dispute.currency),
        reason=dispute.reason,
        state=state,
        withdrawn=withdrawn,
    )
