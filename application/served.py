"""Which operations a process answers."""

from collections.abc import Iterable
from dataclasses import fields

from application.app import Application
from application.services import GROUPS, Service


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
