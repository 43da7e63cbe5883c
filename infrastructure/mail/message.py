"""A letter as RFC 5322 wants it; whatever it cannot carry is refused or made harmless here."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from typing import Final

import idna

from application.ports.mail import Attachment, Letter, LetterRefused

_LOCAL: Final = re.compile(r"[^@\s\"<>(),:;\\\[\]]{1,64}")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)
_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_LONGEST_ADDRESS: Final = 254  # RFC 5321
_LONGEST_LINE: Final = 998  # RFC 5322, without its end
_FILE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_KIND: Final = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}")
_PARAMETER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_ESCAPED: Final = re.compile(r"[^\t\n\r -~]")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address that is safe in a header and in an SMTP command, its domain in ASCII."""

    local: str
    domain: str
    name: str = ""

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def is_ascii(self) -> bool:
        """Without it only servers that know SMTPUTF8 can deliver."""
        return self.local.isascii()

    @classmethod
    def parse(cls, address: str) -> "Mailbox":
        """Raises LetterRefused for anything but local@domain."""
        local, _, domain = address.rpartition("@")
        if not domain.isascii():
            try:
                domain = idna.encode(domain, uts46=True).decode()
            except UnicodeError:
                raise LetterRefused("the domain of the address does not exist") from None
        if (
            not _LOCAL.fullmatch(local)
            or not _DOMAIN.fullmatch(domain)
            or len(local.encode(errors="replace")) + 1 + len(domain) > _LONGEST_ADDRESS
            or not _is_printable(local)
            or "=?" in local  # mail programs would decode it, and show somebody else's address
        ):
            raise LetterRefused("the address is none that letters can be sent to")
        return cls(local, domain)

    @classmethod
    def sender(cls, text: str) -> "Mailbox":
        """`address` or `Name <address>`; raises ValueError."""
        if not _is_printable(text):
            raise ValueError(f"{text!r} is no sender of letters: it has control characters")
        name, address = parseaddr(text)
        try:
            mailbox = cls.parse(address)
        except LetterRefused as error:
            raise ValueError(f"{text!r} is no sender of letters: {error}") from None
        return cls(mailbox.local, mailbox.domain, name)


def compose(letter: Letter, sender: Mailbox, *, eight_bit: bool) -> bytes:
    """The whole message, lines ended by CRLF. With `eight_bit` the text may stand as it is
    (UTF-8), for people who read the file; else only 7 bits are used, which every server takes.

    Raises LetterRefused.
    """
    to = Mailbox.parse(letter.to)
    message = EmailMessage()
    try:
        message["From"] = Address(sender.name, sender.local, sender.domain)
        message["To"] = Address(username=to.local, domain=to.domain)
        message["Subject"] = one_line(letter.subject)
        message["Date"] = datetime.now(UTC)
        message["Message-ID"] = f"<{checked_id(letter)}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's robot need answer
        message.set_content(letter.text, cte=_encoding(letter.text, eight_bit))
        for attachment in letter.attachments:
            _attach(message, attachment)
        everywhere = to.is_ascii and sender.is_ascii
        return message.as_bytes(policy=SMTP if everywhere else SMTPUTF8)
    except (MessageError, UnicodeError) as error:
        raise LetterRefused(f"the letter cannot be written: {type(error).__name__}") from None


def checked_id(letter: Letter) -> str:
    """The message id, which is fit for a header and for the name of a file. Raises
    LetterRefused."""
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise LetterRefused("the message id has other characters than letters, digits, . _ -")
    return letter.message_id


def checked_attachment(attachment: Attachment) -> str:
    """What the attachment is called and what it is, on one line: fit for headers. Raises
    LetterRefused."""
    words = (*attachment.parameters.keys(), *attachment.parameters.values())
    if not _FILE.fullmatch(attachment.name) or not _KIND.fullmatch(attachment.kind):
        raise LetterRefused("an attachment's name or type is none")
    if not all(map(_PARAMETER.fullmatch, words)):
        raise LetterRefused("the type of an attachment has a parameter that is none")
    return f"{attachment.name} ({attachment.kind}, {len(attachment.content)} bytes)"


def one_line(text: str) -> str:
    """Without line breaks and other control characters: each is a space."""
    return "".join(char if _is_printable(char) else " " for char in text).strip()


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    checked_attachment(attachment)
    maintype, subtype = attachment.kind.split("/")
    message.add_attachment(
        attachment.content,
        maintype,
        subtype,
        filename=attachment.name,
        params=dict(attachment.parameters),
    )


def _is_printable(text: str) -> bool:
    return not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text)


def _encoding(text: str, eight_bit: bool) -> str:
    long = any(len(line) > _LONGEST_LINE for line in text.encode(errors="replace").splitlines())
    if long or any(unicodedata.category(char) == "Cc" and char not in "\t\n\r" for char in text):
        return "quoted-printable"
    if not _ESCAPED.search(text):
        return "7bit"
    return "8bit" if eight_bit else "quoted-printable"
