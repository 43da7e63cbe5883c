"""The matrix: every operation, caller and choice of ids with what has to come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import get_args, get_type_hints

from application.app import Application
from application.messages import ActorKind, Command, Message, Query
from application.policy import Rule, rule_of
from tests.matrix.entries import ENTRIES
from tests.matrix.entry import Entry, Picks
from tests.matrix.model import CALLERS, MISSING, OMITTED, Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`reason` None: let in. `quiet`: nothing may change in the database."""

    operation: str
    caller: Caller
    picks: Picks
    reason: str | None
    quiet: bool

    def __str__(self) -> str:
        things = ", ".join(thing.name for thing in self.picks)
        return f"{self.operation}({things}) by {self.caller.name}"


@cache
def operations() -> dict[str, type[Message[object]]]:
    """Every operation that both faces offer, and its message."""
    return {
        message.__name__: message
        for group, kind in get_type_hints(Application).items()
        if group != "webhooks"
        for operation in get_type_hints(kind).values()
        for message in get_args(operation)[:1]
    }


@cache
def cells_of(operation: str) -> tuple[Cell, ...]:
    entry, message = ENTRIES[operation], operations()[operation]
    return tuple(_cells(operation, entry, message))


def _cells(operation: str, entry: Entry, message: type[Message[object]]) -> Iterator[Cell]:
    for caller in CALLERS:
        refused = _admission(operation, caller)
        # Who does not get through the door is not asked for everything that is behind it.
        things = [id.things[:1] if refused else id.things for id in entry.ids]
        for picks in product(*((*each, MISSING) for each in things)):
            wall = refused or _guards(operation, entry, caller, picks)
            reason = wall or _proof(entry, caller) or entry.answers
            quiet = bool(reason) or entry.harmless or issubclass(message, Query)
            assert quiet or issubclass(message, Command)
            yield Cell(operation=operation, caller=caller, picks=picks, reason=reason, quiet=quiet)


def _admission(operation: str, caller: Caller) -> str | None:
    """What the rule says of this kind of caller."""
    rule: Rule = rule_of(operation)
    if rule.is_open:
        return None
    if caller.kind is ActorKind.ANONYMOUS:
        return None if ActorKind.ANONYMOUS in rule.kinds else "TOKEN_MISSING"
    if caller.broken is not None:
        return caller.broken
    if caller.kind not in rule.kinds:
        return "USER_REQUIRED" if ActorKind.USER in rule.kinds else "ACCESS_DENIED"
    if caller.kind is ActorKind.API_KEY and operation not in caller.scopes:
        return "SCOPE_MISSING"
    return "ACCESS_DENIED" if rule.superuser and not caller.superuser else None


def _guards(operation: str, entry: Entry, caller: Caller, picks: Picks) -> str | None:
    """What the things say, in the order in which they are named."""
    roles = rule_of(operation).roles if entry.roles is None else entry.roles
    above = None
    for id, thing in zip(entry.ids, picks, strict=True):
        if reason := id.guard(caller, roles, thing, above):
            return reason
        above = thing
    return None


def _proof(entry: Entry, caller: Caller) -> str | None:
    """What is asked of those who may call it, at last."""
    return "EMAIL_NOT_VERIFIED" if entry.verified and not caller.verified else None


def twins(cells: tuple[Cell, ...]) -> Iterator[tuple[Cell, Cell]]:
    """Pairs of one caller that differ in one thing: it is somebody's, or there is no such thing.
    They must be answered the same, byte for byte, unless the caller may know better."""
    by_picks = {(cell.caller.name, cell.picks): cell for cell in cells}
    for cell in cells:
        for at, thing in enumerate(cell.picks):
            if thing in (MISSING, OMITTED):
                continue
            picks = (*cell.picks[:at], MISSING, *cell.picks[at + 1 :])
            twin = by_picks.get((cell.caller.name, picks))
            if twin is None:
                continue  # one of both would change something: it is not called along
            if cell.reason == twin.reason and not (_tells(cell) or _tells(twin)):
                yield cell, twin


def _tells(cell: Cell) -> bool:
    """Whether the answer says something of a thing."""
    entry = ENTRIES[cell.operation]
    if cell.reason is not None or entry.tells_nothing:
        return False
    if entry.lists is None:
        return True
    return any(entry.lists.shows(cell.caller, cell.picks, thing) for thing in entry.lists.things)
