"""The account at WeChat Pay: who we are there, and by which keys both sides know each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

LEAST_BITS = 2048
_CERTIFICATE = b"-----BEGIN CERTIFICATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatConfig:
    """One merchant. `serial` is that of the merchant's certificate, `private_key` its key (PEM).

    `api_v3_key` has 32 characters and seals notifications. `platform_keys` are what WeChat Pay
    signs with: public key or certificate (PEM) by serial or key id. While they change there are
    two, the newest last. `notify_url` is where notifications come in; it has no query.
    """

    app_id: str
    merchant_id: str
    serial: str
    private_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    platform_keys: Mapping[str, str]
    notify_url: str
    api_base: str = "https://api.mch.weixin.qq.com"


def private_key(text: str) -> RSAPrivateKey:
    """Raises ValueError when it is no RSA key of at least 2048 bits."""
    try:
        key = load_pem_private_key(_bytes(text), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("the private key for WeChat Pay cannot be read") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise ValueError(f"the private key for WeChat Pay is no RSA key of {LEAST_BITS} bits")
    return key


def platform_keys(texts: Mapping[str, str]) -> dict[str, RSAPublicKey]:
    """Raises ValueError when there is none, or one is no RSA key of at least 2048 bits."""
    if not texts:
        raise ValueError("WeChat Pay needs a platform key")
    return {serial: _public_key(text) for serial, text in texts.items()}


def sealing_key(text: str) -> bytes:
    """Raises ValueError when it has not 32 bytes."""
    key = text.encode()
    if len(key) != 32:
        raise ValueError("the APIv3 key of WeChat Pay has 32 characters")
    return key


def _public_key(text: str) -> RSAPublicKey:
    data = _bytes(text)
    try:
        key: object = (
            load_pem_x509_certificate(data).public_key()
            if data.startswith(_CERTIFICATE)
            else load_pem_public_key(data)
        )
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("a platform key of WeChat Pay cannot be read") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise ValueError(f"a platform key of WeChat Pay is no RSA key of {LEAST_BITS} bits")
    return key


def _bytes(text: str) -> bytes:
    """In environment variables the ends of lines are often written as backslash and n."""
    return text.replace("\\n", "\n").strip().encode()
