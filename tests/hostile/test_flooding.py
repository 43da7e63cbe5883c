"""However often somebody else's address is typed in, their mailbox gets a few letters."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from application.app import Application
from application.assembly import Rules, assemble_jobs
from application.auth.login import Login
from application.auth.register import Register
from application.auth.request_email_verification import RequestEmailVerification
from application.auth.request_password_reset import RequestPasswordReset
from application.messages import Context
from domain.user.errors import EmailTaken
from shared.errors import AppError
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import IDS, World

VICTIM, PASSWORD = "Victim@flood.example.org", "correct horse battery staple"
TIMES = 60
_WRITTEN = ("victim@flood.example.org", VICTIM.swapcase(), VICTIM)
"""The same address, however it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    world: World
    harness: MemoryHarness
    send: Callable[[], Awaitable[int]]

    @property
    def app(self) -> Application:
        return self.world.application

    async def delivered(self) -> Counter[str]:
        """The subjects of all letters to the victim so far."""
        while await self.send():
            pass
        letters = self.world.letters.letters
        assert {letter.to.lower() for letter in letters} <= {VICTIM.lower()}
        return Counter(letter.subject for letter in letters)

    async def register(self, email: str) -> None:
        message = Register(email=email, password=PASSWORD, name="V")
        await self.app.auth.register(message, self.ctx())

    def ctx(self, token: str | None = None) -> Context:
        return Context(request_id=str(IDS.uuid()), credentials=token)


@pytest.fixture
def post() -> Post:
    harness = MemoryHarness()
    world = World(harness)
    (send,) = [job for job in assemble_jobs(world.ports, Rules()) if job.name == "send_mails"]
    return Post(world=world, harness=harness, send=send.run)


async def _refusals(calls: int, call: Callable[[int], Awaitable[object]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for number in range(calls):
        try:
            await call(number)
        except AppError as refusal:
            found[refusal.reason] += 1
    return found


async def test_new_accounts_for_one_address(post: Post) -> None:
    said = await _refusals(TIMES, lambda n: post.register(_WRITTEN[n % 3]))
    assert said == {EmailTaken.reason: TIMES - 1}
    assert (await post.delivered()).total() == 1


async def test_new_passwords_for_one_address(post: Post) -> None:
    """All at once, and again one by one while letters are sent."""
    await post.register(VICTIM)
    assert (await post.delivered()).total() == 1

    async def ask(number: int) -> None:
        message = RequestPasswordReset(email=_WRITTEN[number % 3])
        await post.app.auth.request_password_reset(message, post.ctx())

    assert await _refusals(TIMES, ask) == {}
    assert (await post.delivered()).total() == 4
    for number in range(TIMES // 3):
        await ask(number)
        await post.delivered()
    assert (await post.delivered()).total() == 4
    await post.harness.pass_time(timedelta(minutes=61))  # those of before are no good any more
    assert await _refusals(TIMES, ask) == {}
    assert (await post.delivered()).total() == 7


async def test_new_passwords_for_nobody(post: Post) -> None:
    async def ask(number: int) -> None:
        message = RequestPasswordReset(email=VICTIM)
        await post.app.auth.request_password_reset(message, post.ctx())

    assert await _refusals(TIMES, ask) == {}
    assert await post.delivered() == {}


async def test_verifications_of_an_address_of_somebody_else(post: Post) -> None:
    """By whoever registered with it, for whom it costs nothing to ask again."""
    await post.register(VICTIM)
    login = Login(email=VICTIM, password=PASSWORD)
    token = (await post.app.auth.login(login, post.ctx())).access_token

    async def ask(number: int) -> None:
        message = RequestEmailVerification()
        await post.app.auth.request_email_verification(message, post.ctx(token))

    assert await _refusals(TIMES, ask) == {"RATE_LIMITED": TIMES - 4}
    assert (await post.delivered()).total() == 5
