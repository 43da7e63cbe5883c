"""Users, guests and their tokens as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.user.user import User
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """For the user and for superusers."""

    id: UserId
    email: str
    email_verified: bool
    name: str
    active: bool
    superuser: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(
            id=user.id,
            email=user.email,
            email_verified=user.email_verified,
            name=user.name,
            active=user.active,
            superuser=user.superuser,
            created_at=user.created_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensView:
    """`expires_in` is the life of the access token in seconds. The refresh token is good once."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestView:
    """A new guest and its token, which lasts `expires_in` seconds and has no successor."""

    id: UserId
    access_token: str
    token_type: str
    expires_in: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """How many guests became part of the account, with everything they held and bought."""

    guests: int
