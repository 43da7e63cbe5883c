"""How much is fuzzed: `make test-api size=...`."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`examples` of every REST operation; `rounds` of at most so many `scenarios`, each of up to
    `steps` calls that follow from each other; and `calls` of every RPC."""

    examples: int
    rounds: int
    scenarios: int
    steps: int
    calls: int


SIZES: Mapping[str, Size] = {
    "small": Size(examples=20, rounds=3, scenarios=60, steps=12, calls=60),
    "medium": Size(examples=100, rounds=10, scenarios=100, steps=16, calls=300),
    "large": Size(examples=1000, rounds=40, scenarios=300, steps=20, calls=3000),
}
