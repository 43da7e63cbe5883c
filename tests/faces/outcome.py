"""What a call came to, in the same words for both faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

Plain: TypeAlias = None | bool | int | str | list["Plain"] | dict[str, "Plain"]
"""JSON without floats: the product's wire formats have none."""

Request = Mapping[str, Plain]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`code` is a google.rpc.Code name; `fields` are (place, message), e.g. `lines[0].quantity`."""

    code: str
    reason: str
    message: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[tuple[str, str], ...] = ()
    retry_after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An answer or a refusal. `replayed`: the face said that the answer was stored before.

    `request_id` is the one in the answer's headers or metadata, which are in `headers`, by their
    names in lower case. What is answered without a body is an empty answer.
    """

    answer: Mapping[str, Plain] = field(default_factory=dict)
    refusal: Refusal | None = None
    replayed: bool = False
    request_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def ok(self) -> Mapping[str, Plain]:
        """The answer of a call that had to work."""
        assert self.refusal is None, self.refusal
        return self.answer


class Face(Protocol):
    """REST or gRPC. May be used by several threads at once."""

    name: str

    def operations(self) -> frozenset[str]:
        """What it offers, as it says itself."""
        ...

    def call(
        self,
        operation: str,
        request: Request,
        *,
        token: str | None,
        key: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Outcome:
        """Calls an operation with the fields of the JSON contract, path parameters included.

        `token` is an access token or an API key; `headers` are sent beside (as metadata, in lower
        case, over gRPC), a name as often as it is there.
        """
        ...

    def close(self) -> None: ...


def get(value: Plain | Mapping[str, Plain], *path: str | int) -> Plain:
    """What is at a place of an answer; fails where the shape is another."""
    found: Plain | Mapping[str, Plain] = value
    for part in path:
        if isinstance(found, Mapping):
            found = found[str(part)]
        else:
            assert isinstance(found, list) and isinstance(part, int), (path, value)
            found = found[part]
    assert not isinstance(found, Mapping) or isinstance(found, dict)
    return found


def text(value: Plain | Mapping[str, Plain], *path: str | int) -> str:
    found = get(value, *path)
    assert isinstance(found, str), (path, found)
    return found


def number(value: Plain | Mapping[str, Plain], *path: str | int) -> int:
    found = get(value, *path)
    assert isinstance(found, int), (path, found)
    return found


def items(value: Plain | Mapping[str, Plain], *path: str | int) -> list[dict[str, Plain]]:
    found = get(value, *path)
    assert isinstance(found, list), (path, found)
    rows: list[dict[str, Plain]] = []
    for row in found:
        assert isinstance(row, dict)
        rows.append(row)
    return rows
