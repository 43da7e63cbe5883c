"""Hints inside one process."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from application.ports.feed import Feed, Hints


class MemoryFeed(Feed):
    """For one event loop. Nothing is left of a topic that nobody watches."""

    def __init__(self) -> None:
        self._watched: dict[str, set[asyncio.Event]] = {}
        self._ended = False

    def __len__(self) -> int:
        """Topics that somebody watches."""
        return len(self._watched)

    @property
    def ended(self) -> bool:
        return self._ended

    async def publish(self, topics: Collection[str] | None) -> None:
        self._hint(list(self._watched) if topics is None else topics)

    @contextmanager
    def watch(self, topic: str) -> Iterator[Hints]:
        hinted = asyncio.Event()
        self._watched.setdefault(topic, set()).add(hinted)
        try:
            yield _MemoryHints(self, hinted)
        finally:
            watchers = self._watched[topic]
            watchers.discard(hinted)
            if not watchers:
                del self._watched[topic]

    def end(self) -> None:
        self._ended = True
        self._hint(list(self._watched))

    def _hint(self, topics: Collection[str]) -> None:
        for topic in topics:
            for hinted in self._watched.get(topic, ()):
                hinted.set()


class _MemoryHints(Hints):
    def __init__(self, feed: MemoryFeed, hinted: asyncio.Event) -> None:
        self._feed = feed
        self._hinted = hinted

    async def wait(self, seconds: float) -> bool:
        if self._feed.ended:
            return True
        try:
            await asyncio.wait_for(self._hinted.wait(), seconds)
        except TimeoutError:
            return False
        self._hinted.clear()
        return True
