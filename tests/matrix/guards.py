"""What stands between a caller and a thing: the promise of docs/domain.md, as a model of its own.

A guard answers the reason for which this caller is refused this thing, or None. `above` is the
thing that was named before it in the same request.
"""

from collections.abc import Callable
from typing import TypeAlias

from application.messages import ActorKind
from domain.organizer.organizer import Role
from tests.matrix.model import OMITTED, Caller, Thing

Guard: TypeAlias = Callable[[Caller, frozenset[Role], Thing, Thing | None], str | None]


def anything(caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None) -> None:
    """What is named changes nothing of the answer, or only what is shown."""
    return None


def existing(reason: str) -> Guard:
    """For all who may call the operation at all."""
    return lambda caller, roles, thing, above: None if thing.exists else reason


def acting(caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None) -> str | None:
    """An organizer: for those who may do this for it."""
    if thing is OMITTED or caller.acts_for(thing.organizer, roles):
        return None
    return "ROLE_MISSING" if caller.is_inside(thing.organizer) else "ORGANIZER_NOT_FOUND"


def part(reason: str) -> Guard:
    """A part of what was named before."""
    return lambda caller, roles, thing, above: (
        None if above is not None and thing.of == above.name else reason
    )


def ticket_type(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    """A part of an event; of a draft, whoever sees it is told that it sells nothing yet."""
    if above is not None and above.exists and not above.public:
        return "EVENT_NOT_ON_SALE"
    return part("TICKET_TYPE_NOT_FOUND")(caller, roles, thing, above)


def visible_event(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    shown = thing.exists and thing.in_mode_of(caller)
    if shown and (thing.public or caller.is_inside(thing.organizer)):
        return None
    return "EVENT_NOT_FOUND"


def own_event(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    hidden = visible_event(caller, roles, thing, above)
    if hidden or caller.acts_for(thing.organizer, roles):
        return hidden
    return "ROLE_MISSING" if caller.is_inside(thing.organizer) else "NOT_A_MEMBER"


def bought(reason: str) -> Guard:
    """For its buyer."""
    return lambda caller, roles, thing, above: None if thing.buyer == caller.name else reason


def visible_order(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    """For its buyer and, in the same mode, for those who may do this for its organizer."""
    if not thing.exists or (caller.tests_of is None) != thing.live:
        return "ORDER_NOT_FOUND"
    if thing.buyer == caller.name or caller.acts_for(thing.organizer, roles):
        return None
    return "ROLE_MISSING" if caller.is_inside(thing.organizer) else "ORDER_NOT_FOUND"


def sold_order(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    """For those who may do this for its organizer, in the same mode; its buyer is a stranger."""
    if not thing.exists or (caller.tests_of is None) != thing.live:
        return "ORDER_NOT_FOUND"
    if caller.acts_for(thing.organizer, roles):
        return None
    return "ROLE_MISSING" if caller.is_inside(thing.organizer) else "ORDER_NOT_FOUND"


def whose_attention(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    """An organizer, or all of them: for superusers. An API key need not name its own."""
    if caller.superuser or (thing is OMITTED and caller.kind is ActorKind.API_KEY):
        return None
    return "FIELD_INVALID" if thing is OMITTED else acting(caller, roles, thing, above)


def decidable(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    """For superusers and those who may do this for its organizer, in the same mode."""
    if not thing.exists or (caller.tests_of is None) != thing.live:
        return "ATTENTION_NOT_FOUND"
    if caller.superuser or caller.acts_for(thing.organizer, roles):
        return None
    return "ROLE_MISSING" if caller.is_inside(thing.organizer) else "ATTENTION_NOT_FOUND"


def invited(
    caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None
) -> str | None:
    """For whoever has the address it was sent to."""
    return None if thing.buyer == caller.name else "INVITATION_NOT_FOUND"


def mailed(caller: Caller, roles: frozenset[Role], thing: Thing, above: Thing | None) -> str | None:
    """For the account it was mailed to; to everybody else it is worth as much as nonsense."""
    return None if thing.buyer == caller.name else "PROOF_INVALID"
