"""Shapes: the types that requests are made of, and the words for what does not have them.

Types only. A limit that stood here would be one that gRPC lacks.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.checks import (
    NOT_A_BOOLEAN,
    NOT_A_LIST,
    NOT_A_STRING,
    NOT_A_TIME,
    NOT_A_UUID,
    NOT_AN_INTEGER,
    NOT_AN_OBJECT,
    REQUIRED,
    UNKNOWN_FIELD,
    one_of,
)
from shared.errors import Violation

_OURS = "shape"  # the type of an error whose message is for the client as it stands
_WORDS: Mapping[str, str] = {
    "missing": REQUIRED,
    "extra_forbidden": UNKNOWN_FIELD,
    "string_type": NOT_A_STRING,
    "bool_type": NOT_A_BOOLEAN,
    "int_type": NOT_AN_INTEGER,
    "int_from_float": NOT_AN_INTEGER,
    "int_parsing_size": NOT_AN_INTEGER,
    "list_type": NOT_A_LIST,
    "tuple_type": NOT_A_LIST,
    "model_type": NOT_AN_OBJECT,
    "model_attributes_type": NOT_AN_OBJECT,
    "dict_type": NOT_AN_OBJECT,
}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DIGITS = re.compile(r"-?[0-9]{1,18}")


def violations(errors: Sequence[Mapping[str, Any]]) -> list[Violation]:
    """What pydantic found, in our words. Where it was found is named as in the application: from
    the root of the message, whether the field came in the path, the query, a header or the body.
    """
    return [
        Violation(
            path=tuple(error["loc"][1:]),
            message=error["msg"] if error["type"] == _OURS else _WORDS[error["type"]],
        )
        for error in errors
    ]


def wrong(message: str) -> PydanticCustomError:
    """For validators: an error whose message reaches the client."""
    return PydanticCustomError(_OURS, "{message}", {"message": message})


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """Annotates a type that is read from JSON, or from a text, by a function of its own.

    The function raises what `wrong` gives; `schema` documents what it accepts.
    """

    read: Callable[[object], object]
    schema: JsonSchemaValue

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return dict(self.schema)


def _uuid(value: object) -> UUID:
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise wrong(NOT_A_UUID)
    return UUID(value)


@lru_cache(maxsize=8192)
def read_id(text: str) -> UUID:
    """An id as clients write it; those of what is on sale come again and again. Raises ValueError,
    and nothing is remembered of what it raised for."""
    return _uuid(text)


def _time(value: object) -> datetime:
    """As UTC, so that one moment written in two ways is the same request."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise wrong(NOT_A_TIME)
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong(NOT_A_TIME) from error


def _digits(value: object) -> int:
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise wrong(NOT_AN_INTEGER)
    return int(value)


def among(states: type[Enum]) -> Parsed:
    """One of the values of an enumeration of texts."""
    values = [state.value for state in states]

    def read(value: object) -> Enum:
        if value not in values:
            raise wrong(one_of(values))
        return states(value)

    return Parsed(read, {"type": "string", "enum": values})


Id = Parsed(_uuid, {"type": "string", "format": "uuid"})
"""For each kind of identifier: `Annotated[HoldId, Id]`."""

Text = Annotated[str, Strict()]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
"""An integer in JSON: neither 1.0 nor "1" nor true."""
Digits = Parsed(_digits, {"type": "integer"})
"""An integer in a query string: `Annotated[int | None, Digits]`."""
Moment = Parsed(_time, {"type": "string", "format": "date-time"})
Time = Annotated[datetime, Moment]


def with_example(*examples: JsonDict) -> ConfigDict:
    """Shows `examples` in the documentation of a shape, the simplest first."""
    return ConfigDict(json_schema_extra={"examples": [*examples]})


def page_of(example: JsonDict) -> JsonDict:
    """The example of a list with this one item."""
    return {"items": [example], "next_page_token": ""}  # nosec B105  # the last page


class Input(BaseModel):
    """The base of everything that clients send: unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """The base of everything that documents an answer; answers are encoded from the views."""

    model_config = ConfigDict(frozen=True)
