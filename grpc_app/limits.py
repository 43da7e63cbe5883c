"""What is left of the rate limits, in trailing metadata: the fields that HTTP has."""

from collections.abc import Iterator, Sequence

from application.limits import left_field, policy_field
from application.ports.limits import Allowance

POLICY = "ratelimit-policy"
LEFT = "ratelimit"


def of_limits(allowances: Sequence[Allowance]) -> Iterator[tuple[str, str]]:
    """Nothing where nothing was counted."""
    if allowances:
        yield POLICY, policy_field(allowances)
        yield LEFT, left_field(allowances)
