"""Access tokens: JWTs signed with Ed25519 (RFC 8037), in the profile of RFC 9068 as far as it
applies to a server that issues tokens for itself."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import jwt
from jwt.utils import base64url_decode

from application.errors import TokenExpired, TokenInvalid
from application.ports.identity import Bearer, Tokens
from infrastructure.jwt.keys import ALGORITHM, SigningKey, signing_key
from infrastructure.jwt.reading import TYPE, Unreadable, header_part, read_claims, read_kid
from shared.ids import SessionId, UserId

MOST_KEYS = 2
"""The one that signs, and the one before it."""


@dataclass(frozen=True, slots=True)
class _Verified:
    bearer: Bearer
    expires_at: int


class JwtTokens(Tokens):
    """Signs with the key of the first secret and accepts those of all; two at most, so that a
    secret can be changed while tokens of the one before it live.

    Verifying a signature costs far more than a look-up, so verified tokens are remembered until
    they expire, at most `remembered` of them, each by its whole text; of more, the one that was
    not seen for the longest time is forgotten.

    `leeway_seconds` forgives clocks of several machines that differ a little. `clock` answers
    seconds since 1970. Raises ValueError for no secrets, too many, or one twice.
    """

    def __init__(
        self,
        secrets: Sequence[str],
        *,
        issuer: str = "holdfast",
        audience: str = "holdfast",
        ttl_seconds: int = 600,
        guest_ttl_seconds: int = 3600,
        leeway_seconds: int = 5,
        remembered: int = 50_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not 1 <= len(secrets) <= MOST_KEYS or len(set(secrets)) < len(secrets):
            raise ValueError(f"tokens need one secret, or {MOST_KEYS} different ones")
        keys = [signing_key(secret) for secret in secrets]
        self._newest = keys[0]
        self._keys: dict[str, SigningKey] = {key.kid: key for key in keys}
        self._issuer = issuer
        self._audience = audience
        self._ttl = ttl_seconds
        self._guest_ttl = guest_ttl_seconds
        self._leeway = leeway_seconds
        self._most = remembered
        self._clock = clock
        self._jws = jwt.PyJWS(algorithms=[ALGORITHM])
        self._verified: OrderedDict[str, _Verified] = OrderedDict()

    def ttl_seconds(self, bearer: Bearer) -> int:
        return self._guest_ttl if bearer.is_guest else self._ttl

    def jwks(self) -> Mapping[str, object]:
        return {"keys": [key.jwk() for key in self._keys.values()]}

    def issue(self, bearer: Bearer) -> str:
        now = int(self._clock())
        claims: dict[str, object] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(bearer.user_id),
            "kind": "guest" if bearer.is_guest else "user",
            "iat": now,
            "exp": now + self.ttl_seconds(bearer),
            "jti": uuid4().hex,
        }
        if bearer.session_id is not None:
            claims["sid"] = str(bearer.session_id)
        headers = {"typ": TYPE, "kid": self._newest.kid}
        return jwt.encode(claims, self._newest.private, algorithm=ALGORITHM, headers=headers)

    def verify(self, token: str) -> Bearer:
        remembered = self._verified.get(token)
        known = remembered or self._read(token)
        if self._clock() >= known.expires_at + self._leeway:
            self._verified.pop(token, None)
            raise TokenExpired()
        if remembered is None:
            self._remember(token, known)
        else:
            self._verified.move_to_end(token)
        return known.bearer

    def _read(self, token: str) -> _Verified:
        """Everything but the expiry, which is judged the same for new and remembered tokens."""
        try:
            claims = read_claims(self._signed(token))
        except (ValueError, jwt.InvalidTokenError) as error:
            raise TokenInvalid() from error
        if claims.issuer != self._issuer or claims.audience != self._audience:
            raise TokenInvalid()
        bearer = Bearer(
            user_id=UserId(claims.subject),
            session_id=None if claims.session is None else SessionId(claims.session),
        )
        if not 0 < claims.expires_at - claims.issued_at <= self.ttl_seconds(bearer):
            raise TokenInvalid()
        if claims.issued_at > self._clock() + self._leeway:
            raise TokenInvalid()
        return _Verified(bearer, claims.expires_at)

    def _signed(self, token: str) -> bytes:
        """The payload, if one of our keys signed it. Raises Unreadable, InvalidTokenError."""
        kid = read_kid(base64url_decode(header_part(token)), ALGORITHM)
        key = self._keys.get(kid)
        if key is None:
            raise Unreadable
        found = self._jws.decode_complete(token, key.public, algorithms=[ALGORITHM])
        payload: bytes = found["payload"]
        return payload

    def _remember(self, token: str, verified: _Verified) -> None:
        self._verified[token] = verified
        if len(self._verified) > self._most:
            self._verified.popitem(last=False)
