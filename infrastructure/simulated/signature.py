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
"""How old, or ahead of our clock, a webhook may be."""
# Exactly one of each: a header that came twice arrives joined by a comma, and is refused.
_FORM: Final = re.compile(r"t=([0-9]{1,11}),v1=([0-9a-f]{64})")


def sign(secret: bytes, body: bytes, *, at: datetime) -> str:
    """The header's value."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def signed_at(secret: bytes, body: bytes, header: str) -> datetime | None:
    """When the body was signed with the secret; None where it was not."""
    parts = _FORM.fullmatch(header)
    if parts is None:
        return None
    seconds = int(parts[1])
    if not hmac.compare_digest(_digest(secret, seconds, body), parts[2]):
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _digest(secret: bytes, seconds: int, body: bytes) -> str:
    return hmac.new(secret, b"%d.%b" % (seconds, body), hashlib.sha256).hexdigest()
