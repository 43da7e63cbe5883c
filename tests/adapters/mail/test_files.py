"""Letters as files."""

import asyncio
import logging
import stat
from pathlib import Path

import pytest

from application.ports.mail import MailerUnavailable
from infrastructure.mail.files import FileMailer
from tests.adapters.mail.reading import parsed, read
from tests.contracts.mailers import Arrived, Mailbox, MailersContract, attachment, letter


class Folder(Mailbox):
    def __init__(self, path: Path) -> None:
        self._path = path
        self.mailer = FileMailer(path, sender="Holdfast <shop@example.com>")

    def arrived(self) -> list[Arrived]:
        return [read(file.read_bytes()) for file in sorted(self._path.glob("*"))]


class TestFileMailer(MailersContract):
    @pytest.fixture
    def mailbox(self, tmp_path: Path) -> Mailbox:
        return Folder(tmp_path / "data" / "mail")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture
def mailer(folder: Path) -> FileMailer:
    return FileMailer(folder, sender="Holdfast <shop@example.com>")


async def test_only_its_owner_may_read(folder: Path, mailer: FileMailer) -> None:
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    await mailer.send(letter())
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_file_is_a_whole_message(folder: Path, mailer: FileMailer) -> None:
    await mailer.send(letter("Grüße\n"))
    (file,) = folder.iterdir()
    assert file.suffix == ".eml" and "letter-1" in file.name
    message = parsed(file.read_bytes())
    assert set(message) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    }
    assert message["From"] == "Holdfast <shop@example.com>"
    assert message["Message-ID"] == "<letter-1@example.com>"
    assert message["Date"].datetime.tzinfo is not None
    assert "Grüße\r\n".encode() in file.read_bytes()  # people read it with nothing but a pager


async def test_a_link_stands_in_the_file_as_it_is(folder: Path, mailer: FileMailer) -> None:
    link = f"http://127.0.0.1:8000/verify-email?token={'aB3-_' * 30}"
    await mailer.send(letter(f"Grüße\n\n{link}\n"))
    (file,) = folder.iterdir()
    assert link.encode() in file.read_bytes()


async def test_an_attachment_is_there_byte_by_byte(folder: Path, mailer: FileMailer) -> None:
    content = bytes(range(256)) * 50
    await mailer.send(letter("Grüße\n", attachments=(attachment(content=content),)))
    (file,) = folder.iterdir()
    [part] = parsed(file.read_bytes()).iter_attachments()
    assert part.get_payload(decode=True) == content
    assert (part.get_param("method"), part.get_param("charset")) == ("PUBLISH", "utf-8")
    assert "Grüße\r\n".encode() in file.read_bytes()


async def test_files_sort_by_time(folder: Path, mailer: FileMailer) -> None:
    for number in ("c", "a", "b"):
        await mailer.send(letter(number=number))
    assert [read(file.read_bytes()).message_id for file in sorted(folder.iterdir())] == [
        f"<letter-{number}@example.com>" for number in "cab"
    ]


async def test_a_reader_never_sees_half_a_file(folder: Path, mailer: FileMailer) -> None:
    folder.mkdir()
    work = asyncio.gather(*(mailer.send(letter("x\n" * 20_000, number=str(n))) for n in range(10)))
    while not work.done():
        for file in folder.glob("*.eml"):
            assert file.read_bytes().endswith(b"x\r\n" * 20_000)
        await asyncio.sleep(0)
    await work
    assert len(list(folder.iterdir())) == 10


async def test_a_failure_leaves_nothing_behind(
    folder: Path, mailer: FileMailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(MailerUnavailable, match="No space left"):
        await mailer.send(letter())
    assert list(folder.iterdir()) == []


async def test_a_folder_that_is_none_is_said(folder: Path, mailer: FileMailer) -> None:
    folder.write_text("")
    with pytest.raises(MailerUnavailable):
        await mailer.send(letter())


async def test_the_log_tells_of_the_letter_and_not_what_it_says(
    folder: Path, mailer: FileMailer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await mailer.send(letter("the token is s3cr3t\n", subject="hush"))
    (record,) = (each for each in caplog.records if each.name.startswith("infrastructure.mail"))
    (file,) = folder.iterdir()
    assert record.levelno == logging.INFO
    assert vars(record)["recipient"] == "ada@example.com"
    assert vars(record)["file"] == file.name
    for each in caplog.records:
        assert "s3cr3t" not in repr(vars(each)) and "hush" not in repr(vars(each))


@pytest.mark.parametrize("sender", ["", "nobody", "a\r\nb <a@example.com>", "a@example.com\nx"])
def test_a_sender_that_is_none_is_refused(folder: Path, sender: str) -> None:
    with pytest.raises(ValueError, match="no sender"):
        FileMailer(folder, sender=sender)
