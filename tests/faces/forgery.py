"""What a forger has to work with, and the tools: JWS made by hand, with whatever is asked for."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa

from infrastructure.jwt.keys import SigningKey

Json = Mapping[str, object]
Sign = Callable[[bytes], bytes]

LEFT_OUT: Final = object()
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Of the group of Ed25519: adding it to a signature's second half changes nothing but the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Tokens of somebody who may come in, of a guest, of a stranger and of an ended session; the
    somebody's refresh token and API key; and the server's own key, for what a forger could not
    even make but the server must not accept either."""

    token: str
    guest_token: str
    stranger_token: str
    ended_token: str
    refresh_token: str
    api_key: str
    key: SigningKey

    @property
    def now(self) -> int:
        return int(time.time())

    def header(self, **changes: object) -> Json:
        return _changed({"alg": "EdDSA", "typ": "at+jwt", "kid": self.key.kid}, changes)

    def claims(self, **changes: object) -> Json:
        """Those of the token, from now on."""
        said = claims_of(self.token)
        fresh = {"iat": self.now, "exp": self.now + 300}
        return _changed({**said, **fresh}, changes)

    def ours(self, claims: Json | bytes | None = None, header: Json | bytes | None = None) -> str:
        """Signed by the server's own key."""
        return compact(
            self.header() if header is None else header,
            self.claims() if claims is None else claims,
            self.key.private.sign,
        )

    def theirs(self, header: Json) -> str:
        """The token's claims, signed by a key of the forger's."""
        return compact(header, self.claims(), forger().sign)

    def saying(self, **claims: object) -> str:
        return self.ours(self.claims(**claims))

    def headed(self, **header: object) -> str:
        return self.ours(header=self.header(**header))

    def confused(self, algorithm: str, secret: bytes) -> str:
        """The public key, or something as public, taken for a shared secret."""
        header = self.header(alg=algorithm)
        digest = algorithm.replace("HS", "sha")
        return compact(header, self.claims(), lambda text: hmac.digest(secret, text, digest))

    def foreign(self, algorithm: str) -> str:
        """Signed with a key pair of the forger's, of another kind than ours."""
        headers = {"typ": "at+jwt", "kid": self.key.kid}
        return jwt.encode(
            dict(self.claims()), _foreign_key(algorithm), algorithm=algorithm, headers=headers
        )


def _changed(said: Json, changes: Json) -> Json:
    return {name: value for name, value in {**said, **changes}.items() if value is not LEFT_OUT}


def claims_of(token: str) -> Json:
    said: Json = jwt.decode(token, options={"verify_signature": False})
    return said


def encoded(data: Json | bytes) -> str:
    text = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def compact(header: Json | bytes, claims: Json | bytes, sign: Sign) -> str:
    signed = f"{encoded(header)}.{encoded(claims)}"
    return f"{signed}.{encoded(sign(signed.encode()))}"


def twice(said: Json, name: str, first: object) -> bytes:
    """`said` in JSON with the member `name` once more, in front."""
    return f"{{{json.dumps(name)}:{json.dumps(first)},{json.dumps(dict(said))[1:]}".encode()


def shifted(token: str) -> str:
    """The same signature in another text: s + L in place of s."""
    signed, _, signature = token.rpartition(".")
    raw = decoded(signature)
    s = int.from_bytes(raw[32:], "little") + _ORDER
    return f"{signed}.{encoded(raw[:32] + s.to_bytes(32, 'little'))}"


def respelt(token: str) -> str:
    """The same bytes of the signature in another text: four bits of its last letter are spare."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + alphabet[alphabet.index(token[-1]) + 1]
    assert decoded(other.rsplit(".", 1)[1]) == decoded(token.rsplit(".", 1)[1])
    return other


@cache
def forger() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@cache
def _foreign_key(algorithm: str) -> RSAPrivateKey | EllipticCurvePrivateKey:
    if algorithm.startswith("ES"):
        return generate_private_key(SECP256R1())
    return generate_rsa(public_exponent=65537, key_size=2048)
