"""Tokens, passwords, and whatever must be new or unguessable."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from uuid import UUID

from shared.ids import SessionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom an access token stands for. A user's belongs to a session, a guest's (`session_id` is
    None) to none."""

    user_id: UserId
    session_id: SessionId | None

    @property
    def is_guest(self) -> bool:
        return self.session_id is None


class Tokens(Protocol):
    """Access tokens: short-lived, signed, verified without the database; and the public keys that
    others verify them with."""

    def issue(self, bearer: Bearer) -> str:
        """A signed token, valid from now for `ttl_seconds(bearer)`."""
        ...

    def ttl_seconds(self, bearer: Bearer) -> int:
        """Guests and users have lives of their own."""
        ...

    def verify(self, token: str) -> Bearer:
        """Whose token it is. Raises TokenInvalid, TokenExpired."""
        ...

    def jwks(self) -> Mapping[str, object]:
        """The JSON Web Key Set (RFC 7517) of every key that tokens are accepted from."""
        ...


class Purpose(Enum):
    """What a sealed text is good for; one for something else is never accepted."""

    REFRESH = "refresh"
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # nosec B105: a name
    INVITATION = "invitation"


class Seals(Protocol):
    """Unguessable texts that name something: opaque to whoever carries them, and never stored,
    for the same (purpose, id, number) gives the same text as long as the secret is the same. What
    was sealed with the secret before it can be opened, not made again."""

    def seal(self, purpose: Purpose, id: UUID, number: int = 0) -> str:
        """`number` is from 0 to 2^32 - 1. URL-safe, at most 128 characters."""
        ...

    def open(self, purpose: Purpose, text: str) -> tuple[UUID, int] | None:
        """What the text names; None unless it is exactly one of ours for this purpose."""
        ...

    def digest(self, text: str) -> bytes:
        """SHA-256: what is stored of a text that is a secret."""
        ...


class Passwords(Protocol):
    """Slow hashes, computed off the event loop and never more than a few at once."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """False for a wrong password; with None it takes as long and answers False."""
        ...


class Ids(Protocol):
    """Everything that must be new."""

    def uuid(self) -> UUID:
        """A UUIDv7: later ones sort behind earlier ones of this process."""
        ...

    def order_number(self) -> str:
        """Short, readable aloud, not guessable from another: at least 48 bits."""
        ...

    def ticket_code(self) -> str:
        """Unguessable: at least 128 bits of base64url."""
        ...

    def api_key(self, *, live: bool) -> str:
        """`hf_live_…` or `hf_test_…`: unguessable, at least 192 bits of letters and digits."""
        ...

    def webhook_secret(self) -> bytes:
        """Random: 32 bytes."""
        ...
