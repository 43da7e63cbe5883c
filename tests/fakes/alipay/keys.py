"""Real keys, made once in a run of the tests; and RSA2 as the other side does it."""

import base64
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@cache
def key(owner: str) -> rsa.RSAPrivateKey:
    """The same for the same owner: "merchant", "alipay", "stranger"."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def private_pem(owner: str) -> str:
    return (
        key(owner)
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


@cache
def public_pem(owner: str) -> str:
    return (
        key(owner)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def sign(owner: str, text: str) -> str:
    signature = key(owner).sign(text.encode("utf-8"), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode("ascii")


def verifies(owner: str, text: str, signature: str) -> bool:
    try:
        key(owner).public_key().verify(
            base64.b64decode(signature), text.encode("utf-8"), padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        return False
    return True
