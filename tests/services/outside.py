"""Consumers that know nothing of us but the documentation: each reads with its broker's own client,
and takes what comes again for what it is."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Self

from tests.contracts.broker_bench import eventually

TOPICS: Final = ("ticketing.hold", "ticketing.order", "ticketing.ticket")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`where` and `key` are what the broker says of it beside its headers."""

    where: str
    key: str
    headers: Mapping[str, str]
    data: bytes

    @property
    def id(self) -> str:
        return self.headers["ce_id"]

    @property
    def type(self) -> str:
        return self.headers["ce_type"]

    @property
    def position(self) -> int:
        return int(self.headers["ce_position"])


@dataclass
class Outside(ABC):
    """Reads `TOPICS` until its block ends."""

    url: str
    seen: list[Seen] = field(default_factory=list)

    @abstractmethod
    async def read(self) -> None:
        """Into `seen`, for as long as the server is there."""

    @abstractmethod
    def place_of(self, aggregate: str, subject: str, type: str) -> tuple[str, str]:
        """Where such a message is to be found, and under which key."""

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Self]:
        task = asyncio.create_task(self._keep_reading(), name="a consumer outside")
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def of(self, subject: str) -> list[Seen]:
        """What was said of one aggregate, in the order in which each came first."""
        found: dict[str, Seen] = {}
        for each in self.seen:
            if each.headers["ce_subject"] == subject:
                found.setdefault(each.id, each)
        return list(found.values())

    async def until(self, subject: str, type: str) -> None:
        await eventually(
            lambda: type in [each.type for each in self.of(subject)],
            lambda: f"no {type} among {[each.type for each in self.of(subject)]}",
        )

    async def _keep_reading(self) -> None:
        """What its client raises when the server goes is its own affair: it begins again."""
        while True:
            try:
                await self.read()
            except Exception as error:
                print(f"the consumer outside begins again: {error!r}")
            await asyncio.sleep(0.2)
