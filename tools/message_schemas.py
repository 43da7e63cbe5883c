"""What the payload of each message looks like, as JSON Schema, read from the facts themselves."""

import inspect
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from application.fact_codec import FACT_TYPES
from application.messaging.message import topic_of
from shared.facts import Fact

Schema = dict[str, Any]

_PLAIN: Final[Mapping[object, Mapping[str, str]]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
}
MEANINGS: Final[Mapping[str, str]] = {
    "amount": "In minor units of the currency.",
    "attempt": "The order's payments, counted from 1.",
    "cause": "LOGOUT, REUSE (of a refresh token), PASSWORD or DEACTIVATION.",
    "choice": "What was chosen of that which the item offered.",
    "confirmed_by": "The user, or the API key, who says so.",
    "currency": "As ISO 4217 has it.",
    "expires_at": "When it ends by itself.",
    "failure": "Why, as the provider or the bank says it.",
    "fields": "The names of what changed.",
    "late": "Whether the order had expired, and its stock was taken again.",
    "live": "Whether the endpoint is told of real sales; else of tests.",
    "number": "What people call the order.",
    "revision": "Grows with every change of the user: the larger is the newer.",
    "returned": "Whether its place is on sale again.",
    "units": "Tickets that it stands for.",
    "why": "PERSON, FAILURES (for three days) or GONE (its server answered 410).",
}
"""Of fields whose names do not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageType:
    name: str
    version: int
    aggregate: str
    topic: str
    description: str
    payload: Schema


def message_types() -> tuple[MessageType, ...]:
    """By topic, in the order in which a life goes."""
    return tuple(
        MessageType(
            name=kind.name,
            version=kind.version,
            aggregate=kind.aggregate,
            topic=topic_of(kind.aggregate),
            description=described(fact),
            payload=payload_schema(fact),
        )
        for fact, kind in FACT_TYPES.items()
    )


def described(fact: type[Fact]) -> str:
    """Raises ValueError for a fact that says nothing about itself."""
    text = inspect.getdoc(fact) or ""
    if not text or text.startswith(f"{fact.__name__}("):  # what dataclass writes there
        raise ValueError(f"{fact.__name__} has no docstring")
    return " ".join(text.split())


def payload_schema(fact: type[Fact]) -> Schema:
    """Of what `application.fact_codec.payload` makes of it.

    A field with a default is optional: it came later, and older messages do not have it. Whoever
    reads must stand fields that are not here.
    """
    hints = get_type_hints(fact)
    here = [field for field in fields(fact) if field.name != "occurred_at"]
    properties = {field.name: _described(field.name, hints[field.name]) for field in here}
    required = [
        field.name
        for field in here
        if field.default is MISSING and field.default_factory is MISSING
    ]
    return {"type": "object", "properties": properties, "required": required}


def _described(name: str, hint: object) -> Schema:
    meaning = MEANINGS.get(name)
    return schema_of(hint) | ({} if meaning is None else {"description": meaning})


def schema_of(hint: object) -> Schema:
    """Raises TypeError for what no fact can carry."""
    while hasattr(hint, "__supertype__"):  # a NewType
        hint = hint.__supertype__
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and len(inner) == 2 and inner[1] is NoneType:
        schema = schema_of(inner[0])
        return schema | {"type": [schema["type"], "null"]}
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return {"type": "array", "items": schema_of(inner[0])}
    raise TypeError(f"a fact cannot carry {hint}")
