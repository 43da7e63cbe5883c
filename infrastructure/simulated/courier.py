"""Delivers webhooks over HTTP: at least once, for as long as it takes, in no sure order."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Self

import httpx2

from infrastructure.simulated.provider import utc_now
from infrastructure.simulated.signature import HEADER, sign
from infrastructure.simulated.storage import Delivery, Outcome, Storage

_BATCH = 100
_AT_ONCE = 8
_TIMEOUT = 10.0
"""Seconds a receiver has for its answer."""
_LEASE = timedelta(seconds=_TIMEOUT * _BATCH / _AT_ONCE + 10)
"""Longer than the slowest round; afterwards what a killed process had in hand is sent again."""


class WebhookCourier:
    """`async with WebhookCourier(...) as courier`, then `deliver` again and again; any number of
    processes may.

    `url` is where they go, `secret` what they are signed with. A webhook that is not answered with
    2xx is sent again after growing pauses, from `first_pause` to `longest_pause`, until it is
    `most_attempts` times. `duplicates` is the share of webhooks that are sent once more although
    they were acknowledged, each after up to `jitter`.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        url: str,
        secret: bytes,
        duplicates: float = 0.0,
        jitter: timedelta = timedelta(),
        first_pause: timedelta = timedelta(seconds=1),
        longest_pause: timedelta = timedelta(minutes=5),
        most_attempts: int = 1000,
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._storage = storage
        self._url = url
        self._secret = secret
        self._duplicates = duplicates
        self._jitter = jitter
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._most_attempts = most_attempts
        self._clock = clock
        self._chance = chance
        # Its receiver is named outright: no proxy of the environment, no redirection.
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT, trust_env=False)
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def deliver(self) -> int:
        """One round over what is due; answers how many it tried (at most 100).

        Raises StorageUnavailable.
        """
        now = self._clock()
        due = await self._storage.due(at=now, lease_until=now + _LEASE, limit=_BATCH)
        if due:
            outcomes = await asyncio.gather(*(self._send(delivery) for delivery in due))
            await self._storage.settle(outcomes)
        return len(due)

    async def _send(self, delivery: Delivery) -> Outcome:
        async with self._slots:
            acknowledged = await self._post(delivery.body)
        again: timedelta | None = None
        if not acknowledged and delivery.attempts < self._most_attempts:
            again = self._pause(delivery.attempts)
        elif acknowledged and not delivery.delivered and self._chance() < self._duplicates:
            again = self._jitter * self._chance()
        return Outcome(
            event_id=delivery.event_id,
            acknowledged=acknowledged,
            due_at=None if again is None else self._clock() + again,
        )

    async def _post(self, body: bytes) -> bool:
        headers = {
            "content-type": "application/json",
            HEADER: sign(self._secret, body, at=self._clock()),
        }
        try:
            response = await self._http.post(self._url, content=body, headers=headers)
        except httpx2.HTTPError:
            return False  # nobody there, or no answer in time: it is sent again
        return response.is_success

    def _pause(self, attempts: int) -> timedelta:
        pause: timedelta = self._first_pause * 2 ** min(attempts - 1, 20)
        return min(pause, self._longest_pause) * (0.5 + self._chance() / 2)
