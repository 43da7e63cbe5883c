"""Real RSA keys, made once in a run of the tests; and the signatures of the other side."""

import base64
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


@cache
def key(owner: str) -> rsa.RSAPrivateKey:
    """The same for the same owner: "merchant", "alipay", "platform", "stranger"."""
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


def sign(owner: str, message: bytes) -> str:
    signature = key(owner).sign(message, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode("ascii")


def verifies(owner: str, message: bytes, signature: str) -> bool:
    try:
        key(owner).public_key().verify(
            base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        return False
    return True
