"""Passports: the caller's identity as one process of ours tells it to another.

A passport names the actor and what else of the context a unit of work judges by. It is good for one
message of one method and for a minute, and it is sealed with a key derived from SECRET_KEY, which
nobody outside has; tokens and API keys are no passports, and passports are no tokens.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from application.errors import TokenExpired, TokenInvalid, TokenMissing
from application.messages import Actor, Claim, Context, Priority
from domain.organizer.organizer import Role

PASSPORT = "holdfast-passport"
"""In the metadata of internal calls."""

_LASTS = 60
"""Seconds: more than any call takes, and than clocks of neighbours differ."""
_PURPOSE = b"holdfast passports, HMAC-SHA256, version 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    method: str
    body: bytes
    """SHA-256 of the message."""
    expires: int
    request_id: str
    actor: Actor
    roles: frozenset[Role]
    priority: Priority
    claim: Claim | None


class Passports:
    """Issues with the first secret and accepts any. `clock` tells seconds since 1970."""

    def __init__(self, secrets: Sequence[str], *, clock: Callable[[], float] = time.time) -> None:
        self._keys = [hmac.digest(secret.encode(), _PURPOSE, "sha256") for secret in secrets]
        self._clock = clock

    def issue(self, ctx: Context, method: str, message: bytes) -> str:
        page = _Page(
            method=method,
            body=hashlib.sha256(message).digest(),
            expires=int(self._clock()) + _LASTS,
            request_id=ctx.request_id,
            actor=ctx.actor,
            roles=ctx.roles,
            priority=ctx.priority,
            claim=ctx.claim,
        )
        text = msgspec.json.encode(page)
        mac = hmac.digest(self._keys[0], text, "sha256")
        return base64.urlsafe_b64encode(mac + text).decode()

    def context(self, passports: Sequence[str | bytes], method: str, message: bytes) -> Context:
        """Whose call it is. Raises TokenMissing, TokenInvalid, TokenExpired."""
        if not passports:
            raise TokenMissing()
        page = self._page(passports)
        if page.method != method or page.body != hashlib.sha256(message).digest():
            raise TokenInvalid()
        if page.expires < self._clock():
            raise TokenExpired()
        return Context(
            request_id=page.request_id,
            face="grpc",
            actor=page.actor,
            roles=page.roles,
            priority=page.priority,
            claim=page.claim,
        )

    def _page(self, passports: Sequence[str | bytes]) -> _Page:
        try:
            (passport,) = passports
            sealed = base64.b64decode(passport, altchars=b"-_", validate=True)
        except ValueError:  # several, or no base64
            raise TokenInvalid() from None
        mac, text = sealed[:32], sealed[32:]
        # Every key is tried: how long it takes does not tell which one fits.
        fits = [hmac.compare_digest(mac, hmac.digest(key, text, "sha256")) for key in self._keys]
        if not any(fits):
            raise TokenInvalid()
        return msgspec.json.decode(text, type=_Page)
