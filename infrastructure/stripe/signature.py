"""Signatures of webhooks: HMAC-SHA256 over "timestamp.body".

Stripe-Signature: t=<seconds since 1970>,v1=<64 hexadecimal digits>[,v1=…][,v0=…]

There are as many v1 as the endpoint has secrets, which are two while one replaces the other.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

HEADER: Final = "stripe-signature"
TOLERANCE: Final = timedelta(minutes=5)
# A header that came twice arrives joined by a comma and a space, and is refused.
_FORM: Final = re.compile(r"t=([0-9]{1,11})((?:,v[0-9]=[0-9a-f]{64})+)")


def sign(secret: str, body: bytes, *, at: datetime) -> str:
    """The header's value."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def is_genuine(secrets: Iterable[str], body: bytes, header: str, *, now: datetime) -> bool:
    """Whether the body was signed with one of the secrets, not long before or after `now`."""
    parts = _FORM.fullmatch(header)
    if parts is None:
        return False
    seconds = int(parts[1])
    digests = [each[3:] for each in parts[2].split(",") if each.startswith("v1=")]
    matches = [
        hmac.compare_digest(_digest(secret, seconds, body), digest)
        for secret in secrets
        for digest in digests
    ]
    return any(matches) and abs(now - datetime.fromtimestamp(seconds, UTC)) <= TOLERANCE


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d.%b" % (seconds, body), hashlib.sha256).hexdigest()
