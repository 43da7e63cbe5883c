"""How whoever gets a message reads it: with the standard library's parser."""

import email
from email.message import EmailMessage
from email.policy import default

from tests.contracts.mailers import Arrived


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def read(content: bytes) -> Arrived:
    message = parsed(content)
    # The parser of bytes does not know headers in UTF-8 (RFC 6532), that of texts does.
    (to,) = email.message_from_string(content.decode(), policy=default)["To"].addresses
    return Arrived(
        message_id=str(message["Message-ID"]),
        to=to.addr_spec,
        subject=str(message["Subject"]),
        text=text_of(message),
        headers=message.keys(),
        files=[
            (str(part.get_filename()), part.get_content_type())
            for part in message.iter_attachments()
        ],
    )


def text_of(message: EmailMessage) -> str:
    """What is read first, with or without attachments."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
