"""WECHATPAY2-SHA256-RSA2048: SHA256withRSA (PKCS #1 v1.5) over lines of text, in base64."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
SERIAL: Final = "wechatpay-serial"
TIMESTAMP: Final = "wechatpay-timestamp"
NONCE: Final = "wechatpay-nonce"
SIGNATURE: Final = "wechatpay-signature"
TOLERANCE: Final = timedelta(minutes=5)
_SECONDS: Final = re.compile(r"[0-9]{1,11}", re.ASCII)


def request_text(method: str, target: str, timestamp: int, nonce: str, body: bytes) -> bytes:
    """What is signed of a request; `target` is the path with the query."""
    return b"%b\n%b\n%d\n%b\n%b\n" % (
        method.encode(),
        target.encode(),
        timestamp,
        nonce.encode(),
        body,
    )


def answer_text(timestamp: str, nonce: str, body: bytes) -> bytes:
    """What is signed of an answer, and of a notification."""
    return b"%b\n%b\n%b\n" % (timestamp.encode(), nonce.encode(), body)


def sign(key: RSAPrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


def is_genuine(
    keys: Mapping[str, RSAPublicKey], headers: Mapping[str, str], body: bytes, *, now: datetime
) -> bool:
    """Whether WeChat Pay signed this body, not long before or after `now`."""
    key, timestamp = keys.get(headers.get(SERIAL, "")), headers.get(TIMESTAMP, "")
    if key is None or _SECONDS.fullmatch(timestamp) is None:
        return False
    text = answer_text(timestamp, headers.get(NONCE, ""), body)
    try:
        signature = base64.b64decode(headers.get(SIGNATURE, ""), validate=True)
        key.verify(signature, text, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return abs(now - datetime.fromtimestamp(int(timestamp), UTC)) <= TOLERANCE
