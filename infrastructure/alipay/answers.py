"""Answers of the gateway: {"<method>_response": {...}, "sign": "..."}.

The signature is over the member's value as it was written, byte for byte, so that text is what is
verified and what is read: what another reader of the same JSON would see does not matter.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from infrastructure.alipay.signing import is_genuine

_ERROR: Final = "error_response"
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_decoder: Final = json.JSONDecoder()


class Untrustworthy(Exception):
    """It is not as documented, or nobody says that it is of Alipay."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` 10000 is success; 40004 a refusal of the business, which `sub_code` names."""

    fields: Mapping[str, object]

    @property
    def code(self) -> str:
        return self.text("code")

    @property
    def sub_code(self) -> str:
        return self.text("sub_code")

    @property
    def is_success(self) -> bool:
        return self.code == "10000"

    def text(self, name: str) -> str:
        """Empty where it does not say."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


def read(body: bytes, method: str, key: RSAPublicKey) -> Answer:
    """Raises Untrustworthy."""
    try:
        members = _members(body.decode())
    except ValueError as error:
        raise Untrustworthy("the answer is no JSON object") from error
    raw = members.get(f"{method.replace('.', '_')}_response") or members.get(_ERROR)
    if raw is None:
        raise Untrustworthy("the answer is to something else")
    fields = json.loads(raw)
    if not isinstance(fields, dict):
        raise Untrustworthy("the answer is empty")
    signature = json.loads(members.get("sign", "null"))
    if not isinstance(signature, str) or not is_genuine(key, raw, signature):
        said = fields.get("sub_code") or fields.get("code")
        raise Untrustworthy(f"the answer {said!r:.80} has no valid signature")
    return Answer(fields)


def _members(text: str) -> dict[str, str]:
    """The members of an object with their values as written. Raises ValueError."""
    members: dict[str, str] = {}
    at = _after(text, _skip(text, 0), "{")
    while True:
        name, at = _decoder.raw_decode(text, _skip(text, at))
        if not isinstance(name, str) or name in members:
            raise ValueError("no object, or a member that is there twice")
        at = _skip(text, _after(text, _skip(text, at), ":"))
        _, end = _decoder.raw_decode(text, at)
        members[name], at = text[at:end], _skip(text, end)
        if text.startswith("}", at):
            if _skip(text, at + 1) != len(text):
                raise ValueError("something follows the object")
            return members
        at = _after(text, at, ",")


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int, character: str) -> int:
    if not text.startswith(character, at):
        raise ValueError(f"{character} expected")
    return at + 1
