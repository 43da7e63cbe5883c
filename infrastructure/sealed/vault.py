"""Secrets that are stored, and opened again: AES-256-GCM."""

import hashlib
import secrets
from collections.abc import Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from application.ports.webhooks import SecretLost, Vault

_NAME_BYTES, _NONCE_BYTES = 4, 12
_INFO = b"holdfast stored secrets, AES-256-GCM, version 1"


class AesVault(Vault):
    """Locks with the first secret, and unlocks what any of them locked."""

    def __init__(self, secrets_: Sequence[str]) -> None:
        keys = [_key(secret) for secret in secrets_]
        self._keys = {_name(key): AESGCM(key) for key in keys}
        self._newest = _name(keys[0])

    def lock(self, secret: bytes, *, owner: UUID) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._newest + nonce + self._keys[self._newest].encrypt(nonce, secret, owner.bytes)

    def unlock(self, locked: bytes, *, owner: UUID) -> bytes:
        key = self._keys.get(locked[:_NAME_BYTES])
        if key is None:
            raise SecretLost
        nonce, sealed = locked[_NAME_BYTES:][:_NONCE_BYTES], locked[_NAME_BYTES + _NONCE_BYTES :]
        try:
            return key.decrypt(nonce, sealed, owner.bytes)
        except InvalidTag as error:
            raise SecretLost from error

    def is_current(self, locked: bytes) -> bool:
        return locked[:_NAME_BYTES] == self._newest


def _key(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(secret.encode())


def _name(key: bytes) -> bytes:
    """Tells keys apart, and nothing about them."""
    return hashlib.sha256(_INFO + key).digest()[:_NAME_BYTES]
