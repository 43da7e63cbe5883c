"""Guessing made slow: every attempt at a password counts, for the account, the address and all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from application.errors import RateLimited
from application.limits import network_of
from application.messages import Context
from application.ports.identity import Seals
from application.ports.throttle import AttemptThrottle, Counter, Delay
from domain.user.user import User

_TURNS = 40
"""How often an attempt waits for its turn, 50 ms at most each, before it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessingDelays:
    """How attempts are slowed down. The delay of all together is kept tiny: it caps what guessing
    costs us, and must not keep everybody else out."""

    account: Delay = Delay(free=5, first=timedelta(seconds=1), longest=timedelta(seconds=60))
    address: Delay = Delay(free=50, first=timedelta(seconds=1), longest=timedelta(seconds=60))
    everybody: Delay = Delay(
        free=1000, first=timedelta(milliseconds=10), longest=timedelta(milliseconds=50)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordGuard:
    throttle: AttemptThrottle
    seals: Seals
    delays: GuessingDelays

    async def attempt(self, email: str, ctx: Context) -> Sequence[Counter]:
        """To be called before a password is looked at; give the counters to `succeeded` if it was
        right. The same for addresses nobody has. Raises RateLimited."""
        account = self.seals.digest(User.email_key(email)).hex()
        place = network_of(ctx.address)
        counters = [Counter(key=f"account:{account}", delay=self.delays.account)]
        if place is not None:
            counters.append(Counter(key=f"address:{place}", delay=self.delays.address))
        counters.append(Counter(key="everybody", delay=self.delays.everybody))
        for _ in range(_TURNS):
            wait = await self.throttle.attempt(counters)
            if wait == timedelta(0):
                return counters
            if wait > self.delays.everybody.longest:
                break
            # While somebody guesses everywhere, all wait for a turn, for about two seconds.
            await asyncio.sleep(wait.total_seconds())
        raise RateLimited(retry_after=wait.total_seconds(), metadata={"limit": "password_attempts"})

    async def succeeded(self, counters: Sequence[Counter]) -> None:
        await self.throttle.succeeded(counters)
