"""What may go wrong on the way to Stripe and back."""

import random
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Protocol


class Fault(Enum):
    EFFECT_THEN_500 = "effect_then_500"
    """It happened, and its answer is kept; but what arrives is an error of the edge."""
    EFFECT_THEN_KEPT_500 = "effect_then_kept_500"
    """It happened, but the error is what is kept as the answer to the key."""
    EFFECT_THEN_HANG = "effect_then_hang"
    HANG = "hang"
    """Nothing happened, and nothing will."""
    UNAVAILABLE = "unavailable"
    RATE_LIMITED = "rate_limited"
    LOCKED = "locked"
    """409: somebody else is at the same object."""


class Faults(Protocol):
    def __call__(self, operation: str) -> Fault | None:
        """What is to go wrong with the call that begins now; "capture", "create" and so on."""
        ...


def no_faults(operation: str) -> Fault | None:
    return None


class FaultPlan(Faults):
    """For each operation the faults of its first, second, … call; None and later calls go well."""

    def __init__(self, plan: Mapping[str, Sequence[Fault | None]]) -> None:
        self._left: dict[str, Iterator[Fault | None]] = {
            operation: iter(faults) for operation, faults in plan.items()
        }

    def __call__(self, operation: str) -> Fault | None:
        return next(self._left.get(operation, iter(())), None)


class RandomFaults(Faults):
    """A share of all calls, the same ones for the same seed and order of calls."""

    def __init__(self, share: float, *, seed: int, among: Sequence[Fault] = tuple(Fault)) -> None:
        self._share = share
        self._random = random.Random(seed)
        self._among = among

    def __call__(self, operation: str) -> Fault | None:
        if self._random.random() >= self._share:
            return None
        return self._random.choice(self._among)
