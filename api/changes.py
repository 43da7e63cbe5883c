"""Fields of partial changes: what is left out stays as it is."""

from types import NoneType
from typing import Annotated, TypeVar, get_args

from pydantic import Field, GetCoreSchemaHandler
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, core_schema

from api.shape import wrong

T = TypeVar("T")


def _not_null(value: object) -> object:
    if value is None:
        raise wrong("must not be null; leave it out to keep it as it is")
    return value


class _NotNull:
    """Annotates `T | None`: read as T, so that None stands for nothing but "left out"."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        (kind,) = (each for each in get_args(source) if each is not NoneType)
        read = handler.generate_schema(kind)
        return core_schema.no_info_before_validator_function(_not_null, read)


def without_default(schema: JsonDict) -> None:
    """None is not what the field is when it is left out: there is nothing to document."""
    schema.pop("default", None)


Unchanged = Annotated[T | None, _NotNull(), Field(json_schema_extra=without_default)]
"""A field that may be left out, but not be null."""
