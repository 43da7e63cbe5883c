"""A life cycle as a table: which states follow which. Code, tests and docs read the same one."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

S = TypeVar("S", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Generic[S]):
    """The allowed transitions of one aggregate; a state that is not a key is final."""

    name: str
    transitions: Mapping[S, frozenset[S]]

    def allows(self, before: S, after: S) -> bool:
        return after in self.transitions.get(before, frozenset())

    def is_final(self, state: S) -> bool:
        return not self.transitions.get(state)

    def require(self, before: S, after: S) -> None:
        """A guard against our own mistakes: refusals people may see are raised before it."""
        if not self.allows(before, after):
            raise RuntimeError(f"{self.name}: {before.name} does not become {after.name}")
