"""What a sale consists of: it must really have been sold, not only have been tried."""

from collections.abc import Collection
from typing import Final

SALE: Final = (
    "CreateOrganizer",
    "CreateEvent",
    "PublishEvent",
    "GetAvailability",
    "CreateHold",
    "ExtendHold",
    "CreateOrder",
    "PayOrder",
    "ListTickets",
    "RefundOrder",
    "ConfirmPayment",
    "ResolveAttention",
)


def missing(succeeded: Collection[str]) -> list[str]:
    """The operations of a sale that never went well: fuzzing is then too shallow to mean much."""
    return [name for name in SALE if name not in succeeded]
