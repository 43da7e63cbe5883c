"""Mailers: what is sent arrives whole, and nothing that is in it becomes something else."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pytest

from application.ports.mail import Attachment, Letter, LetterRefused, Mailer


@dataclass(frozen=True, slots=True)
class Arrived:
    """A letter as the one who gets it reads it; `headers` are the names of all of them, `files`
    the names and types of what is attached."""

    message_id: str
    to: str
    subject: str
    text: str
    headers: Sequence[str]
    files: Sequence[tuple[str, str]] = ()


class Mailbox(ABC):
    """The mailer under test, and what came of it."""

    mailer: Mailer

    @abstractmethod
    def arrived(self) -> list[Arrived]:
        """All letters so far."""


def letter(
    text: str = "Hello\n",
    *,
    number: str = "1",
    to: str = "ada@example.com",
    subject: str = "Tickets",
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    return Letter(
        message_id=f"letter-{number}", to=to, subject=subject, text=text, attachments=attachments
    )


def attachment(
    name: str = "event.ics",
    kind: str = "text/calendar",
    content: bytes = b"BEGIN:VCALENDAR\r\n",
    parameters: Mapping[str, str] = MappingProxyType({"method": "PUBLISH", "charset": "utf-8"}),
) -> Attachment:
    return Attachment(name=name, kind=kind, content=content, parameters=parameters)


TEXTS = [
    "Hello\n",
    "Grüße, 你好, 🐎\n\ufeffא\n",
    "one\n\n\n.\n..\n.two\n...three\n",
    "From here\nFrom: nobody@example.com\n\n--- end\n",
    f"{'x' * 5000}\n.{'ü' * 3000}\nshort\n",
    f".{'x' * 5000}\n",
    f"https://shop.example/verify-email?token={'aB3-_=' * 40}\n",
    "soft=\nquoted =3D =C3=BC\n\ttabs and  two  spaces\n",
    "QUIT\r\nRSET\r\n.\r\nMAIL FROM:<a@example.com>\r\n",
]
BREAKS = ["\n", "\r", "\r\n", "\r\n\r\n", "\0", "\x0b", "\x1b", "\x85", "\u2028", "\u2029"]


class MailersContract:
    @pytest.mark.parametrize("text", TEXTS)
    async def test_a_text_arrives_whole(self, mailbox: Mailbox, text: str) -> None:
        await mailbox.mailer.send(letter(text))
        (found,) = mailbox.arrived()
        assert found.text == text.replace("\r\n", "\n")
        assert (found.to, found.subject) == ("ada@example.com", "Tickets")

    @pytest.mark.parametrize("subject", ["", "Grüße aus Köln 🐎", "ü" * 300, "x " * 300 + "y"])
    async def test_a_subject_arrives_whole(self, mailbox: Mailbox, subject: str) -> None:
        await mailbox.mailer.send(letter(subject=subject))
        assert [found.subject for found in mailbox.arrived()] == [subject]

    async def test_a_letter_keeps_its_id_when_sent_again(self, mailbox: Mailbox) -> None:
        for _ in range(2):
            await mailbox.mailer.send(letter(number="again"))
        first, second = (found.message_id for found in mailbox.arrived())
        assert first == second
        assert "letter-again" in first

    async def test_twenty_at_once(self, mailbox: Mailbox) -> None:
        letters = [
            letter(f"for {n}\n" * 200, number=str(n), to=f"p{n}@example.com") for n in range(20)
        ]
        await asyncio.gather(*map(mailbox.mailer.send, letters))
        assert {found.to: found.text for found in mailbox.arrived()} == {
            each.to: each.text for each in letters
        }

    @pytest.mark.parametrize("text", TEXTS)
    async def test_a_text_arrives_whole_with_files(self, mailbox: Mailbox, text: str) -> None:
        files = attachment(), attachment("a.pdf", "application/pdf", bytes(range(256)) * 99, {})
        await mailbox.mailer.send(letter(text, attachments=files))
        (found,) = mailbox.arrived()
        assert found.text == text.replace("\r\n", "\n")
        assert list(found.files) == [("event.ics", "text/calendar"), ("a.pdf", "application/pdf")]

    @pytest.mark.parametrize(
        "unfit",
        [
            *(
                attachment(name)
                for name in ("", "../x", "a b", 'a";x="', "a\r\nBcc: e@x", "ü", ".x")
            ),
            *(
                attachment(kind=kind)
                for kind in ("", "text", "text/a/b", "text/x\r\nBcc: e@x", "ü/x")
            ),
            attachment(parameters={"method": 'PUBLISH"; x="'}),
            attachment(parameters={"method": "PUBLISH\r\nBcc: eve@example.com"}),
            attachment(parameters={"x\r\nBcc": "eve"}),
        ],
    )
    async def test_a_file_makes_no_header(self, mailbox: Mailbox, unfit: Attachment) -> None:
        with pytest.raises(LetterRefused):
            await mailbox.mailer.send(letter(attachments=(unfit,)))
        assert mailbox.arrived() == []

    @pytest.mark.parametrize("between", BREAKS)
    async def test_a_subject_makes_no_header(self, mailbox: Mailbox, between: str) -> None:
        await mailbox.mailer.send(letter())
        await mailbox.mailer.send(letter(subject=f"a{between}Bcc: eve@example.com"))
        plain, other = mailbox.arrived()
        assert other.headers == plain.headers
        assert other.text == plain.text
        assert other.subject.split() == ["a", "Bcc:", "eve@example.com"]
        assert other.subject.isprintable()

    @pytest.mark.parametrize(
        "to",
        [
            *(f"ada@example.com{between}Bcc: eve@example.com" for between in BREAKS),
            *(f"ada{between}@example.com" for between in BREAKS),
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example.com, eve@example.com",
            "ada@example.com> SIZE=1",
            "<ada@example.com>",
            "Ada <ada@example.com>",
            '"ada eve"@example.com',
            "ada@eve@example.com",
            "ada@exa mple.com",
            "ada@.example.com",
            "ada@-example.com",
            "ada@\u2028.example",
            "=?utf-8?q?eve=40example.com?=@example.com",
            "ada\u202e@example.com",
            "ada\ud800@example.com",
            f"{'a' * 65}@example.com",
            f"ada@{'a.' * 150}example.com",
        ],
    )
    async def test_an_address_that_is_none_is_refused(self, mailbox: Mailbox, to: str) -> None:
        with pytest.raises(LetterRefused):
            await mailbox.mailer.send(letter(to=to))
        assert mailbox.arrived() == []

    @pytest.mark.parametrize(
        ("to", "written"),
        [
            ("ada+tickets@example.com", "ada+tickets@example.com"),
            ("o'neil_x!y@localhost", "o'neil_x!y@localhost"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
            ("grün@bücher.example", "grün@xn--bcher-kva.example"),
            (f"{'a' * 64}@{'b' * 60}.{'c' * 60}.com", f"{'a' * 64}@{'b' * 60}.{'c' * 60}.com"),
        ],
    )
    async def test_unusual_addresses(self, mailbox: Mailbox, to: str, written: str) -> None:
        await mailbox.mailer.send(letter(to=to))
        assert [found.to for found in mailbox.arrived()] == [written]

    @pytest.mark.parametrize("number", ["a/../b", "a>\r\nBcc: eve@example.com", "ü", "", "x" * 300])
    async def test_an_id_is_an_id(self, mailbox: Mailbox, number: str) -> None:
        unfit = Letter(
            message_id=number,
            to="ada@example.com",
            subject="s",
            text="t\n",
        )
        with pytest.raises(LetterRefused):
            await mailbox.mailer.send(unfit)
        assert mailbox.arrived() == []
