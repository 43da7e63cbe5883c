"""Users and tokens as shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.user.user import User
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    id: UserId
    email: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(id=user.id, email=user.email, name=user.name, created_at=user.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensView:
    """`expires_in` is the life of the access token in seconds."""

    access_token: str
    token_type: str
    expires_in: int
