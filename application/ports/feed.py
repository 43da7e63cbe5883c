"""Feeds: a hint that something changed, to whoever is watching it just now.

A hint says that it is worth looking again, and nothing of what there is to see. It may be lost, or
come without reason: who watches looks again after a while anyway.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Protocol
from uuid import UUID


def event_topic(event_id: UUID) -> str:
    """What is left of an event, and the event itself."""
    return f"event:{event_id}"


def order_topic(order_id: UUID) -> str:
    return f"order:{order_id}"


class Hints(Protocol):
    async def wait(self, seconds: float) -> bool:
        """Until there was a hint since the last wait, at most that long; whether there was one.
        However many came, they are one."""
        ...


class Feed(Protocol):
    @property
    def ended(self) -> bool:
        """Whether `end` was called."""
        ...

    async def publish(self, topics: Collection[str] | None) -> None:
        """To all who watch one of these; None: to all who watch anything. Waits for nobody."""
        ...

    def watch(self, topic: str) -> AbstractContextManager[Hints]:
        """Every hint of the topic from here on, until the block is left."""
        ...

    def end(self) -> None:
        """Nobody waits here any longer: the process is about to end."""
        ...
