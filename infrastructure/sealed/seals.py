"""Sealed texts: an id and a number with a MAC over both, so that they need not be stored."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from application.ports.identity import Purpose, Seals

MOST_SECRETS = 2
"""The one that seals, and the one before it."""

PREFIXES = {
    Purpose.REFRESH: "hfr_",
    Purpose.VERIFY_EMAIL: "hfv_",
    Purpose.RESET_PASSWORD: "hfp_",
    Purpose.INVITATION: "hfi_",
}
"""For people who find one in a log; what a text is good for is decided by its MAC."""

_NAMED_BYTES = 20
"""16 of the id, 4 of the number."""
_MAC_BYTES = 28
"""224 of 256 bits: with what is named 48 bytes, which base64 writes in one way only."""
_BODY = re.compile(r"[A-Za-z0-9_-]{64}")


class HmacSeals(Seals):
    """Seals with the first secret and opens what any of them sealed; two at most. So when the
    secret is changed, the same (purpose, id, number) gives another text from then on, while those
    handed out before stay good until their secret is dropped.

    Raises ValueError for no secrets, too many, or one twice.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not 1 <= len(secrets) <= MOST_SECRETS or len(set(secrets)) < len(secrets):
            raise ValueError(f"seals need one secret, or {MOST_SECRETS} different ones")
        self._keys = {purpose: [_key(secret, purpose) for secret in secrets] for purpose in Purpose}

    def seal(self, purpose: Purpose, id: UUID, number: int = 0) -> str:
        named = id.bytes + number.to_bytes(4, "big")
        sealed = named + _mac(self._keys[purpose][0], named)
        return PREFIXES[purpose] + base64.urlsafe_b64encode(sealed).decode()

    def open(self, purpose: Purpose, text: str) -> tuple[UUID, int] | None:
        prefix = PREFIXES[purpose]
        if not text.startswith(prefix) or not _BODY.fullmatch(text, len(prefix)):
            return None
        sealed = base64.urlsafe_b64decode(text[len(prefix) :])
        named, mac = sealed[:_NAMED_BYTES], sealed[_NAMED_BYTES:]
        # Every key is tried: how long it takes does not tell which one fits.
        fits = [hmac.compare_digest(mac, _mac(key, named)) for key in self._keys[purpose]]
        if not any(fits):
            return None
        return UUID(bytes=named[:16]), int.from_bytes(named[16:], "big")

    def digest(self, text: str) -> bytes:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _key(secret: str, purpose: Purpose) -> bytes:
    """HKDF-SHA256 (RFC 5869): a key of its own for each purpose, and none of the tokens'."""
    info = f"holdfast sealed texts, HMAC-SHA256, version 1: {purpose.value}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, "sha256")[:_MAC_BYTES]
