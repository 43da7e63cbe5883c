"""What the repositories have noted and a commit will write."""

from collections.abc import Iterator
from typing import Generic, TypeVar
from uuid import UUID

from shared.facts import Aggregate, Fact

A = TypeVar("A", bound=Aggregate)


class Notes(Generic[A]):
    """New and changed aggregates of one kind. The last word on each counts; it carries the facts
    of those before it."""

    def __init__(self) -> None:
        self._added: dict[UUID, A] = {}
        self._saved: dict[UUID, A] = {}

    def add(self, id: UUID, aggregate: A) -> None:
        self._added[id] = aggregate

    def save(self, id: UUID, aggregate: A) -> None:
        (self._added if id in self._added else self._saved)[id] = aggregate

    def forget(self, id: UUID) -> None:
        """What was new turned out to be there already; its facts are told by nobody."""
        del self._added[id]

    @property
    def added(self) -> tuple[A, ...]:
        """In the order of their noting."""
        return tuple(self._added.values())

    @property
    def saved(self) -> tuple[A, ...]:
        """In the order of their ids: the order in which rows are locked."""
        return tuple(self._saved[id] for id in sorted(self._saved))

    @property
    def ids(self) -> list[UUID]:
        return [*self._added, *self._saved]

    def facts(self) -> Iterator[Fact]:
        for aggregate in (*self.added, *self.saved):
            yield from aggregate.facts

    def __bool__(self) -> bool:
        return bool(self._added or self._saved)


def stored_version(aggregate: Aggregate) -> int:
    """The version its row must still have when it is saved."""
    return aggregate.version - 1 if aggregate.facts else aggregate.version
