"""Access tokens: JWTs signed with Ed25519 (RFC 8037), in the profile of RFC 9068 as far as it
applies to a server that issues tokens for itself."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import jwt

from application.errors import TokenExpired, TokenInvalid
from application.ports.identity import Tokens
from infrastructure.jwt.keys import signing_key
from shared.ids import UserId

_TYPE = "at+jwt"
_ALGORITHM = "EdDSA"
_CLAIMS = ("iss", "aud", "sub", "exp", "iat", "jti")
_LONGEST = 2048
"""Characters; ours have about 400."""


@dataclass(frozen=True, slots=True)
class _Verified:
    user_id: UserId
    expires_at: int


class JwtTokens(Tokens):
    """Verifying a signature costs far more than a look-up, so verified tokens are remembered until
    they expire, at most `remembered` of them.

    `leeway_seconds` forgives clocks of several machines that differ a little. `clock` answers
    seconds since 1970.
    """

    def __init__(
        self,
        secret: str,
        *,
        issuer: str = "holdfast",
        audience: str = "holdfast",
        ttl_seconds: int = 600,
        leeway_seconds: int = 5,
        remembered: int = 50_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key = signing_key(secret)
        self._issuer = issuer
        self._audience = audience
        self._ttl = ttl_seconds
        self._leeway = leeway_seconds
        self._most = remembered
        self._clock = clock
        self._verified: OrderedDict[str, _Verified] = OrderedDict()

    @property
    def ttl_seconds(self) -> int:
        return self._ttl

    def issue(self, user_id: UserId) -> str:
        now = int(self._clock())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "iat": now,
            "exp": now + self._ttl,
            "jti": uuid4().hex,
        }
        headers = {"typ": _TYPE, "kid": self._key.kid}
        return jwt.encode(claims, self._key.private, algorithm=_ALGORITHM, headers=headers)

    def verify(self, token: str) -> UserId:
        known = self._verified.get(token) or self._decode(token)
        if self._clock() >= known.expires_at + self._leeway:
            self._verified.pop(token, None)
            raise TokenExpired()
        self._remember(token, known)
        return known.user_id

    def _decode(self, token: str) -> _Verified:
        """Everything but the expiry, which is judged the same for new and remembered tokens."""
        if len(token) > _LONGEST:
            raise TokenInvalid()
        try:
            decoded = jwt.decode_complete(
                token,
                self._key.public,
                algorithms=[_ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
            )
            header, claims = decoded["header"], decoded["payload"]
            issued_at, expires_at = int(claims["iat"]), int(claims["exp"])
            user_id = UserId(UUID(claims["sub"]))
        except (jwt.InvalidTokenError, ValueError, OverflowError) as error:
            raise TokenInvalid() from error
        if header.get("typ") != _TYPE or header.get("kid") != self._key.kid:
            raise TokenInvalid()
        if issued_at > self._clock() + self._leeway:
            raise TokenInvalid()
        return _Verified(user_id, expires_at)

    def _remember(self, token: str, verified: _Verified) -> None:
        self._verified[token] = verified
        if len(self._verified) > self._most:
            self._verified.popitem(last=False)
