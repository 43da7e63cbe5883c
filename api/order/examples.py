"""Examples of orders for the documentation; a test reads them with the schemas."""

from typing import Final

from pydantic.config import JsonDict

_ORDER_ID: Final = "01936b2a-7c00-7a10-8000-000000000007"
_HOLD_ID: Final = "01936b2a-7c00-7a10-8000-000000000006"

NEW_ORDER: Final[JsonDict] = {
    "hold_id": _HOLD_ID,
    "buyer": {"name": "Ada", "email": "ada@example.com"},
}

NEW_PAYMENT: Final[JsonDict] = {"provider": "simulated", "method": "succeed"}

PAYMENT: Final[JsonDict] = {
    "id": "01936b2a-7c00-7a10-8000-000000000008",
    "order_id": _ORDER_ID,
    "provider": "simulated",
    "method": "succeed",
    "state": "CAPTURED",
    "amount": {"amount": 5000, "currency": "EUR"},
    "client_secret": None,  # nosec B105: an example
    "redirect_url": None,
    "failure": None,
    "created_at": "2026-11-21T10:17:00Z",
}

ORDER: Final[JsonDict] = {
    "id": _ORDER_ID,
    "number": "HF-7F3K-9QXD-2M",
    "live": True,
    "state": "CONFIRMED",
    "event_id": "01936b2a-7c00-7a10-8000-000000000003",
    "hold_id": _HOLD_ID,
    "buyer": {"name": "Ada", "email": "ada@example.com"},
    "lines": [
        {
            "ticket_type_id": "01936b2a-7c00-7a10-8000-000000000004",
            "quantity": 2,
            "unit_price": {"amount": 2500, "currency": "EUR"},
        }
    ],
    "charges": [
        {
            "kind": "TAX",
            "name": "VAT",
            "amount": {"amount": 798, "currency": "EUR"},
            "included": True,
        }
    ],
    "total": {"amount": 5000, "currency": "EUR"},
    "refunded": {"amount": 0, "currency": "EUR"},
    "payment": PAYMENT,
    "expires_at": "2026-11-21T10:30:00Z",
    "created_at": "2026-11-21T10:16:00Z",
}
