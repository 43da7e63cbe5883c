"""How much work waits. For whoever watches the whole; no organizer's figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

MOST_COUNTED: Final = 10_000
"""Nobody counts further: it means that many, or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """`count` is MOST_COUNTED at most; `oldest_seconds` since when the first of them waits, 0 where
    there is none."""

    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """`inbox`: events of providers. `payments` and `refunds` are due: somebody should have looked
    again since then. `outbox`: facts that are not numbered yet. `webhooks`: what organizers'
    endpoints are to be told, and is due. `readers`: what each reader of the log has before it.
    `parked`: messages whose effect failed, and those behind them, by consumer group, since they
    happened. `dead`: dead letters by consumer group. `attention`: what waits for a person, by
    kind."""

    inbox: Waiting
    payments: Waiting
    refunds: Waiting
    outbox: Waiting
    webhooks: Waiting
    attention: Mapping[str, int]
    readers: Mapping[str, Waiting] = field(default_factory=dict)
    parked: Mapping[str, Waiting] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)


class Backlogs(Protocol):
    async def look(self) -> Backlog:
        """As it is now; cheap, however much waits. Raises DatabaseUnavailable, Overloaded."""
        ...
