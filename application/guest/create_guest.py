"""CreateGuest: buy without an account; a token that lasts for one purchase.

A guest made with a test key buys tests of the key's organizer, and nothing else.
"""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Bearer, Ids, Tokens
from application.ports.unit_of_work import Begin
from application.views.user import GuestView
from domain.guest.guest import Guest
from shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateGuest(Command[GuestView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    email: str


@dataclass(frozen=True, slots=True)
class CreateGuestHandler:
    """Raises FieldInvalid."""

    begin: Begin
    tokens: Tokens
    ids: Ids

    async def __call__(self, command: CreateGuest, ctx: Context) -> GuestView:
        async with self.begin(ctx) as work:
            guest = Guest.create(
                id=UserId(self.ids.uuid()),
                email=command.email,
                tests_of=ctx.actor.tests_of,
                at=await work.now(),
            )
            work.guests.add(guest)
            await work.commit(None)
        bearer = Bearer(user_id=guest.id, session_id=None)
        return GuestView(
            id=guest.id,
            access_token=self.tokens.issue(bearer),
            token_type="Bearer",  # nosec B106: the name of a scheme
            expires_in=self.tokens.ttl_seconds(bearer),
        )
