"""Mails are sent until they are: what fails is told, waits longer and longer, and ends some day."""

from datetime import timedelta

import pytest

from application.background.send_mails import SendMails
from application.errors import MailUnavailable
from application.mail.languages import Language
from application.notification.writing import OrderLetterWriter
from application.ports.mail import Letter, LetterRefused, Mailer, MailerUnavailable
from application.ports.mail_queue import Mail, MailKind
from application.user.proofs import ProofDesk
from application.wiring.mails import LETTERS
from shared.ids import MailId
from tests.adapters.memory.harness import MemoryHarness, StillClock
from tests.contracts.world import CALENDARS, IDS, SEALS, World

MINUTE = timedelta(minutes=1)
ACCOUNTS, ORDERS = LETTERS[Language.ENGLISH]


class Faulty(Mailer):
    """Fails for the addresses in `trouble`."""

    def __init__(self) -> None:
        self.trouble: dict[str, Exception] = {}
        self.sent: list[str] = []

    async def send(self, letter: Letter) -> None:
        if letter.to in self.trouble:
            raise self.trouble[letter.to]
        self.sent.append(letter.to)


class Post:
    def __init__(self) -> None:
        harness = MemoryHarness(StillClock())
        self.clock = harness.database.clock
        self.world = World(harness)
        self.mailer = Faulty()
        self.send = SendMails(
            begin=self.world.begin,
            ids=IDS,
            seals=SEALS,
            proofs=ProofDesk(ids=IDS, verification=MINUTE, reset=MINUTE),
            mailer=self.mailer,
            observer=self.world.observer,
            letters=ACCOUNTS,
            orders=OrderLetterWriter(
                letters=ORDERS, calendars=CALENDARS, link_base="https://shop.example"
            ),
            link_base="https://shop.example",
            limit=10,
        )

    async def write(self, *addresses: str) -> None:
        async with self.world.begin(self.world.system()) as work:
            now = await work.now()
            for to in addresses:
                work.mails.add(
                    Mail(
                        id=MailId(IDS.uuid()),
                        kind=MailKind.PASSWORD_CHANGED,
                        to=to,
                        subject_id=None,
                        name="Ada",
                        organizer_name=None,
                        role=None,
                        created_at=now,
                        expires_at=now + timedelta(hours=1),
                    )
                )
            await work.commit(None)


@pytest.fixture
def post() -> Post:
    return Post()


async def test_one_that_fails_keeps_nobody_else(post: Post) -> None:
    await post.write("ada@example.com", "ben@example.com")
    post.mailer.trouble["ada@example.com"] = MailerUnavailable("421 later")
    assert await post.send() == 2
    assert post.mailer.sent == ["ben@example.com"]
    ((_, kind, error, final),) = post.world.observer.mails
    assert (kind, error, final) == ("PASSWORD_CHANGED", "421 later", False)


async def test_each_failure_doubles_the_pause(post: Post) -> None:
    await post.write("ada@example.com")
    post.mailer.trouble["ada@example.com"] = MailerUnavailable("421 later")
    for pause in (5, 10, 20, 40):
        with pytest.raises(MailUnavailable):
            await post.send()
        post.clock.advance(timedelta(seconds=pause - 1))
        assert await post.send() == 0
        post.clock.advance(timedelta(seconds=1))
    post.mailer.trouble.clear()
    assert await post.send() == 1
    assert post.mailer.sent == ["ada@example.com"]


async def test_what_is_refused_for_good_is_told_and_gone(post: Post) -> None:
    await post.write("ada@example.com")
    post.mailer.trouble["ada@example.com"] = LetterRefused("550 no such mailbox")
    assert await post.send() == 1
    assert [each[2:] for each in post.world.observer.mails] == [("550 no such mailbox", True)]
    post.clock.advance(timedelta(minutes=30))
    assert await post.send() == 0


async def test_what_nobody_wants_any_more_is_not_sent(post: Post) -> None:
    await post.write("ada@example.com")
    post.clock.advance(timedelta(hours=1))
    assert await post.send() == 1
    assert post.mailer.sent == []
    post.clock.advance(timedelta(minutes=6))  # nor is it only left alone for a while
    assert await post.send() == 0


async def test_a_letter_that_cannot_be_written_keeps_no_other(post: Post) -> None:
    """A bug about one of them is told, and it is tried again."""
    async with post.world.begin(post.world.system()) as work:
        now = await work.now()
        lost = Mail(
            id=MailId(IDS.uuid()),
            kind=MailKind.ORDER_CONFIRMED,
            to="eve@example.com",
            subject_id=IDS.uuid(),
            name="Eve",
            organizer_name=None,
            role=None,
            created_at=now,
            expires_at=now + MINUTE,
        )
        work.mails.add(lost)
        await work.commit(None)
    await post.write("ada@example.com")
    assert await post.send() == 2
    assert post.mailer.sent == ["ada@example.com"]
    assert [each[1:] for each in post.world.observer.mails] == [
        ("ORDER_CONFIRMED", "LookupError", False)
    ]
    [bug] = post.world.observer.bugs
    assert "order that is not there" in str(bug)
    post.clock.advance(timedelta(seconds=6))
    with pytest.raises(MailUnavailable):
        await post.send()
