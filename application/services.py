"""Which groups of operations make up which service, where one process does not serve them all."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import Enum
from types import MappingProxyType
from typing import Final

from application.app import Application


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


def operations_of(application: Application, services: Iterable[Service]) -> frozenset[str]:
    """The names of the operations that a process with these services answers. Raises KeyError for
    a group that is in no service."""
    wanted = frozenset(services)
    found: set[str] = set()
    for group in fields(application):
        if GROUPS[group.name] in wanted:
            operations = getattr(application, group.name)
            found |= {getattr(operations, each.name).name for each in fields(operations)}
    return frozenset(found)
