"""What clients were told: the other side of the books."""

import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from demo.shop import Account

R = TypeVar("R")


@dataclass(slots=True)
class Tally:
    """Ids that were acknowledged (`tickets` with their codes), keys of holds that were refused, how
    buyers ended, and how long each step took (seconds). `contradictions` are two answers to one
    request that differ."""

    holds: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    payments: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    confirmed: dict[str, Account] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)
    refused_holds: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    unanswered: int = 0
    contradictions: list[str] = field(default_factory=list)
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def timed(self, step: str, act: Callable[[], Awaitable[R]]) -> R:
        """Measures an answer; a refusal is one too, under a name of its own."""
        started = time.perf_counter()
        try:
            answer = await act()
        except Exception:
            self.latencies[f"{step}, refused"].append(time.perf_counter() - started)
            raise
        self.latencies[step].append(time.perf_counter() - started)
        return answer


def percentile(values: list[float], part: float) -> float:
    """Nearest rank; `part` from 0 to 1."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]
