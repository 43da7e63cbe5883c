"""What we ask for, in Stripe's parameters.

The same charge gives the same ones at any time: they are what its idempotency key stands for.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from stripe.params import PaymentIntentCreateParams
from stripe.params.checkout import SessionCreateParams

from application.ports.payments import Charge
from infrastructure.stripe.currencies import to_stripe

CARD: Final = "card"
AUTOMATIC: Final = "automatic"
CHECKOUT: Final = "checkout"
METHODS: Final = frozenset({CARD, AUTOMATIC, CHECKOUT})

_SHORTEST: Final = timedelta(minutes=31)
_LONGEST: Final = timedelta(hours=24)
"""How far away a session may end: half an hour and a day, by Stripe's clock."""


def metadata_of(charge: Charge) -> dict[str, str]:
    return {
        "payment_id": str(charge.payment_id),
        "order_id": str(charge.order_id),
        "order_number": charge.number,
    }


def intent_params(charge: Charge) -> PaymentIntentCreateParams:
    """`card` promises first. `automatic` is whatever the account offers, methods that cannot
    promise among them: they take the money at once, or days later."""
    params: PaymentIntentCreateParams = {
        "amount": to_stripe(charge.amount),
        "currency": charge.amount.currency.lower(),
        "description": charge.description,
        "metadata": metadata_of(charge),
    }
    if charge.method == AUTOMATIC:
        params["capture_method"] = "automatic"
        params["automatic_payment_methods"] = {"enabled": True}
    else:
        params["capture_method"] = "manual"
        params["allowed_payment_method_types"] = ["card"]
    return params


def session_params(charge: Charge, return_url: str) -> SessionCreateParams:
    """A page at Stripe for one payment with a card."""
    metadata = metadata_of(charge)
    url = return_url.replace("{order_id}", metadata["order_id"]).replace(
        "{payment_id}", metadata["payment_id"]
    )
    params: SessionCreateParams = {
        "mode": "payment",
        "allowed_payment_method_types": ["card"],
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": charge.amount.currency.lower(),
                    "unit_amount": to_stripe(charge.amount),
                    "product_data": {"name": charge.description},
                },
            }
        ],
        # What the buyer pays is what we asked for, to the cent and in our currency.
        "adaptive_pricing": {"enabled": False},
        "client_reference_id": metadata["order_id"],
        "metadata": metadata,
        "payment_intent_data": {
            "capture_method": "manual",
            "description": charge.description,
            "metadata": metadata,
        },
        "success_url": url,
        "cancel_url": url,
    }
    ends = expires_at(charge)
    if ends is not None:
        params["expires_at"] = int(ends.timestamp())
    return params


def expires_at(charge: Charge) -> datetime | None:
    """When the page closes by itself, at the latest: whoever asks for it before `pay_until` asks
    half an hour ahead. None is Stripe's own limit of a day. (At `pay_until` we close it.)"""
    ends = charge.pay_until + _SHORTEST
    began = began_at(charge.payment_id)
    return ends if began is not None and ends < began + _LONGEST else None


def began_at(id: UUID) -> datetime | None:
    """When the id was made, which is when its payment began; None for an id that does not say."""
    if id.version != 7:
        return None
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC)
