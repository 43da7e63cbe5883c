"""Letters to a mail server: a real one, in all its moods."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest

from application.ports.mail import LetterRefused, MailerUnavailable
from infrastructure.mail.smtp import SmtpMailer
from tests.adapters.mail.reading import parsed, read
from tests.adapters.mail.server import Post, certificate, content, serving
from tests.adapters.ports import kept_port
from tests.contracts.mailers import Arrived, Mailbox, MailersContract, attachment, letter

SENDER = "Holdfast <shop@example.com>"


class Server(Mailbox):
    def __init__(self, post: Post) -> None:
        self._post = post
        self.mailer = plain(post)

    def arrived(self) -> list[Arrived]:
        found = []
        for envelope in self._post.sent:
            arrived = read(content(envelope))
            assert envelope.rcpt_tos == [arrived.to]
            found.append(arrived)
        return found


class TestSmtpMailer(MailersContract):
    @pytest.fixture
    async def mailbox(self) -> AsyncIterator[Mailbox]:
        async with serving(Post()) as post:
            yield Server(post)


def plain(post: Post, *, timeout: float = 60) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", post.port, sender=SENDER, tls="none", timeout=timeout)


async def test_only_seven_bits_travel() -> None:
    async with serving(Post()) as post:
        await plain(post).send(letter("Grüße\n", subject="Grüße"))
    (envelope,) = post.sent
    assert content(envelope).isascii()
    assert envelope.mail_from == "shop@example.com"
    assert parsed(content(envelope))["From"] == SENDER


async def test_an_attachment_travels_byte_by_byte() -> None:
    binary = bytes(range(256)) * 50
    async with serving(Post()) as post:
        await plain(post).send(letter("Grüße\n", attachments=(attachment(content=binary),)))
    (envelope,) = post.sent
    assert content(envelope).isascii()
    [part] = parsed(content(envelope)).iter_attachments()
    assert part.get_payload(decode=True) == binary


@pytest.mark.parametrize(
    "answer", ["550 no such mailbox", "551 not here", "552 full", "553 what?", "501 5.1.3 syntax"]
)
async def test_a_refused_recipient_is_a_refused_letter(answer: str) -> None:
    async with serving(Post(rcpt=answer)) as post:
        with pytest.raises(LetterRefused, match=answer[:3]):
            await plain(post).send(letter())
    assert post.sent == []


async def test_a_refused_message_is_a_refused_letter() -> None:
    async with serving(Post(data="554 looks like an advertisement")) as post:
        with pytest.raises(LetterRefused, match="554"):
            await plain(post).send(letter())


@pytest.mark.parametrize(
    "post",
    [
        Post(rcpt="451 later"),
        Post(rcpt="450 greylisted"),
        Post(data="451 later"),
        Post(data="452 disk full"),
        Post(mail="451 later"),
        # Permanent, but not about this letter: about who we are.
        Post(mail="550 who are you?"),
        Post(rcpt="530 authentication required"),
        Post(data="503 bad sequence"),
        Post(rcpt="421 going down"),
    ],
    ids=lambda post: f"{post.mail}, {post.rcpt}, {post.data}",
)
async def test_what_may_pass_is_no_refusal(post: Post) -> None:
    async with serving(post):
        with pytest.raises(MailerUnavailable):
            await plain(post).send(letter())
    assert post.sent == []


async def test_a_long_answer_is_told_in_one_short_line() -> None:
    lines = [f"550-line {n} {'x' * 100}" for n in range(20)]
    async with serving(Post(rcpt="\r\n".join([*lines, "550 end"]))) as post:
        with pytest.raises(LetterRefused) as refused:
            await plain(post).send(letter())
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 250


async def test_a_server_that_does_not_answer_is_given_up() -> None:
    async with serving(Post(silent=True)) as post:
        with pytest.raises(MailerUnavailable):
            await plain(post, timeout=0.3).send(letter())
    assert post.sent == []


async def test_a_server_that_never_greets_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    post = Post(port=server.sockets[0].getsockname()[1])
    with pytest.raises(MailerUnavailable):
        await plain(post, timeout=0.3).send(letter())
    server.close()


async def test_a_server_that_drips_is_given_up() -> None:
    """Each single answer comes in time, all together do not."""
    heard: list[bytes] = []

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            heard.append(line[:4])
            await asyncio.sleep(0.2)
            writer.write(b"250 OK\r\n")
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    post = Post(port=server.sockets[0].getsockname()[1])
    while not heard:  # we may be too slow to say a word
        with pytest.raises(MailerUnavailable):
            await plain(post, timeout=0.3).send(letter())
    server.close()
    assert b"EHLO" in heard and b"DATA" not in heard


async def test_a_server_that_hangs_up_is_unavailable() -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(rude, "127.0.0.1", 0)
    with pytest.raises(MailerUnavailable):
        await plain(Post(port=server.sockets[0].getsockname()[1])).send(letter())
    server.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with kept_port() as port, pytest.raises(MailerUnavailable):
        await plain(Post(port=port)).send(letter())
    for host in ("no.such.host.invalid", "a" * 70):
        with pytest.raises(MailerUnavailable):
            await SmtpMailer(host, 25, sender=SENDER, tls="none", timeout=2).send(letter())


async def test_an_address_beyond_ascii_needs_a_server_that_takes_it() -> None:
    async with serving(Post()) as able:
        await plain(able).send(letter(to="grün@example.com"))
    assert able.sent[0].rcpt_tos == ["grün@example.com"]
    assert able.sent[0].smtp_utf8
    async with serving(Post(), utf8=False) as unable:
        with pytest.raises(LetterRefused, match="ASCII"):
            await plain(unable).send(letter(to="grün@example.com"))
        await plain(unable).send(letter(to="ada@bücher.example", subject="grün"))
    assert [envelope.rcpt_tos for envelope in unable.sent] == [["ada@xn--bcher-kva.example"]]


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("certificate"))


Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


def secured(
    post: Post, client: ssl.SSLContext | None, *, password: str = "right", implicit: bool = False
) -> SmtpMailer:
    return SmtpMailer(
        "127.0.0.1",
        post.port,
        sender=SENDER,
        user="shop",
        password=password,
        tls="tls" if implicit else "starttls",
        timeout=60,
        tls_context=client,
    )


async def test_starttls_and_login(contexts: Contexts) -> None:
    server, client = contexts
    async with serving(Post(), tls=server, login=True) as post:
        await secured(post, client).send(letter())
    assert len(post.sent) == 1 and post.users[-1] == "shop"


async def test_a_wrong_password_is_not_the_letters_fault(contexts: Contexts) -> None:
    server, client = contexts
    async with serving(Post(), tls=server, login=True) as post:
        with pytest.raises(MailerUnavailable, match="535"):
            await secured(post, client, password="wrong").send(letter())
    assert post.sent == []


async def test_tls_from_the_start(contexts: Contexts) -> None:
    server, client = contexts
    async with serving(Post(), tls=server, implicit=True, login=True) as post:
        await secured(post, client, implicit=True).send(letter())
    assert len(post.sent) == 1


async def test_a_server_nobody_vouches_for_gets_nothing(contexts: Contexts) -> None:
    for implicit in (False, True):
        async with serving(Post(), tls=contexts[0], implicit=implicit, login=True) as post:
            with pytest.raises(MailerUnavailable):
                await secured(post, None, implicit=implicit).send(letter())
        assert (post.sent, post.users) == ([], [])


async def test_without_the_starttls_we_want_nothing_is_sent(contexts: Contexts) -> None:
    """Whoever sits on the line can leave the offer out; the password must not go in clear."""
    async with serving(Post(), login=True) as post:
        anonymous = SmtpMailer("127.0.0.1", post.port, sender=SENDER)
        for mailer in (anonymous, secured(post, contexts[1])):
            with pytest.raises(MailerUnavailable, match="STARTTLS"):
                await mailer.send(letter())
    assert (post.sent, post.users) == ([], [])


async def test_a_letter_that_was_taken_is_not_sent_again() -> None:
    """A server that hangs after its answer has the letter all the same."""

    class Mute(Post):
        async def handle_QUIT(self, *_: object) -> str:
            await asyncio.sleep(60)
            return "221 Bye"

    async with serving(Mute()) as post:
        await plain(post).send(letter())
    assert len(post.sent) == 1
