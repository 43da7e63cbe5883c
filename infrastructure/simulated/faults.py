"""What may go wrong on purpose, for tests."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Protocol


class Action(Enum):
    AUTHORIZE = "authorize"
    FIND = "find"
    CAPTURE = "capture"
    CANCEL = "cancel"
    REFUND = "refund"
    FIND_REFUND = "find_refund"
    LIST = "list"


class Fault(Enum):
    REQUEST_LOST = "request_lost"
    """No effect and no answer."""
    ANSWER_LOST = "answer_lost"
    """The effect, but no answer."""
    REFUSED = "refused"
    """A definite no, where there is one: a capture or refund that fails for good."""


class Faults(Protocol):
    def __call__(self, action: Action) -> Fault | None:
        """What is to go wrong with the call that begins now."""
        ...


def no_faults(action: Action) -> Fault | None:
    """Nothing goes wrong."""
    return None


class FaultPlan(Faults):
    """For each action the faults of its first, second, … call; None and later calls go well."""

    def __init__(self, plan: Mapping[Action, Sequence[Fault | None]]) -> None:
        self._left: dict[Action, Iterator[Fault | None]] = {
            action: iter(faults) for action, faults in plan.items()
        }

    def __call__(self, action: Action) -> Fault | None:
        return next(self._left.get(action, iter(())), None)
