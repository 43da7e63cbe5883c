"""ClaimGuests: what was held and bought as a guest with one's address becomes part of the account.

The address must be verified: that is what proves that those guests were the same person. Tokens of
the guests stop at once.
"""

from dataclasses import dataclass

from application.messages import Command, Context
from application.ports.unit_of_work import Begin
from application.views.user import ClaimView
from domain.user.errors import EmailNotVerified

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimGuests(Command[ClaimView]):
    pass


@dataclass(frozen=True, slots=True)
class ClaimGuestsHandler:
    """At most 100 guests by one call; further ones by the next. Raises EmailNotVerified."""

    begin: Begin

    async def __call__(self, command: ClaimGuests, ctx: Context) -> ClaimView:
        if ctx.actor.email is None or not ctx.actor.email_verified:
            raise EmailNotVerified()
        async with self.begin(ctx) as work:
            guests = await work.guests.unclaimed(ctx.actor.email, limit=_AT_ONCE)
            now = await work.now()
            for guest in guests:
                work.guests.hand_over(guest.claim(ctx.user_id, at=now))
            return await work.commit(ClaimView(guests=len(guests)))
