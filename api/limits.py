"""What is left of the rate limits, as the fields RateLimit-Policy and RateLimit tell it.

Both are lists of RFC 9651 (structured fields), in the sense of the IETF's draft on rate limit
fields: the quota `q` of a window of `w` seconds; `r` uses that remain and `t` seconds until there
are more.
"""

import math
from collections.abc import Sequence
from typing import Final

from application.ports.limits import Allowance

POLICY: Final = "RateLimit-Policy"
LEFT: Final = "RateLimit"


def limit_headers(allowances: Sequence[Allowance]) -> dict[str, str]:
    """None where nothing was counted."""
    if not allowances:
        return {}
    return {
        POLICY: ", ".join(
            f'"{each.limit.name}";q={each.limit.quota};w={each.limit.window_seconds}'
            for each in allowances
        ),
        LEFT: ", ".join(
            f'"{each.limit.name}";r={each.remaining};t={_seconds(each)}' for each in allowances
        ),
    }


def _seconds(allowance: Allowance) -> int:
    """Until the quota is whole again; for what was refused, until it would not be."""
    return math.ceil(allowance.reset_seconds if allowance.allowed else allowance.retry_seconds)
