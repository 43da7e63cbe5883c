"""One connection to a server under load: what is sent, and when an answer is complete."""

from typing import Protocol

KEY_MARK = "#" * 24
"""Where a call's own key goes in a body that was written beforehand."""


class Wire(Protocol):
    def hello(self) -> bytes:
        """What is sent first."""

    def request(self, number: int) -> bytes:
        """A new request; `number` makes its key."""

    def feed(self, data: bytes) -> tuple[bool | None, bytes]:
        """What arrived: whether the request under way was granted (None while it is not answered),
        and what must be sent back at once."""


def key_of(prefix: str, number: int) -> str:
    return f"{prefix}00{number:014d}"
