"""LogoutEverywhere: end every session of the user; all their tokens stop at once."""

from dataclasses import dataclass
from typing import ClassVar

from application.auth.ending import end_sessions
from application.messages import Command, Context, KeyPolicy
from application.ports.unit_of_work import Begin
from domain.session.session import EndCause


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutEverywhere(Command[None]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE


@dataclass(frozen=True, slots=True)
class LogoutEverywhereHandler:
    """Raises nothing of its own."""

    begin: Begin

    async def __call__(self, command: LogoutEverywhere, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            await end_sessions(work, ctx.user_id, EndCause.LOGOUT, at=await work.now())
            await work.commit(None)
