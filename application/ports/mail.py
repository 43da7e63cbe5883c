"""Letters to people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class MailerUnavailable(Exception):
    """The letter may or may not have been taken; sending it again later is right."""


class LetterRefused(Exception):
    """The letter itself was refused for good (no such mailbox, say); again does not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a letter. `kind` is its media type without parameters, which stand in
    `parameters`."""

    name: str
    kind: str
    content: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Plain text to one address. `message_id` is the same when a letter is sent again, so that
    mailboxes can tell."""

    message_id: str
    to: str
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    async def send(self, letter: Letter) -> None:
        """Hands the letter over; done when whoever delivers it has taken it.

        Raises MailerUnavailable, LetterRefused.
        """
        ...
