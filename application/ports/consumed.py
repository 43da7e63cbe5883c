"""What consumers have dealt with, what they will try again, and what they gave up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.messaging.message import Message


class AlreadyConsumed(Exception):
    """Another unit of work of the group has dealt with the message; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMessage:
    """`attempts` is how often its effect has failed, `error` how the last time."""

    message: Message
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message whose effect failed too often for `group`."""

    group: str
    message: Message
    attempts: int
    error: str
    died_at: datetime


class ConsumedMessages(Protocol):
    """By group and message id. A message that is parked keeps the later ones of its aggregate
    behind it; a dead one keeps nobody, and counts as dealt with."""

    def add(self, group: str, message_id: UUID) -> None:
        """The group has dealt with it, if this is committed; `commit` raises AlreadyConsumed where
        it had before, without having locked anything yet."""
        ...

    async def known(self, group: str, message_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those the group has dealt with."""
        ...

    def forget(self, *, before: datetime, limit: int) -> None:
        """Drops what is known of up to `limit` messages of facts that happened before then."""
        ...

    def park(self, group: str, parked: ParkedMessage, *, until: datetime) -> None:
        """Not to be tried before `until`, nor before earlier ones of its aggregate. One that is
        parked already stays as it is."""
        ...

    def postpone(self, group: str, parked: ParkedMessage, *, until: datetime) -> None:
        """It failed once more; one that is parked no longer stays away."""
        ...

    def unpark(self, group: str, message_id: UUID) -> None: ...

    async def with_parked(self, group: str, aggregate_ids: Collection[UUID]) -> frozenset[UUID]:
        """The aggregates of these that have parked messages."""
        ...

    async def due(self, group: str, *, limit: int) -> Sequence[ParkedMessage]:
        """Those that may be tried now, longest due first: of each aggregate the first alone."""
        ...

    def bury(self, group: str, message: Message, *, attempts: int, error: str) -> None:
        """To the dead letters."""
        ...

    async def dead(
        self, group: str | None = None, *, after: int = 0, limit: int
    ) -> Sequence[DeadLetter]:
        """Of one group, or of all, by their place in the log, behind `after`."""
        ...

    def revive(self, letter: DeadLetter) -> None:
        """Out of the dead letters: parked, to be tried at once as if for the first time. One that
        is there no longer stays away."""
        ...
