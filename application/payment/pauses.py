"""When to look again at what waits."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Pauses grow from `first` to `longest`. `in_flight` is how long after the last call of ours
    none can still be on its way: longer than any provider's client waits for an answer."""

    first: timedelta = timedelta(milliseconds=500)
    longest: timedelta = timedelta(seconds=30)
    in_flight: timedelta = timedelta(seconds=60)
    pending_refund: timedelta = timedelta(minutes=15)
    """The longest, for a refund the provider has taken on: banks take days over it."""
    troubled: timedelta = timedelta(minutes=15)
    """For a payment that only a person can help: it contradicts ours, or our calls are refused."""
    stuck: timedelta = timedelta(hours=24)
    """How old an open payment nobody can use any more may be before a person is told."""
    undecided: timedelta = timedelta(days=14)
    """How long a provider may think about a refund before a person is told; it is asked on."""
