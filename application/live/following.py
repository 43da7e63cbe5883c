"""A feed that follows the log: what one process commits, those who watch at another are told.

It needs nothing but the database. While nobody watches, nothing is read.
"""

import asyncio
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from uuid import UUID

from application.messaging.message import Message
from application.ports.feed import Feed, Hints, event_topic, order_topic
from application.ports.log import FactLog, Wake
from shared.errors import AppError

_logger = logging.getLogger(__name__)

_PAGE: Final = 500
"""Of more at a time nobody is told what exactly changed, but everybody that something may have."""


def topics_of(message: Message) -> Iterator[str]:
    """Who may want to look again after it."""
    if message.aggregate == "order":
        yield order_topic(message.aggregate_id)
    if message.aggregate == "event":
        yield event_topic(message.aggregate_id)
    event_id = message.payload.get("event_id")
    if isinstance(event_id, str):
        yield event_topic(UUID(event_id))


class FollowingFeed(Feed):
    """`local` carries the hints inside of the process; `every` is how often the log is looked at
    without being woken."""

    def __init__(self, local: Feed, log: FactLog, wake: Wake, every: timedelta) -> None:
        self._local = local
        self._log = log
        self._wake = wake
        self._every = every.total_seconds()
        self._watchers = 0
        self._following: asyncio.Task[None] | None = None

    @property
    def ended(self) -> bool:
        return self._local.ended

    async def publish(self, topics: Collection[str] | None) -> None:
        await self._local.publish(topics)

    @contextmanager
    def watch(self, topic: str) -> Iterator[Hints]:
        self._watchers += 1
        if self._following is None:
            self._following = asyncio.create_task(self._follow(), name="following the log")
        try:
            with self._local.watch(topic) as hints:
                yield hints
        finally:
            self._watchers -= 1

    def end(self) -> None:
        self._local.end()

    async def close(self) -> None:
        """Ends, and reads no more."""
        self.end()
        following = self._following
        if following is not None:
            following.cancel()
            await asyncio.wait((following,))

    async def _follow(self) -> None:
        position: int | None = None
        try:
            while self._watchers and not self.ended:
                try:
                    position = await self._step(position)
                except AppError as trouble:
                    # Who watches looks again anyway; where we are is as good as unknown.
                    _logger.warning("the log cannot be followed right now: %s", trouble.reason)
                    position = None
                await self._wake.wait(self._every)
        finally:
            self._following = None

    async def _step(self, position: int | None) -> int:
        """From where to go on. Where nobody knows what was missed, everybody looks again."""
        await self._log.number(_PAGE)
        if position is None:
            position = await self._log.head()
            await self._local.publish(None)
            return position
        found = await self._log.read(position, _PAGE)
        if len(found) == _PAGE:
            return await self._step(None)
        await self._local.publish({topic for each in found for topic in topics_of(each)})
        return found[-1].position if found else position
