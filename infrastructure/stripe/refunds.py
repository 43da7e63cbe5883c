"""Refunds: giving money back, and how that went."""

from typing import Final

import stripe
from stripe.params import RefundCreateParams

from application.ports.payments import Asked, CallRefused, OutcomeUnknown
from domain.order.refund import RefundSeen, RefundState
from infrastructure.stripe.calls import code_of, is_definite, is_replayed, keyed
from infrastructure.stripe.currencies import to_stripe
from infrastructure.stripe.lookup import Lookup
from shared.ids import RefundId
from shared.money import Money

_STATES: Final = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}

_NOTHING_LEFT: Final = frozenset(
    {
        "amount_too_large",
        "charge_already_refunded",
        "charge_disputed",
        "charge_not_refundable",
        "invalid_amount",
        "payment_intent_unexpected_state",
        "refund_disputed_payment",
    }
)
"""Codes of refusals that are about the money itself: it is not there, and will not come."""


class Refunds:
    """Its methods raise StripeError, and CallRefused for a payment that was never paid."""

    def __init__(self, client: stripe.StripeClient, lookup: Lookup) -> None:
        self._refunds = client.v1.refunds
        self._lookup = lookup

    async def make(
        self, asked: Asked, *, refund_id: RefundId, amount: Money, key: str
    ) -> RefundSeen:
        if amount.currency != asked.amount.currency:
            raise CallRefused("currency_mismatch")
        intent = await self._lookup.intent_id(asked)
        params = refund_params(asked, intent, refund_id=refund_id, amount=amount)
        try:
            return seen(
                await keyed(
                    lambda k: self._refunds.create_async(params, {"idempotency_key": k}), key
                )
            )
        except stripe.InvalidRequestError as error:
            if code_of(error) in _NOTHING_LEFT:
                return RefundSeen(state=RefundState.FAILED, failure=code_of(error))
            raise
        except stripe.StripeError as error:
            # An error of Stripe's own is the key's answer for a day: only a look can tell more.
            known = None
            if is_replayed(error) and not is_definite(error):
                known = await self.find(asked, refund_id=refund_id, reference=None)
            if known is None:
                raise
            return known

    async def find(
        self, asked: Asked, *, refund_id: RefundId, reference: str | None
    ) -> RefundSeen | None:
        refund = await self._lookup.refund(asked, refund_id=refund_id, reference=reference)
        return None if refund is None else seen(refund)


def refund_params(
    asked: Asked, intent: str, *, refund_id: RefundId, amount: Money
) -> RefundCreateParams:
    return {
        "payment_intent": intent,
        "amount": to_stripe(amount),
        "metadata": {
            "refund_id": str(refund_id),
            "payment_id": str(asked.payment_id),
            "order_id": str(asked.order_id),
        },
    }


def seen(refund: stripe.Refund) -> RefundSeen:
    state = _STATES.get(refund.status or "")
    if state is None:
        raise OutcomeUnknown(f"refund in status {refund.status}")
    failure = None
    if state is RefundState.FAILED:
        failure = refund.failure_reason or refund.status
    return RefundSeen(state=state, reference=refund.id, failure=failure)
