"""The account at Alipay: who we are there, and by which keys both sides know each other."""

import base64
import binascii
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

LEAST_BITS = 2048
"""What RSA2 asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayConfig:
    """One app. `private_key` is ours, `alipay_public_key` is theirs (not the app's own public key):
    PEM, or the bare base64 that Alipay's tools show. `seller_id` is the account that the money goes
    to; `notify_url` is where notifications come in. Sandbox and production are different apps at
    different gateways.
    """

    app_id: str
    private_key: str = field(repr=False)
    alipay_public_key: str
    seller_id: str
    notify_url: str
    gateway: str = "https://openapi.alipay.com/gateway.do"


def private_key(text: str) -> RSAPrivateKey:
    """Raises ValueError when it is no RSA key of at least 2048 bits."""
    try:
        data = _bytes(text)
        load = load_pem_private_key if _is_pem(data) else load_der_private_key
        key = load(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("the private key for Alipay cannot be read") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise ValueError(f"the private key for Alipay is no RSA key of {LEAST_BITS} bits or more")
    return key


def public_key(text: str) -> RSAPublicKey:
    """Raises ValueError when it is no RSA key of at least 2048 bits."""
    try:
        data = _bytes(text)
        key = load_pem_public_key(data) if _is_pem(data) else load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("the public key of Alipay cannot be read") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise ValueError(f"the public key of Alipay is no RSA key of {LEAST_BITS} bits or more")
    return key


def _is_pem(data: bytes) -> bool:
    return data.startswith(b"-----BEGIN")


def _bytes(text: str) -> bytes:
    """In environment variables the ends of lines are often written as backslash and n."""
    text = text.replace("\\n", "\n").strip()
    if text.startswith("-----BEGIN"):
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError("it is neither PEM nor base64") from error
