"""A real mail server on a free port, that answers as it is told to."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Post:
    """`rcpt` and `data` are its answers to these commands, `sent` is what it took; with `silent`
    it takes a letter and never says so."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    mail: str = "250 OK"
    silent: bool = False
    port: int = 0
    connections: int = 0
    sent: list[Envelope] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.connections += 1
        if self.mail.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.mail

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.silent:
            await asyncio.sleep(60)
        if self.data.startswith("250"):
            self.sent.append(envelope)
        return self.data

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        right = data.password == b"right"
        return AuthResult(success=right, handled=right)  # not handled: the server says 535


def content(envelope: Envelope) -> bytes:
    """The message as it came over the wire."""
    assert isinstance(envelope.content, bytes)
    return envelope.content


@asynccontextmanager
async def serving(
    post: Post,
    *,
    utf8: bool = True,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    login: bool = False,
) -> AsyncIterator[Post]:
    """With `tls` STARTTLS is offered and required, or with `implicit` spoken from the start."""
    loop, protocols = asyncio.get_running_loop(), list[SMTP]()
    offered = tls is not None and not implicit

    def protocol() -> SMTP:
        made = SMTP(
            post,
            hostname="localhost",
            loop=loop,
            enable_SMTPUTF8=utf8,
            tls_context=None if implicit else tls,
            require_starttls=offered,
            auth_required=login and offered,  # it does not know of TLS from the start
            auth_require_tls=offered,
            authenticator=post.authenticate,
        )
        protocols.append(made)
        return made

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if implicit else None)
    post.port = server.sockets[0].getsockname()[1]
    try:
        yield post
    finally:
        server.close()
        for each in protocols:
            if each.transport is not None:
                each.transport.close()
        await asyncio.sleep(0)  # they hear of it


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server on 127.0.0.1, and of a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    client = ssl.create_default_context(cafile=str(file))
    return server, client
