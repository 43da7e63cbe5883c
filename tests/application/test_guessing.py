"""Attempts at a password: when they wait, when they are refused, and what never counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from application.assembly import Rules, assemble
from application.auth.guard import GuessingDelays, PasswordGuard
from application.auth.login import Login
from application.auth.register import Register
from application.errors import CredentialsInvalid, RateLimited
from application.messages import Context
from application.ports.identity import Passwords
from application.ports.throttle import AttemptThrottle, Counter, Delay
from application.user.change_password import ChangePassword
from domain.user.user import PASSWORD_LONGEST
from infrastructure.memory.throttle import MemoryAttemptThrottle
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import PASSWORDS, SEALS, World, new_email

NONE, MOMENT = timedelta(), timedelta(milliseconds=1)
USUAL = Delay(free=5, first=timedelta(seconds=1), longest=timedelta(seconds=60))
DELAYS = GuessingDelays(
    account=USUAL, address=USUAL, everybody=Delay(free=1, first=MOMENT, longest=MOMENT)
)
RIGHT, OVERLONG = "correct horse battery staple", "x" * (PASSWORD_LONGEST + 1)
HERE = Context(request_id="r-1", address="192.0.2.1")


class Scripted(AttemptThrottle):
    """Answers these waits; the last one again and again."""

    def __init__(self, *waits: timedelta) -> None:
        self.waits = list(waits)
        self.asked = 0

    async def attempt(self, counters: Sequence[Counter]) -> timedelta:
        self.asked += 1
        return self.waits.pop(0) if len(self.waits) > 1 else self.waits[0]

    async def succeeded(self, counters: Sequence[Counter]) -> None:
        raise AssertionError("nobody succeeds here")


class Looking(Passwords):
    """Counts how often a password is hashed or looked at."""

    def __init__(self) -> None:
        self.hashed = 0

    async def hash(self, password: str) -> str:
        self.hashed += 1
        return await PASSWORDS.hash(password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self.hashed += 1
        return await PASSWORDS.verify(password, password_hash)


def guard(throttle: AttemptThrottle) -> PasswordGuard:
    return PasswordGuard(throttle=throttle, seals=SEALS, delays=DELAYS)


async def test_who_waits_for_everybody_goes_on_by_itself() -> None:
    throttle = Scripted(MOMENT, MOMENT, MOMENT, NONE)
    counters = await guard(throttle).attempt("ada@example.com", HERE)
    assert throttle.asked == 4
    assert [each.key.partition(":")[0] for each in counters] == ["account", "address", "everybody"]


async def test_who_waits_for_the_account_is_refused_at_once() -> None:
    throttle = Scripted(timedelta(seconds=8))
    with pytest.raises(RateLimited) as refused:
        await guard(throttle).attempt("ada@example.com", HERE)
    assert throttle.asked == 1
    assert refused.value.retry_after == 8
    assert refused.value.metadata == {"limit": "password_attempts"}


async def test_while_it_stands_in_line_the_account_may_come_to_wait() -> None:
    throttle = Scripted(MOMENT, timedelta(seconds=1))
    with pytest.raises(RateLimited) as refused:
        await guard(throttle).attempt("ada@example.com", HERE)
    assert (throttle.asked, refused.value.retry_after) == (2, 1)


async def test_nobody_stands_in_line_for_ever() -> None:
    throttle = Scripted(MOMENT)
    with pytest.raises(RateLimited) as refused:
        await guard(throttle).attempt("ada@example.com", HERE)
    assert throttle.asked == 40
    assert refused.value.retry_after == MOMENT.total_seconds()


async def test_guessing_everywhere_sends_nobody_away() -> None:
    """With the real counters: other accounts, other addresses, and the right password at last."""
    world = World(MemoryHarness(), Rules(guessing=DELAYS))
    auth, email = world.application.auth, new_email()
    await auth.register(Register(email=email, password=RIGHT, name="Ada"), HERE)
    for number in range(3):
        elsewhere = Context(request_id="r-2", address=f"198.51.100.{number}")
        with pytest.raises(CredentialsInvalid):
            await auth.login(Login(email=new_email(), password="a guess"), elsewhere)
    assert (await auth.login(Login(email=email, password=RIGHT), HERE)).access_token


async def test_an_overlong_password_is_neither_counted_nor_hashed() -> None:
    """Nobody has one: neither login nor a change of password spends anything on it."""
    harness = MemoryHarness()
    world, looking = World(harness), Looking()
    throttle = MemoryAttemptThrottle(harness.database.clock)
    app = assemble(replace(world.ports, passwords=looking, throttle=throttle), Rules())
    email = new_email()
    await app.auth.register(Register(email=email, password=RIGHT, name="Ada"), HERE)
    tokens = await app.auth.login(Login(email=email, password=RIGHT), HERE)
    mine = Context(request_id="r-3", address=HERE.address, credentials=tokens.access_token)
    counted, hashed = len(throttle), looking.hashed
    for _ in range(20):
        with pytest.raises(CredentialsInvalid):
            await app.auth.login(Login(email=email, password=OVERLONG), HERE)
        with pytest.raises(CredentialsInvalid):
            await app.auth.login(Login(email=new_email(), password=OVERLONG), HERE)
        with pytest.raises(CredentialsInvalid):
            change = ChangePassword(current_password=OVERLONG, new_password=RIGHT)
            await app.users.change_password(change, mine)
    assert (len(throttle), looking.hashed) == (counted, hashed)
    assert (await app.auth.login(Login(email=email, password=RIGHT), HERE)).access_token
