"""AEAD_AES_256_GCM, by which WeChat Pay seals what a notification tells."""

import base64
import json
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_ALGORITHM = "AEAD_AES_256_GCM"


def opened(key: bytes, resource: object) -> Mapping[str, object]:
    """The object inside. Raises ValueError when it was not sealed with this key, or changed."""
    if not isinstance(resource, dict) or resource.get("algorithm") != _ALGORITHM:
        raise ValueError("not sealed as agreed upon")
    names = ("ciphertext", "nonce", "associated_data")
    parts = [resource.get(name, "") for name in names]
    if not all(isinstance(part, str) for part in parts):
        raise ValueError("not sealed as agreed upon")
    ciphertext, nonce, about = parts
    try:
        plain = AESGCM(key).decrypt(
            nonce.encode(), base64.b64decode(ciphertext, validate=True), about.encode()
        )
    except InvalidTag as error:
        raise ValueError("changed, or sealed with another key") from error
    found = json.loads(plain)
    if not isinstance(found, dict):
        raise ValueError("no object inside")
    return found
