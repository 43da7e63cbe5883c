"""A job: something to do again and again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from application.ports.log import Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`run` does one round and answers how much it did; a full round is followed by the next at
    once, others after `every`, or when `wake` says that there is something to do. Any number of
    processes may run the same job."""

    name: str
    every: timedelta
    full: int
    run: Callable[[], Awaitable[int]]
    wake: Wake | None = None
