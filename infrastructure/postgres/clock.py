"""The database's clock, as far as this process has heard of it."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

Clock: TypeAlias = Callable[[], Awaitable[datetime]]
"""Asks for it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the database's clock said, and when it was heard, by this process's own clock."""

    at: datetime
    heard: float

    @staticmethod
    def of(at: datetime) -> "Stamp":
        return Stamp(at, time.monotonic())

    def now(self) -> datetime:
        """Never ahead of the database's clock; behind it by the time the answer took to come."""
        return self.at + timedelta(seconds=time.monotonic() - self.heard)
