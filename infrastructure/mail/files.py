"""Letters as files, where no mail server is at hand."""

import asyncio
import logging
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from application.ports.mail import Letter, Mailer, MailerUnavailable
from infrastructure.mail.message import Mailbox, checked_id, compose

_logger = logging.getLogger(__name__)


class FileMailer(Mailer):
    """One .eml file per letter in `folder`, in the order of their names, for its owner's eyes
    only. A file is there whole or not at all. The log tells of each, never what it says."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        """`sender` is `address` or `Name <address>`; raises ValueError for another."""
        self._folder = folder
        self._sender = Mailbox.sender(sender)

    async def send(self, letter: Letter) -> None:
        content = compose(letter, self._sender, eight_bit=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{checked_id(letter)}.eml"
        try:
            await asyncio.to_thread(self._write, name, content)
        except OSError as error:
            raise MailerUnavailable(f"the folder of letters cannot be used: {error}") from error
        _logger.info("letter written", extra={"recipient": letter.to, "file": name})

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # it may be older than this rule
        descriptor, draft = tempfile.mkstemp(dir=self._folder, prefix=".letter-")  # mode 0600
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            os.replace(draft, self._folder / name)
        except BaseException:
            os.unlink(draft)
            raise
