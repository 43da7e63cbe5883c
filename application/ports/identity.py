"""Tokens, passwords, and whatever must be new or unguessable."""

from typing import Protocol
from uuid import UUID

from shared.ids import UserId


class Tokens(Protocol):
    """Access tokens: short-lived, signed, verified without the database."""

    @property
    def ttl_seconds(self) -> int: ...

    def issue(self, user_id: UserId) -> str:
        """A signed token for this user, valid from now for `ttl_seconds`."""
        ...

    def verify(self, token: str) -> UserId:
        """Whose token it is. Raises TokenInvalid, TokenExpired."""
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
