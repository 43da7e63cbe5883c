"""Reading tokens without trusting them: exactly the texts that we write, and nothing near them.

JSON allows what a signature does not forbid: a name twice, a number that is none. Whoever reads
such a text otherwise than whoever checked it can be fooled, so it is not read at all.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

TYPE = "at+jwt"
_LONGEST = 2048
"""Characters; ours have about 500."""
_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
"""Three parts, the last an Ed25519 signature; no padding, no space."""
_HEADER = frozenset({"alg", "kid", "typ"})
_SAID_OF_ALL = frozenset({"iss", "aud", "sub", "kind", "iat", "exp", "jti"})
_SAID_OF = {"user": _SAID_OF_ALL | {"sid"}, "guest": _SAID_OF_ALL}
_LONGEST_JTI = 64


class Unreadable(ValueError):
    """Nothing that we wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    issuer: str
    audience: str
    subject: UUID
    session: UUID | None
    issued_at: int
    expires_at: int


def header_part(token: str) -> str:
    """The first part of a text that looks like one of our tokens. Raises Unreadable."""
    found = _SHAPE.fullmatch(token) if len(token) <= _LONGEST else None
    if found is None:
        raise Unreadable
    return found[1]


def read_kid(header: bytes, algorithm: str) -> str:
    """Which key is said to have signed. A header that says anything beyond what ours say, such as
    where to fetch a key, is refused. Raises Unreadable."""
    said = _object(header)
    if said.keys() != _HEADER or said["alg"] != algorithm or said["typ"] != TYPE:
        raise Unreadable
    return _text(said["kid"])


def read_claims(payload: bytes) -> Claims:
    """Raises Unreadable."""
    said = _object(payload)
    if said.keys() != _SAID_OF.get(_text(said.get("kind")), frozenset()):
        raise Unreadable
    if not 1 <= len(_text(said["jti"])) <= _LONGEST_JTI:
        raise Unreadable
    return Claims(
        issuer=_text(said["iss"]),
        audience=_text(said["aud"]),
        subject=_uuid(said["sub"]),
        session=_uuid(said["sid"]) if "sid" in said else None,
        issued_at=_seconds(said["iat"]),
        expires_at=_seconds(said["exp"]),
    )


def _object(text: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(text.decode(), object_pairs_hook=_members, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    if not isinstance(found, dict):
        raise Unreadable
    return found


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable
    return members


def _no_number(name: str) -> NoReturn:
    """NaN and the infinities are no JSON."""
    raise Unreadable(name)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable
    return value


def _seconds(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unreadable
    return value


def _uuid(value: object) -> UUID:
    """In the one spelling that we use: UUID() takes many, and each would be another token."""
    text = _text(value)
    try:
        found = UUID(text)
    except ValueError as error:
        raise Unreadable from error
    if str(found) != text:
        raise Unreadable
    return found
