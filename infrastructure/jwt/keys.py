"""Signing keys: derived from the operator's secrets, so that every process has the same ones."""

import base64
import hashlib
import json
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ALGORITHM = "EdDSA"
_PURPOSE = b"holdfast access tokens, Ed25519, version 1"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key pair; `kid` is the RFC 7638 thumbprint of the public key."""

    private: Ed25519PrivateKey
    public: Ed25519PublicKey
    kid: str

    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 8037)."""
        return {
            **_essence(self.public.public_bytes_raw()),
            "kid": self.kid,
            "use": "sig",
            "alg": ALGORITHM,
        }


def signing_key(secret: str) -> SigningKey:
    """HKDF-SHA256 over the secret (RFC 5869); the same secret always gives the same key."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key()
    return SigningKey(private, public, thumbprint(public.public_bytes_raw()))


def thumbprint(public: bytes) -> str:
    """Of a raw Ed25519 public key, as RFC 7638 and RFC 8037 compute it."""
    canonical = json.dumps(_essence(public), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _essence(public: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public)}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
