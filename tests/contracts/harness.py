"""What the suites need of an adapter beside its ports: to look inside, and to let time pass."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from application.ports.idempotency import IdempotencyStore
from application.ports.log import FactLog
from application.ports.standing import Standings
from application.ports.throttle import AttemptThrottle
from application.ports.unit_of_work import Begin
from shared.ids import EventId, PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A committed fact: its class's name, and the call it came of."""

    fact: str
    aggregate_id: UUID
    request_id: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A pool's counters beside what they should be, all read in one snapshot.

    `held_truth`: lines of holds that have not ended (swept or not) and of committing orders;
    `sold_truth`: tickets whose units count as sold.
    """

    capacity: int
    held: int
    sold: int
    held_truth: int
    sold_truth: int

    def check(self) -> None:
        """Invariants I1 and I3."""
        assert (self.held, self.sold) == (self.held_truth, self.sold_truth)
        assert self.held >= 0 and self.sold >= 0
        assert self.held + self.sold <= self.capacity


class Harness(ABC):
    """An empty database of the adapter under test."""

    begin: Begin
    store: IdempotencyStore
    standings: Standings
    throttle: AttemptThrottle
    log: FactLog
    connections: int
    """How many units of work can do I/O at once."""

    @abstractmethod
    def impatient(self) -> Begin:
        """Begins units of work that wait for an idempotency key for a moment only; all others wait
        for as long as it takes on a busy machine."""

    @abstractmethod
    async def pass_time(self, by: timedelta) -> None:
        """Afterwards everything that is stored is older, and every deadline nearer, by that."""

    @abstractmethod
    async def outbox(self) -> Sequence[Entry]:
        """In the order of their writing."""

    @abstractmethod
    async def books(self, event_id: EventId) -> Mapping[PoolId, Books]:
        """Every pool of the event."""

    @abstractmethod
    async def a_moment(self) -> None:
        """About as long as one trip to the database takes."""

    @abstractmethod
    async def settled(self) -> None:
        """What callers who went away had begun has come to its end."""

    @abstractmethod
    async def deadlocks(self) -> int:
        """How many there have been so far."""

    @abstractmethod
    async def check_idle(self) -> None:
        """Asserts that no unit of work left a transaction or a connection behind."""
