"""What is left of the rate limits, in the header fields of an answer."""

from collections.abc import Sequence
from typing import Final

from application.limits import left_field, policy_field
from application.ports.limits import Allowance

POLICY: Final = "RateLimit-Policy"
LEFT: Final = "RateLimit"


def limit_headers(allowances: Sequence[Allowance]) -> dict[str, str]:
    """None where nothing was counted."""
    if not allowances:
        return {}
    return {POLICY: policy_field(allowances), LEFT: left_field(allowances)}
