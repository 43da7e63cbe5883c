"""Cards: what there is to show of users, for who may not or need not ask the database.

They decide nothing. Whether somebody may come in is looked up every time (`ports/standing`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from shared.ids import UserId

KEPT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserCard:
    """As of the change that made it the user's `revision`."""

    user_id: UserId
    name: str
    email_verified: bool
    active: bool
    superuser: bool
    revision: int


class UserCards(Protocol):
    """Each is kept for KEPT since it was put there, at most: none may be there at any time."""

    async def get(self, user_ids: Collection[UserId]) -> Mapping[UserId, UserCard]:
        """Those that are there."""
        ...

    async def put(self, cards: Collection[UserCard]) -> None:
        """One of a higher revision stays as it is. Nothing is said where it cannot be done; then
        there is an older one, or none."""
        ...

    async def forget(self, user_ids: Collection[UserId]) -> None: ...
