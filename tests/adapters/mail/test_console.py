"""Letters on a screen."""

import io
import re

import pytest

from application.ports.mail import MailerUnavailable
from infrastructure.mail.console import ConsoleMailer
from tests.contracts.mailers import Arrived, Mailbox, MailersContract, letter

_PRINTED = re.compile(r"--- letter (\S+) ---\n(.*?)\n\n(.*?)--- end of \1 ---\n", re.S)
_FILE = re.compile(r"^(\S+) \((\S+), \d+ bytes\)$")


class Screen(Mailbox):
    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.mailer = ConsoleMailer(self._stream)

    def arrived(self) -> list[Arrived]:
        return [
            self._read(number, head, text)
            for number, head, text in _PRINTED.findall(self._stream.getvalue())
        ]

    @staticmethod
    def _read(number: str, head: str, text: str) -> Arrived:
        lines = [line.split(": ", 1) for line in head.split("\n")]
        headers = dict(lines)
        files = [_FILE.findall(said)[0] for name, said in lines if name == "Attachment"]
        return Arrived(number, headers["To"], headers["Subject"], text, list(headers), files)


class TestConsoleMailer(MailersContract):
    @pytest.fixture
    def mailbox(self) -> Mailbox:
        return Screen()


async def test_no_letter_steers_the_terminal() -> None:
    stream = io.StringIO()
    await ConsoleMailer(stream).send(letter("\x1b]0;title\x07 \x9b2J\n", subject="\x1b[2J"))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", stream.getvalue())
    assert "]0;title" in stream.getvalue()


async def test_what_the_stream_cannot_show_is_escaped() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    await ConsoleMailer(stream).send(letter("für 🐎\n"))
    assert b"f\\xfcr \\U0001f40e\n" in raw.getvalue()


async def test_a_closed_stream_is_said() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(MailerUnavailable):
        await ConsoleMailer(stream).send(letter())
