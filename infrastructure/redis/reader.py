"""A member of a group: reads the topics whose lease it has, hands over, notes how far it is.

The place of a group in a topic is that of a consumer group of Redis, but nothing is read through
that: what the server lends to a member that dies or freezes would be overtaken by what it lends to
the next one. A member with the lease reads on from the place, and moves it in a script that sees
first whether the lease is still its own; so a member that was taken for dead moves nothing.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from redis.exceptions import RedisError, ResponseError

from application.ports.broker import Delivery, Handle, Subscription
from infrastructure.redis.entries import Fields, message_of
from infrastructure.redis.streams_config import StreamsConfig, client
from shared.pauses import GrowingPause

_logger = logging.getLogger(__name__)

_BLOCK_SECONDS = 0.5

# KEYS: lease, stream. ARGV: member, milliseconds, group, place or nothing.
# Takes the lease or keeps it, and moves the group's place. 0 when another has the lease.
_KEEP = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
    return 0
end
if ARGV[4] ~= '' and not holder then
    return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if ARGV[4] ~= '' then
    redis.call('XGROUP', 'SETID', KEYS[2], ARGV[3], ARGV[4])
end
return 1
"""
_LEAVE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0
"""

Bury = Callable[[str, str, Fields, str], Awaitable[None]]
"""Sends what is no message of ours to the dead letters: topic, group, fields, what is wrong."""


class _Lost(Exception):
    """The lease."""


class Reader(Subscription):
    def __init__(
        self,
        config: StreamsConfig,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        *,
        batch: int,
        bury: Bury,
    ) -> None:
        self._config = config
        self._group = group
        self._handle = handle
        self._batch = batch
        self._bury = bury
        self._id = uuid4().hex
        self._redis = client(config, patience=_BLOCK_SECONDS + config.timeout_seconds)
        self._keep = self._redis.register_script(_KEEP)
        self._leave = self._redis.register_script(_LEAVE)
        self._turn = asyncio.Lock()
        self._closing = asyncio.Event()
        self._tasks = [
            asyncio.create_task(self._run(topic), name=f"redis group {group} {topic}")
            for topic in dict.fromkeys(topics)
        ]

    async def close(self) -> None:
        """What is being handled is ended and noted."""
        self._closing.set()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._redis.aclose()

    async def _run(self, topic: str) -> None:
        failed = GrowingPause()
        while not self._closing.is_set():
            try:
                if await self._has_lease(topic):
                    await self._read(topic)
                failed.reset()
                pause = self._config.session_seconds / 8
            except (RedisError, OSError, TimeoutError, _Lost) as error:
                _logger.warning("group %s begins again: %r", self._group, error)
                pause = failed.next()
            except Exception:
                _logger.exception("group %s begins again", self._group)
                pause = failed.exhaust()
            await self._wait(pause)
        with suppress(RedisError, OSError):  # else it expires
            await self._leave(keys=[self._lease(topic)], args=[self._id])

    async def _has_lease(self, topic: str, place: bytes = b"") -> bool:
        milliseconds = round(self._config.session_seconds * 1000)
        answer: int = await self._keep(
            keys=[self._lease(topic), topic], args=[self._id, milliseconds, self._group, place]
        )
        return answer == 1

    async def _read(self, topic: str) -> None:
        """While the lease is ours. Raises _Lost."""
        place = await self._place(topic)
        while not self._closing.is_set():
            asked = time.monotonic()
            if not await self._has_lease(topic):
                raise _Lost(f"another reads {topic}")
            found: Any = await self._redis.xread(
                {topic: place}, count=self._batch, block=round(_BLOCK_SECONDS * 1000)
            )
            if time.monotonic() - asked > self._config.session_seconds:
                raise _Lost(f"{topic} may have another reader by now")
            for _, entries in found:
                await self._deal_with(topic, entries)
                place = entries[-1][0]

    async def _place(self, topic: str) -> bytes:
        try:
            await self._redis.xgroup_create(topic, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        groups: Any = await self._redis.xinfo_groups(topic)
        for each in groups:
            if each["name"] == self._group.encode():
                place: bytes = each["last-delivered-id"]
                return place
        raise _Lost(f"{topic} has lost its groups")

    async def _deal_with(self, topic: str, entries: Sequence[tuple[bytes, Any]]) -> None:
        deliveries = []
        for _, fields in entries:
            try:
                deliveries.append(Delivery(message=message_of(fields)))
            except ValueError as error:
                await self._bury(topic, self._group, fields, str(error))
        pause = GrowingPause()
        while deliveries and not await self._handed_over(topic, deliveries):
            await self._wait(pause.next())
            if self._closing.is_set() or not await self._has_lease(topic):
                raise _Lost(f"{topic} is left in the middle")
        if not await self._has_lease(topic, entries[-1][0]):
            raise _Lost(f"another reads {topic}")

    async def _handed_over(self, topic: str, deliveries: Sequence[Delivery]) -> bool:
        renewing = asyncio.create_task(self._renew(topic))
        try:
            async with self._turn:
                await self._handle(deliveries)
        except Exception as error:
            _logger.warning("group %s gets a batch again: %r", self._group, error)
            return False
        finally:
            renewing.cancel()
            await asyncio.wait({renewing})
        return True

    async def _renew(self, topic: str) -> None:
        """However long it takes to handle a batch, if we live."""
        while True:
            await asyncio.sleep(self._config.session_seconds / 3)
            # Not to be cancelled with a reply on the way.
            asking = asyncio.create_task(self._has_lease(topic))
            try:
                await asyncio.shield(asking)
            except (RedisError, OSError) as error:
                _logger.warning("the lease of %s is not renewed: %r", topic, error)
            finally:
                await asyncio.wait({asking})

    def _lease(self, topic: str) -> str:
        return f"{topic}.{self._group}.lease"

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
