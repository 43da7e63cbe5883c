"""Which groups of operations make up which service, where one process does not serve them all."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class Service(Enum):
    """What a process can be started for."""

    CATALOG = "catalog"
    """Events, their availability, and holds: whatever a rush on tickets is made of."""
    ORDERS = "orders"
    """Orders, payments, tickets, and what providers call."""
    IDENTITY = "identity"
    """Accounts, guests, organizers, and who acts for them."""
    WORKERS = "workers"
    """The background work; it has no operations."""


EVERYTHING: Final = frozenset(Service)

GROUPS: Final[Mapping[str, Service]] = MappingProxyType(
    {
        "events": Service.CATALOG,
        "holds": Service.CATALOG,
        "facts": Service.CATALOG,
        "orders": Service.ORDERS,
        "tickets": Service.ORDERS,
        "attention": Service.ORDERS,
        "webhooks": Service.ORDERS,
        "auth": Service.IDENTITY,
        "users": Service.IDENTITY,
        "guests": Service.IDENTITY,
        "organizers": Service.IDENTITY,
        "members": Service.IDENTITY,
        "api_keys": Service.IDENTITY,
        "webhook_endpoints": Service.IDENTITY,
    }
)
"""By the names in `Application`."""
