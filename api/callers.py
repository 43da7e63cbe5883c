"""Who may call an operation, in words: application/policy.py as the documentation tells it."""

from collections.abc import Iterator
from typing import Final

from application.errors import (
    AccessDenied,
    ScopeMissing,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenRevoked,
    UserRequired,
)
from application.messages import ActorKind
from application.policy import Rule
from domain.organizer.organizer import Role
from shared.errors import AppError

_WITH_CREDENTIALS: Final = {
    ActorKind.USER: "users",
    ActorKind.GUEST: "guests",
    ActorKind.API_KEY: "API keys",
}


def callers(rule: Rule) -> str:
    """One paragraph."""
    if rule.is_open:
        return "For everybody; no token is looked at."
    kinds = [word for kind, word in _WITH_CREDENTIALS.items() if kind in rule.kinds]
    if ActorKind.ANONYMOUS in rule.kinds:
        kinds.insert(0, "those without a token")
    said = "For superusers." if rule.superuser else f"For {_listed(kinds, 'and')}."
    if not rule.roles:
        return said
    if rule.roles == frozenset(Role):
        return f"{said} Of an organizer's members, any may."
    roles = [f"`{role.value}`" for role in Role if role in rule.roles]
    return f"{said} Of an organizer's members, those with the role {_listed(roles, 'or')}."


def refusals_of_callers(rule: Rule) -> Iterator[type[AppError]]:
    """How those are refused who may not call at all."""
    if rule.is_open:
        return
    if ActorKind.ANONYMOUS not in rule.kinds:
        yield TokenMissing
    yield from (TokenInvalid, TokenExpired, TokenRevoked)
    if ActorKind.USER not in rule.kinds:
        yield AccessDenied
    elif not rule.kinds.issuperset(_WITH_CREDENTIALS):
        yield UserRequired
    if ActorKind.API_KEY in rule.kinds:
        yield ScopeMissing
    if rule.superuser:
        yield AccessDenied


def security(rule: Rule) -> list[dict[str, list[str]]]:
    """The security requirement of OpenAPI; an empty object in it makes the token optional."""
    if rule.is_open:
        return []
    needed: list[dict[str, list[str]]] = [{"bearer": []}]
    return [{}, *needed] if ActorKind.ANONYMOUS in rule.kinds else needed


def _listed(words: list[str], last: str) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end
