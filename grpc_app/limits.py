"""Rate limits in trailing metadata, in the writing of the RateLimit fields of HTTP."""

from collections.abc import Iterator, Sequence
from math import ceil

from application.ports.limits import Allowance

POLICY = "ratelimit-policy"
"""The limits a call counted against: `"name";q=100;w=60` for 100 uses in 60 seconds."""
LEFT = "ratelimit"
"""What is left of each: `"name";r=50;t=30` for 50 uses, and 30 seconds until all are there again
or, where the call was refused for it, until the next one is allowed."""


def of_limits(allowances: Sequence[Allowance]) -> Iterator[tuple[str, str]]:
    """Nothing where nothing was counted."""
    if allowances:
        yield POLICY, ", ".join(_policy(each) for each in allowances)
        yield LEFT, ", ".join(_left(each) for each in allowances)


def _policy(allowance: Allowance) -> str:
    limit = allowance.limit
    return f'"{limit.name}";q={limit.quota};w={limit.window_seconds}'


def _left(allowance: Allowance) -> str:
    seconds = allowance.reset_seconds if allowance.allowed else allowance.retry_seconds
    return f'"{allowance.limit.name}";r={allowance.remaining};t={ceil(seconds)}'
