"""Who does what: each buyer's course, decided by the seed alone."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Ending(Enum):
    """How far a buyer goes, and how the order is paid."""

    BUYS = "buys"
    WALKS_AWAY = "walks away after the hold"
    GIVES_BACK = "orders and cancels"
    NEVER_PAYS = "orders and never pays"
    DECLINED_FIRST = "is declined, then pays"
    PAYS_LATE = "has a slow bank"
    LOSES_ANSWER = "has a bank whose answer gets lost"
    CANNOT_PAY = "has money that cannot be taken"


_WEIGHTS = {
    Ending.BUYS: 70,
    Ending.WALKS_AWAY: 8,
    Ending.GIVES_BACK: 5,
    Ending.NEVER_PAYS: 3,
    Ending.DECLINED_FIRST: 4,
    Ending.PAYS_LATE: 4,
    Ending.LOSES_ANSWER: 4,
    Ending.CANNOT_PAY: 2,
}

METHODS = {
    Ending.PAYS_LATE: "succeed_late",
    Ending.LOSES_ANSWER: "effect_then_timeout",
    Ending.CANNOT_PAY: "capture_fails",
}
"""Those not named pay with `succeed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`twice` sends every request twice at once under one key, the second through the other face
    if `crosses`."""

    number: int
    over_rest: bool
    twice: bool
    crosses: bool
    quantity: int
    ending: Ending


def courses(buyers: int, seed: int) -> Iterator[Course]:
    """Half of them over REST, half over gRPC, in turn."""
    chance = random.Random(seed)  # nosec B311: who does what is no secret
    for number in range(buyers):
        yield Course(
            number=number,
            over_rest=number % 2 == 0,
            twice=chance.random() < 0.2,
            crosses=chance.random() < 0.5,
            quantity=2 if chance.random() < 0.15 else 1,
            ending=chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0],
        )
