"""Signatures by the Standard Webhooks scheme: an HMAC over id, moment and body."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

_PREFIX = "whsec_"


def shown(secret: bytes) -> str:
    """As organizers get it, and their libraries take it."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers(
    message_id: UUID, body: bytes, secrets: Iterable[bytes], *, at: datetime
) -> Mapping[str, str]:
    """Of one attempt; with a signature for each secret that is good at that moment."""
    moment = str(int(at.timestamp()))
    signed = f"{message_id}.{moment}.".encode() + body
    signatures = (
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets
    )
    return {
        "content-type": "application/json",
        "webhook-id": str(message_id),
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
