"""Signatures of webhooks: HMAC-SHA256 over "timestamp.body", both in one header.

simulated-signature: t=<seconds since 1970>,v1=<64 hexadecimal digits>
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Final

HEADER: Final = "simulated-signature"
TOLERANCE: Final = timedelta(minutes=5)
# Exactly one of each: a header that came twice arrives joined by a comma, and is refused.
_FORM: Final = re.compile(r"t=([0-9]{1,11}),v1=([0-9a-f]{64})")


def sign(secret: bytes, body: bytes, *, at: datetime) -> str:
    """The header's value."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def is_genuine(secret: bytes, body: bytes, header: str, *, now: datetime) -> bool:
    """Whether the body was signed with the secret, not long before or after `now`."""
    parts = _FORM.fullmatch(header)
    if parts is None:
        return False
    seconds = int(parts[1])
    expected = _digest(secret, seconds, body)
    if not hmac.compare_digest(expected, parts[2]):
        return False
    return abs(now - datetime.fromtimestamp(seconds, UTC)) <= TOLERANCE


def _digest(secret: bytes, seconds: int, body: bytes) -> str:
    return hmac.new(secret, b"%d.%b" % (seconds, body), hashlib.sha256).hexdigest()
