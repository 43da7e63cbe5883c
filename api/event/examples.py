"""Examples of events for the documentation; a test reads them with the schemas."""

from typing import Final

from pydantic.config import JsonDict

_EVENT_ID: Final = "01936b2a-7c00-7a10-8000-000000000003"
_STANDING: Final = "01936b2a-7c00-7a10-8000-000000000004"

NEW_EVENT: Final[JsonDict] = {
    "organizer_id": "01936b2a-7c00-7a10-8000-000000000002",
    "name": "Night of the Accordion",
    "description": "Four hours, eleven players.",
    "venue": "Harbour Hall",
    "timezone": "Europe/Berlin",
    "starts_at": "2027-06-12T20:00:00+02:00",
    "ends_at": "2027-06-13T00:00:00+02:00",
    "currency": "EUR",
    "max_per_buyer": 8,
    "offline_payment_hours": 72,
    "pools": [{"name": "Hall", "capacity": 500}],
    "ticket_types": [
        {"name": "Standing", "price": {"amount": 2500, "currency": "EUR"}, "pools": ["Hall"]},
        {
            "name": "Student",
            "price": {"amount": 1250, "currency": "EUR"},
            "capacity": 100,
            "max_per_order": 2,
            "tax_name": "VAT",
            "tax_rate_basis_points": 700,
            "pools": ["Hall"],
        },
    ],
}

CHANGES: Final[JsonDict] = {"venue": "Harbour Hall, upper floor", "max_per_buyer": None}

NEW_TICKET_TYPE: Final[JsonDict] = {
    "name": "Balcony",
    "price": {"amount": 4000, "currency": "EUR"},
    "capacity": 40,
    "max_per_order": 4,
}

EVENT: Final[JsonDict] = {
    "id": _EVENT_ID,
    "organizer_id": "01936b2a-7c00-7a10-8000-000000000002",
    "live": True,
    "name": "Night of the Accordion",
    "description": "Four hours, eleven players.",
    "venue": "Harbour Hall",
    "timezone": "Europe/Berlin",
    "starts_at": "2027-06-12T18:00:00Z",
    "ends_at": "2027-06-12T22:00:00Z",
    "currency": "EUR",
    "state": "ON_SALE",
    "max_per_buyer": 8,
    "offline_payment_hours": 72,
    "prices_include_tax": True,
    "pass_on_fees": False,  # nosec B105: no password
    "ticket_types": [
        {
            "id": _STANDING,
            "name": "Standing",
            "price": {"amount": 2500, "currency": "EUR"},
            "tax_name": "VAT",
            "tax_rate_basis_points": 1900,
            "capacity": 500,
            "max_per_order": 10,
            "pools": ["Hall"],
        }
    ],
    "pools": [
        {"id": "01936b2a-7c00-7a10-8000-000000000005", "name": "Hall", "capacity": 500},
    ],
    "created_at": "2026-11-21T10:00:00Z",
    "updated_at": "2026-11-21T10:05:00Z",
    "version": 2,
}

AVAILABILITY: Final[JsonDict] = {
    "event_id": _EVENT_ID,
    "ticket_types": [
        {
            "ticket_type_id": _STANDING,
            "available": 361,
            "held": 17,
            "sold": 122,
            "capacity": 500,
        }
    ],
    "as_of": "2026-11-21T10:15:00.250000Z",
}
