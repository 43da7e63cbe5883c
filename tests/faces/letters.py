"""The letters that a server wrote into its folder, as the people read them they were sent to."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

PATIENCE = 60.0
"""Seconds until a letter must have been written; normally it takes a moment."""

VERIFY, RESET = "Confirm your e-mail address", "Choose a new password"
CHANGED, INVITATION = "Your password was changed", "You are invited to join an organizer"

_TOKEN = re.compile(r"^hf[vpi]_[A-Za-z0-9_-]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    to: str
    subject: str
    text: str
    files: Mapping[str, bytes]
    """What is attached, by its name."""

    @property
    def token(self) -> str:
        """The secret that stands on a line of its own."""
        [found] = _TOKEN.findall(self.text)
        return str(found)


class Letters:
    """Each file is read once; they never change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Letter] = {}

    def to(self, email: str, subject: str) -> list[Letter]:
        """Those that are there by now, oldest first."""
        for path in sorted(self._folder.glob("*.eml")):
            if path.name not in self._read:
                self._read[path.name] = _letter(path.read_bytes())
        return [
            letter
            for _, letter in sorted(self._read.items())
            if (letter.to, letter.subject) == (email, subject)
        ]

    def nth(self, email: str, subject: str, number: int = 1) -> Letter:
        """The first one, or a later one; it may still be under way."""
        deadline = time.monotonic() + PATIENCE
        while len(found := self.to(email, subject)) < number:
            assert time.monotonic() < deadline, f"{len(found)} letters {subject!r} to {email}"
            time.sleep(0.02)
        return found[number - 1]


def _letter(content: bytes) -> Letter:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return Letter(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=str(body.get_content()).replace("\r\n", "\n"),
        files={
            str(part.get_filename()): part.get_payload(decode=True)  # type: ignore[misc]
            for part in message.iter_attachments()
        },
    )
