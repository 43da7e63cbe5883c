"""The sender, on real connections."""

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from domain.webhook.delivery import Attempt
from infrastructure.webhooks.guard import ANY_PORT, Guard
from infrastructure.webhooks.sender import HttpWebhookSender
from shared.addresses import networks
from tests.adapters.ports import kept_port
from tests.adapters.webhooks.receiver import Receiver, receiving

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
HEADERS = {"content-type": "application/json", "webhook-id": "one"}
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def sender(
    *answers: Sequence[str],
    allowed: Sequence[str] = ("127.0.0.0/8",),
    timeout: float = 60,
    trust: ssl.SSLContext | None = None,
) -> HttpWebhookSender:
    """Names lead to the loopback, or to these addresses, one after the other."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if left else ["127.0.0.1"]

    guard = Guard(
        allow_http=True, networks=networks(allowed), ports=frozenset({ANY_PORT}), resolve=resolve
    )
    return HttpWebhookSender(guard, timeout_seconds=timeout, trust=trust, now=lambda: NOW)


async def sent(to: HttpWebhookSender, url: str, body: bytes = b'{"a":1}') -> Attempt:
    try:
        return await to.send(url, headers=HEADERS, body=body)
    finally:
        await to.close()


async def test_a_post() -> None:
    receiver = Receiver(OK)
    async with receiving(receiver) as url:
        assert await sent(sender(), f"{url}/hook?a=b") == Attempt(status=204)
    ((head, _, body),) = [each.partition(b"\r\n\r\n") for each in receiver.heard]
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hook?a=b HTTP/1.1" and body == b'{"a":1}'
    assert {line.lower() for line in lines[1:]} == {
        f"host: hall.example:{receiver.port}",
        "user-agent: holdfast-webhooks/1",
        "accept: */*",
        "content-length: 7",
        "content-type: application/json",
        "webhook-id: one",
    }


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("Sat, 21 Nov 2026 10:01:00 GMT", 60.0),
        ("Sat, 21 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
        ("Sat, 99 Nov 2026 10:01:00 GMT", None),
    ],
)
async def test_when_to_come_back(said: str, seconds: float | None) -> None:
    answer = f"HTTP/1.1 503 Away\r\nRetry-After: {said}\r\nContent-Length: 0\r\n\r\n"
    async with receiving(Receiver(answer.encode())) as url:
        found = await sent(sender(), url)
    assert (found.status, found.retry_after) == (503, seconds)


async def test_a_redirect_is_not_followed() -> None:
    elsewhere = Receiver(OK)
    async with receiving(elsewhere) as target:
        answer = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        async with receiving(Receiver(answer.encode())) as url:
            found = await sent(sender(), url)
    assert found == Attempt(status=302, error="redirect_refused")
    assert elsewhere.connections == 0


async def test_cookies_are_not_kept_and_connections_neither() -> None:
    receiver = Receiver(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
    one = sender()
    async with receiving(receiver) as url:
        await one.send(url, headers=HEADERS, body=b"{}")
        await sent(one, url)
    assert b"cookie" not in receiver.heard[1].lower()
    assert receiver.connections == 2


async def test_no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, receiver = Receiver(OK), Receiver(OK)
    async with receiving(proxy), receiving(receiver) as url:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert (await sent(sender(), url)).status == 204
    assert (proxy.connections, receiver.connections) == (0, 1)


async def test_a_long_answer_is_not_read_to_its_end() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"a" * 32_000_000
    receiver = Receiver(endless)
    async with receiving(receiver) as url:
        assert (await sent(sender(), url)).status == 200
    assert receiver.written < 16_000_000


async def test_patience_ends() -> None:
    never: "asyncio.Future[None]" = asyncio.get_running_loop().create_future()
    async with receiving(Receiver(OK, before=lambda: never)) as url:
        found = await sent(sender(timeout=0.2), url)
        never.set_result(None)
    assert found == Attempt(status=None, error="timeout")


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-L"])
async def test_no_answer(said: bytes) -> None:
    async with receiving(Receiver(said)) as url:
        assert await sent(sender(), url) == Attempt(status=None, error="broken_off")


async def test_nobody_there() -> None:
    with kept_port() as port:
        url = f"http://hall.example:{port}"
        assert await sent(sender(), url) == Attempt(status=None, error="connect_failed")
        assert await sent(sender([]), url) == Attempt(status=None, error="name_unknown")


@pytest.mark.parametrize("to", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1"])
async def test_nothing_is_sent_inside(to: str) -> None:
    """The address that a name leads to is looked at where the connection is made."""
    receiver = Receiver(OK)
    async with receiving(receiver) as url:
        found = await sent(sender([to], allowed=()), url)
    assert found == Attempt(status=None, error="address_refused")
    assert receiver.connections == 0


async def test_a_literal_inside_is_refused_as_well() -> None:
    receiver = Receiver(OK)
    async with receiving(receiver):
        found = await sent(sender(allowed=()), f"http://127.0.0.1:{receiver.port}/")
    assert found == Attempt(status=None, error="address_refused")
    assert receiver.connections == 0


async def test_a_name_that_changes_its_mind() -> None:
    """It is asked once for each connection, and that answer is what is connected to: asked a second
    time it would lead to the receiver inside."""
    outside, inside = Receiver(OK), Receiver(OK)
    allowed = ["127.0.0.2/32"]
    one = sender(["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"], allowed=allowed)
    async with receiving(inside) as url:
        server = await asyncio.start_server(outside.serve, "127.0.0.2", inside.port)
        async with server:
            first = await one.send(url, headers=HEADERS, body=b"{}")
            second = await sent(one, url)
    assert first == Attempt(status=204)
    assert second == Attempt(status=None, error="address_refused")
    assert (outside.connections, inside.connections) == (1, 0)


async def test_the_second_address_where_the_first_is_silent() -> None:
    receiver = Receiver(OK)
    async with receiving(receiver) as url:
        assert (await sent(sender(["127.0.0.3", "127.0.0.1"]), url)).status == 204


@pytest.mark.parametrize(
    ("name", "address", "expected"),
    [
        ("hall.example", None, Attempt(status=204)),
        ("other.example", None, Attempt(status=None, error="tls_failed")),
        (None, "127.0.0.1", Attempt(status=None, error="tls_failed")),
    ],
)
async def test_tls_is_checked_against_the_name(
    tmp_path: Path, name: str | None, address: str | None, expected: Attempt
) -> None:
    """Not against the address that the connection goes to."""
    served, trusted = certificate(tmp_path, name, address)
    receiver = Receiver(OK)
    async with receiving(receiver, served) as url:
        assert await sent(sender(trust=trusted), url) == expected
        assert len(receiver.heard) == (expected.status is not None)
        stranger = await sent(sender(), url)
    assert stranger == Attempt(status=None, error="tls_failed")


def certificate(
    folder: Path, name: str | None, address: str | None
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For a server of that name or address, and for who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hall of the tests")])
    stands_for: x509.GeneralName = (
        x509.DNSName(name)
        if name is not None
        else x509.IPAddress(ipaddress.ip_address(address or ""))
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([stands_for]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "server.pem"
    file.write_bytes(pem + private)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(file)
    return served, ssl.create_default_context(cadata=pem.decode())
