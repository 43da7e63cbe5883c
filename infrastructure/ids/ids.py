"""Ids that sort by time, and random texts."""

import secrets
import string
from uuid import UUID

from uuid_utils.compat import uuid7

from application.ports.identity import Ids

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Base 32 without letters that look or sound like others."""

_CODE_BYTES = 18
"""144 bits, and no padding in base64."""

_BASE_62 = string.digits + string.ascii_letters
_KEY_LENGTH = 43
"""256 bits."""
_SECRET_BYTES = 32


class RandomIds(Ids):
    def uuid(self) -> UUID:
        return uuid7()

    def order_number(self) -> str:
        """HF-XXXX-XXXX-XX: 50 random bits."""
        text = "".join(secrets.choice(_CROCKFORD) for _ in range(10))
        return f"HF-{text[:4]}-{text[4:8]}-{text[8:]}"

    def ticket_code(self) -> str:
        return secrets.token_urlsafe(_CODE_BYTES)

    def api_key(self, *, live: bool) -> str:
        text = "".join(secrets.choice(_BASE_62) for _ in range(_KEY_LENGTH))
        return f"hf_live_{text}" if live else f"hf_test_{text}"

    def webhook_secret(self) -> bytes:
        return secrets.token_bytes(_SECRET_BYTES)
