"""Letters on the screen, for development."""

import unicodedata
from typing import TextIO

from application.ports.mail import Letter, Mailer, MailerUnavailable
from infrastructure.mail.message import Mailbox, checked_attachment, checked_id, one_line


class ConsoleMailer(Mailer):
    """Prints each letter on `stream`, between two lines that name its id; of attachments it says
    that they are there. What the stream's encoding lacks is escaped; control characters, which
    could steer a terminal, are shown as �."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    async def send(self, letter: Letter) -> None:
        to, number = Mailbox.parse(letter.to), checked_id(letter)
        text = "".join(map(_shown, letter.text.replace("\r\n", "\n")))
        head = f"To: {to.address}\nSubject: {one_line(letter.subject)}\n"
        for attachment in letter.attachments:
            head += f"Attachment: {checked_attachment(attachment)}\n"
        whole = f"--- letter {number} ---\n{head}\n{text.rstrip()}\n--- end of {number} ---\n"
        encoding = self._stream.encoding or "utf-8"
        try:
            # One call, so that letters do not mix.
            self._stream.write(whole.encode(encoding, "backslashreplace").decode(encoding))
            self._stream.flush()
        except (OSError, ValueError) as error:  # ValueError: it is closed
            raise MailerUnavailable(f"the console cannot be written to: {error}") from error


def _shown(char: str) -> str:
    return "�" if unicodedata.category(char) == "Cc" and char not in "\n\t" else char
