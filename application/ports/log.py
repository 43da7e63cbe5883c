"""The log: committed facts in an order that never changes, and readers who know how far they are.

Facts are committed in any order, and some commit late. They get their place in the log afterwards,
by `number`, and nobody reads what has none. So nothing ever appears before what somebody has read,
and facts of one aggregate stand in the order of their commits.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from application.messages import SYSTEM, Actor
from application.messaging.message import Message
from application.ports.backlog import Waiting
from shared.ids import OrderId, OrganizerId

SHARDS: Final = 16
"""Into how many parts readers divide the log, by aggregate: so many may share the work of one."""


class FactLog(Protocol):
    async def number(self, limit: int) -> int:
        """Gives the next places to up to `limit` committed facts; returns how many. Any number may
        try at once: while one does it, the others return 0. Raises DatabaseUnavailable."""
        ...

    async def read(
        self,
        after: int,
        limit: int,
        *,
        organizer_id: OrganizerId | None = None,
        order_id: OrderId | None = None,
        types: Collection[str] | None = None,
        live: bool | None = None,
        actor: Actor = SYSTEM,
    ) -> Sequence[Message]:
        """Up to `limit` messages behind the position `after`, in order; of one organizer, of one
        order, of some types, of sales or of tests alone, as asked. `actor` sees those of its own
        organizers in its mode, the system everything. Raises DatabaseUnavailable."""
        ...

    async def head(self) -> int:
        """The position of the last message; 0 where there is none. Raises DatabaseUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """`messages` are all there are up to the position `upto`, of those asked for."""

    messages: Sequence[Message]
    upto: int


class Claim(Protocol):
    """Some shards of a reader, which nobody else has as long as this is open."""

    @property
    def shards(self) -> frozenset[int]:
        """Those of the shards asked for that could be had; none, perhaps."""
        ...

    async def read(self, limit: int, types: Collection[str] | None = None) -> Stretch:
        """Up to `limit` messages of these shards behind their cursors, in order; of some types
        alone, as asked. Raises DatabaseUnavailable."""
        ...

    async def advance(self, upto: int) -> None:
        """Everything up to there is dealt with: the cursors move on, and never back.

        Raises DatabaseUnavailable, always where somebody else might have the shards by now; then
        nothing was moved.
        """
        ...


class LogReaders(Protocol):
    """Readers are known by name; a new one begins with the oldest message there is."""

    async def behind(self, reader: str) -> Collection[int]:
        """The shards whose cursors are not at the head. Raises DatabaseUnavailable."""
        ...

    def claim(self, reader: str, shards: Collection[int]) -> AbstractAsyncContextManager[Claim]:
        """Takes what can be had of these shards without waiting. It ends with the block, and with
        the process. Raises DatabaseUnavailable."""
        ...

    async def lags(self) -> Mapping[str, Waiting]:
        """What each reader has before it: messages up to the head, whether it wants them or not,
        and the age of the first. Raises DatabaseUnavailable."""
        ...

    async def forget(self, reader: str) -> bool:
        """A reader that will not come back: its cursors no longer keep old days. Answers whether
        there was one. Raises DatabaseUnavailable."""
        ...


class Wake(Protocol):
    """Ends a pause early. Nobody may rely on it: who waits looks again after a while anyway."""

    async def wait(self, seconds: float) -> None:
        """Until there may be something new since the last wait, at most that long."""
        ...
