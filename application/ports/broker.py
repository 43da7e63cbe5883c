"""Message brokers: they carry messages from the log to whoever reads them, in this system or not.

PostgreSQL is the only authority: a broker may vanish for hours, and nothing is lost.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from application.messaging.message import Message


class BrokerUnavailable(Exception):
    """It cannot be reached, or did not acknowledge in time; what was being published may or may not
    be there. Publishing again is safe: consumers know every message by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as it came, `attempt` counting from 1 where the broker counts.

    A dead letter says how many attempts were made and the last one's `error`.
    """

    message: Message
    attempt: int = 1
    error: str = ""


Handle = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Takes a batch of one or more; when it returns, they are dealt with and may be acknowledged. What
it raises leaves all of them to be delivered again."""


class Subscription(Protocol):
    async def close(self) -> None:
        """Stops; what was not acknowledged is delivered to another member of the group."""
        ...


class Broker(Protocol):
    @property
    def name(self) -> str:
        """As in settings and logs."""
        ...

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when the broker has acknowledged every one durably. Messages of one aggregate
        keep the order given, also over several calls that follow each other.

        Raises BrokerUnavailable.
        """
        ...

    async def subscribe(
        self, group: str, topics: Sequence[str], handle: Handle, *, batch: int = 1
    ) -> Subscription:
        """Delivers at least once, per aggregate in order, to one member of the group at a time.
        Begins with the oldest message that is kept, where the group is new; survives the broker's
        restart by itself. Acknowledges after `handle`. Raises BrokerUnavailable."""
        ...

    async def publish_dead(
        self, message: Message, *, group: str, attempts: int, error: str
    ) -> None:
        """To `<topic>.<group>.dlq`, with where it came from, attempts and error as headers.

        Raises BrokerUnavailable.
        """
        ...

    async def dead(self, group: str, topics: Sequence[str], *, limit: int) -> Sequence[Delivery]:
        """Dead letters of a group, oldest first, as a look that takes none away."""
        ...

    async def close(self) -> None: ...
