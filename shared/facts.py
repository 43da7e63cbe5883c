"""Facts: what happened to an aggregate, in the past tense; and the base of every aggregate."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened. On a broker it becomes a message with a stable, versioned name."""

    occurred_at: datetime

    @property
    def aggregate_id(self) -> UUID:
        """The aggregate it happened to; facts of one aggregate keep their order."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A value that carries the facts of its own transitions until they are committed.

    `version` counts saved changes, from 1. A transition returns a new value with one more fact;
    the first fact since loading raises the version, so a repository saves against `version - 1`.
    """

    version: int = 1
    facts: tuple[Fact, ...] = field(default=(), compare=False, repr=False)

    def _changed(self, fact: Fact, **changes: Any) -> Self:
        version = self.version if self.facts else self.version + 1
        return replace(self, version=version, facts=(*self.facts, fact), **changes)
