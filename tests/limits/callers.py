"""Callers with addresses of their own, and what they are told about their budgets."""

import itertools
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faces.outcome import Face, Outcome, Plain, text

_POLICY = re.compile(r'"([\w-]+)";q=(\d+);w=(\d+)')
_LEFT = re.compile(r'"([\w-]+)";r=(\d+);t=(\d+)')
_numbers = itertools.count(1)


def new_address() -> str:
    """One that nobody has called from before."""
    number = next(_numbers)
    return f"198.18.{number // 250}.{number % 250 + 1}"


def new_network(size: int) -> list[str]:
    """So many addresses of one /64 of IPv6."""
    number = next(_numbers)
    return [f"2001:db8:{number:x}::{host:x}" for host in range(1, size + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """The cheapest caller with a token."""

    token: str

    @staticmethod
    def new(face: Face) -> "Guest":
        """Made at an address that nobody else uses."""
        return Guest(token=text(comes(face, new_address()).ok(), "access_token"))

    def writes(self, face: Face, address: str) -> Outcome:
        """Something that comes to nothing, and counts all the same."""
        return self._calls(face, "ReleaseHold", address)

    def reads(self, face: Face, address: str) -> Outcome:
        return self._calls(face, "GetHold", address)

    def holds(self, face: Face, address: str) -> Outcome:
        """Wants stock of an event that is not there."""
        line: Plain = {"ticket_type_id": str(uuid.uuid4()), "quantity": 1}
        return face.call(
            "CreateHold",
            {"event_id": str(uuid.uuid4()), "lines": [line]},
            token=self.token,
            key=uuid.uuid4().hex,
            headers=[("x-forwarded-for", address)],
        )

    def _calls(self, face: Face, operation: str, address: str) -> Outcome:
        return face.call(
            operation,
            {"hold_id": str(uuid.uuid4())},
            token=self.token,
            headers=[("x-forwarded-for", address)],
        )


def comes(face: Face, *forwarded: str) -> Outcome:
    """Somebody without a token becomes a guest; each of `forwarded` is a header."""
    headers = [("x-forwarded-for", each) for each in forwarded]
    return face.call("CreateGuest", {"email": "g@example.org"}, token=None, headers=headers)


def policy(outcome: Outcome) -> Mapping[str, tuple[int, int]]:
    """Quota and seconds of each limit that the call counted against."""
    return _numbers_of(_POLICY, outcome.headers.get("ratelimit-policy", ""))


def left(outcome: Outcome) -> Mapping[str, tuple[int, int]]:
    """Remaining writes, and seconds until there are more."""
    return _numbers_of(_LEFT, outcome.headers.get("ratelimit", ""))


def reason(outcome: Outcome) -> str | None:
    return outcome.refusal.reason if outcome.refusal else None


def limited_by(outcome: Outcome) -> str | None:
    """The limit that refused the call; None where none did."""
    if outcome.refusal is None or outcome.refusal.reason != "RATE_LIMITED":
        return None
    assert outcome.refusal.code == "RESOURCE_EXHAUSTED"
    assert outcome.refusal.retry_after
    return outcome.refusal.metadata["limit"]


def _numbers_of(form: re.Pattern[str], value: str) -> Mapping[str, tuple[int, int]]:
    """Every part of the field must have the form."""
    found = {}
    for part in filter(None, value.split(", ")):
        match = form.fullmatch(part)
        assert match, value
        found[match[1]] = (int(match[2]), int(match[3]))
    return found
