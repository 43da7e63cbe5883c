"""Letters by SMTP, one connection each."""

import asyncio
import ssl
from typing import Final, Literal

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from application.ports.mail import Letter, LetterRefused, Mailer, MailerUnavailable
from infrastructure.mail.message import Mailbox, compose

Tls = Literal["starttls", "tls", "none"]

# Permanent, but about our order of commands or our credentials: no letter's fault.
_OURS: Final = frozenset({503, 530, 534, 535, 538})
_FAREWELL_SECONDS: Final = 1


class SmtpMailer(Mailer):
    """Hands letters to the server at `host`.

    `port` None is the usual one: 587 with starttls, 465 with tls, 25 with none. With starttls and
    tls the server must prove its name to `tls_context` (the authorities of the system), or nothing
    is sent; `timeout` is the longest that one letter takes, in seconds.
    """

    def __init__(
        self,
        host: str,
        port: int | None = None,
        *,
        sender: str,
        user: str | None = None,
        password: str | None = None,
        tls: Tls = "starttls",
        timeout: float = 10,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        """`sender` is `address` or `Name <address>`; raises ValueError for another."""
        self._host = host
        self._port = port
        self._sender = Mailbox.sender(sender)
        self._user = user
        self._password = password
        self._tls = tls
        self._timeout = timeout
        # Once: it reads the certificates of all authorities.
        self._tls_context = None if tls == "none" else tls_context or ssl.create_default_context()

    async def send(self, letter: Letter) -> None:
        to = Mailbox.parse(letter.to)
        content = compose(letter, self._sender, eight_bit=False)
        client = SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            timeout=self._timeout,
            use_tls=self._tls == "tls",
            start_tls=self._tls == "starttls",
            tls_context=self._tls_context,
        )
        try:
            async with asyncio.timeout(self._timeout):
                await client.connect()
                await self._hand_over(client, to, content)
            await _farewell(client)
        except SMTPRecipientsRefused as error:
            raise _verdict(error.recipients[0]) from error
        except SMTPDataError as error:
            raise _verdict(error) from error
        except (SMTPException, OSError, UnicodeError) as error:  # UnicodeError: no host's name
            raise MailerUnavailable(_described(error)) from error
        finally:
            client.close()

    async def _hand_over(self, client: SMTP, to: Mailbox, content: bytes) -> None:
        options: list[str] = []
        if not (to.is_ascii and self._sender.is_ascii):
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
            if not client.supports_extension("smtputf8"):
                raise LetterRefused("the mail server takes addresses in ASCII only")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        await client.sendmail(self._sender.address, [to.address], content, mail_options=options)


async def _farewell(client: SMTP) -> None:
    try:
        await client.quit(timeout=_FAREWELL_SECONDS)
    except (SMTPException, OSError):
        return  # the letter was taken already; that is what counts


def _verdict(error: SMTPResponseException) -> LetterRefused | MailerUnavailable:
    if error.code >= 500 and error.code not in _OURS:
        return LetterRefused(_described(error))
    return MailerUnavailable(_described(error))


def _described(error: Exception) -> str:
    """One short line; a server's answer has as many as it likes."""
    text = f"{error.code} {error.message}" if isinstance(error, SMTPResponseException) else error
    return f"{type(error).__name__}: {' '.join(str(text).split())[:200]}"
