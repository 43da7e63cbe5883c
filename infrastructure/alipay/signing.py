"""RSA2: SHA256withRSA (PKCS #1 v1.5), in base64."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


def request_text(fields: Mapping[str, str]) -> str:
    """What is signed of a request: everything but the signature and what is empty."""
    return _joined({name: value for name, value in fields.items() if value and name != "sign"})


def notification_text(fields: Mapping[str, str]) -> str:
    """What is signed of a notification: everything but the signature and its type."""
    return _joined(
        {name: value for name, value in fields.items() if name not in ("sign", "sign_type")}
    )


def _joined(fields: Mapping[str, str]) -> str:
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields))


def sign(key: RSAPrivateKey, text: str) -> str:
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def is_genuine(key: RSAPublicKey, text: str, signature: str) -> bool:
    """Whether the owner of the key signed this text."""
    try:
        key.verify(base64.b64decode(signature, validate=True), text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
