"""Requests of any RPC, from its descriptor: drawn ones, and ones that mean something."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from tests.api.house import document
from tests.fuzz.things import STATE, Things, refer
from tests.fuzz.words import Fresh, is_reference, own_reference

KEY = "request_id"
"""The idempotency key of a request."""
FREE = "google.protobuf"
"""The package of messages without a schema of ours."""

_HOSTILE = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "x" * 10_000,
    "\u202e\u0000\ufffe\U0010ffff",
    "'; DROP TABLE events; --",
    "%' OR 1=1 --",
    "../../../../etc/passwd",
    "..\\..\\windows",
    "file:///etc/passwd",
    "{{7*7}}${7*7}<script>alert(1)</script>",
    "\r\nX-Injected: 1",
    "%00%0a%25",
    "null",
    "-1",
    "9" * 400,
    "00000000-0000-0000-0000-000000000000",
    "01936b2a-7c00-7a10-8000-00000000000g",
    "*",
    "e\u0301" * 300,
    "eyJhbGciOiJub25lIn0.e30.",
)
_TEXTS = st.sampled_from(_HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def _whole(bits: int, *, signed: bool = True) -> st.SearchStrategy[int]:
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    edges = [least, most, 0, 1, most - 1]
    return st.sampled_from(edges) | st.integers(least, most) | st.integers(max(least, -3), 200)


_SCALARS: Mapping[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: _TEXTS,
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=200),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_INT32: _whole(32),
    FieldDescriptor.TYPE_INT64: _whole(64),
    FieldDescriptor.TYPE_UINT32: _whole(32, signed=False),
    FieldDescriptor.TYPE_UINT64: _whole(64, signed=False),
    FieldDescriptor.TYPE_DOUBLE: st.floats(),
    FieldDescriptor.TYPE_FLOAT: st.floats(width=32),
    FieldDescriptor.TYPE_ENUM: _whole(32),
}
"""A kind of field that is not here fails the fuzzer, as it should: it would not be fuzzed."""


@cache
def drawn(descriptor: Descriptor) -> st.SearchStrategy[Message]:
    """A message of that type whose every field may be absent, or anything its type allows."""
    fields = {field.name: _field(field) for field in descriptor.fields}
    kind = GetMessageClass(descriptor)
    return st.fixed_dictionaries({}, optional=fields).map(lambda values: kind(**values))


def _field(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    one: st.SearchStrategy[Any]
    if field.message_type is not None:
        one = drawn(field.message_type)
    else:
        one = _SCALARS[field.type]
    return st.lists(one, max_size=4) if field.is_repeated else one


class Sense:
    """Makes requests of the examples in the documentation of the same operations over REST, with
    references to what exists by now."""

    def __init__(self, things: Things, fresh: Fresh) -> None:
        self._things = things
        self._fresh = fresh
        self._examples = dict(_examples())

    def request(self, descriptor: Descriptor, operation: str, random: Random) -> Message:
        body = deepcopy(self._examples.get(operation, {}))
        for field in descriptor.fields:
            if is_reference(field.name) and field.type == FieldDescriptor.TYPE_STRING:
                body.setdefault(field.name, "")  # in the path or the query of REST
        if KEY in descriptor.fields_by_name:
            del body[KEY]
        refer(body, operation, self._things, self._fresh, random)
        if KEY in descriptor.fields_by_name:
            body[KEY] = self._fresh.key()
        given = {name: value for name, value in body.items() if value not in ("", None)}
        return ParseDict(given, GetMessageClass(descriptor)(), ignore_unknown_fields=True)


def _examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Of each operation that has a body."""
    described = document()
    schemas = described["components"]["schemas"]
    for item in described["paths"].values():
        for operation in item.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for schema in (media["schema"], *media["schema"].get("anyOf", ())):
                    kind = schema.get("$ref", "").rpartition("/")[2]
                    for example in schemas.get(kind, {}).get("examples", ()):
                        yield operation["operationId"], example


def references(answer: Message) -> Iterator[tuple[str, str]]:
    """What is in an answer, its own first, and the state of the thing itself."""
    for field in answer.DESCRIPTOR.fields:
        value = getattr(answer, field.name)
        if field.message_type is not None and field.message_type.file.package == FREE:
            continue  # the data of a fact: texts of other things
        if field.message_type is not None:
            inside = list(value)[:1] if field.is_repeated else [value]
            for each in inside:
                yield from ((name, at) for name, at in references(each) if name != STATE)
        elif field.name == "id":
            yield own_reference(answer.DESCRIPTOR.name), value
        elif field.name == STATE or (value and isinstance(value, str) and is_reference(field.name)):
            yield field.name.removeprefix("next_"), value


def texts(message: Message) -> list[str]:
    """Every text in a message."""
    found: list[str] = []
    for field, value in message.ListFields():
        if isinstance(value, Mapping):
            found += value  # its names
            value = value.values()
        for each in value if field.is_repeated else [value]:
            found += texts(each) if isinstance(each, Message) else [str(each)]
    return found
