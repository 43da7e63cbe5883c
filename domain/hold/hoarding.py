"""How much one buyer may keep out of sale without buying it.

Holding costs nothing, so somebody who only holds, lets go and holds again could keep an event from
everybody else. What was let go therefore still counts for a while, as if it were held.
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.stock import LimitReached


@dataclass(frozen=True, slots=True, kw_only=True)
class HoardingLimits:
    """`units`: most units of one event that are held, or were released or expired less than
    `cooling` ago. `holds`: most holds made within `window`, over all events."""

    units: int
    cooling: timedelta
    holds: int
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Hoarding:
    """What one buyer has done so far: units of the event that count, and holds in the window."""

    units: int
    holds: int


def check_hoarding(so_far: Hoarding, *, wanted: int, limits: HoardingLimits) -> None:
    """Whether `wanted` more units may be held. Raises LimitReached."""
    if so_far.holds >= limits.holds:
        minutes = round(limits.window.total_seconds() / 60)
        raise LimitReached(
            f"At most {limits.holds} holds in {minutes} minutes.",
            metadata={"limit": "holds_per_window", "most": limits.holds, "made": so_far.holds},
        )
    if so_far.units + wanted > limits.units:
        raise LimitReached(
            f"At most {limits.units} units of one event at a time; those released or expired"
            " lately count.",
            metadata={"limit": "units_per_event", "most": limits.units, "counted": so_far.units},
        )
