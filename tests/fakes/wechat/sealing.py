"""What only a holder of the API v3 key can read."""

import base64

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

API_V3_KEY = "0123456789abcdefABCDEF0123456789"


def seal(plain: bytes, *, nonce: str, about: str, key: str = API_V3_KEY) -> str:
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), plain, about.encode())
    return base64.b64encode(sealed).decode("ascii")
