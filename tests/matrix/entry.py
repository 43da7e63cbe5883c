"""How one operation is called: which of its fields name things, and what else it needs."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from domain.organizer.organizer import Role
from tests.faces.outcome import Plain, Request
from tests.matrix.guards import Guard
from tests.matrix.model import Caller, Thing

Picks = tuple[Thing, ...]
"""One for each of the entry's ids."""


def unknown_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Id:
    """A field that names a thing: `event_id`, or `lines.0.ticket_type_id`.

    `things` are asked for besides a missing one. `unknown` makes the missing one's id.
    """

    field: str
    guard: Guard
    things: tuple[Thing, ...]
    unknown: Callable[[], str] = unknown_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`fields`: the rest of a good request, from the scene's run.

    `answers` is the reason with which even the rightful are refused, after every wall; `harmless`
    says that the rightful change nothing either. `lists` answers which things must be told by a
    good answer, and which may be. `guesses`: it counts wrong passwords. `ends_session`: whoever
    calls it needs a session for that. `tells_nothing`: a good answer is the same for all things.
    `once`: it cannot be done again to the same thing; `gone` is what the rightful who come second
    are told. `roles`: where not the rule's. `verified`: it
    takes an address that is verified.
    """

    ids: tuple[Id, ...] = ()
    fields: Callable[[str], Request] = field(default=lambda run: {})
    answers: str | None = None
    harmless: bool = False
    lists: "Listing | None" = None
    guesses: bool = False
    ends_session: bool = False
    tells_nothing: bool = False
    once: bool = False
    gone: str | None = None
    roles: frozenset[Role] | None = None
    verified: bool = False

    def request(self, run: str, values: Mapping[str, str]) -> dict[str, Plain]:
        """`values` by field; a field without is left out."""
        request = dict(self.fields(run))
        for path, value in values.items():
            _put(request, path.split("."), value)
        return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """`shows`: whether a caller is shown one of `things`, as it asked."""

    things: tuple[Thing, ...]
    shows: Callable[[Caller, Picks, Thing], bool]


def _put(request: dict[str, Plain], path: list[str], value: str) -> None:
    """Makes what is on the way: a number in the path is the position 0 of a list."""
    first, *rest = path
    if not rest:
        request[first] = value
        return
    inside = request.setdefault(first, [{}])
    assert isinstance(inside, list) and isinstance(inside[0], dict) and rest[0] == "0"
    _put(inside[0], rest[1:], value)
