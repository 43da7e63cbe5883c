"""Logout: end the session of the access token; its tokens stop at once."""

from dataclasses import dataclass
from typing import ClassVar

from application.messages import Command, Context, KeyPolicy
from application.ports.unit_of_work import Begin
from domain.session.session import EndCause


@dataclass(frozen=True, slots=True, kw_only=True)
class Logout(Command[None]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE


@dataclass(frozen=True, slots=True)
class LogoutHandler:
    """Raises nothing of its own."""

    begin: Begin

    async def __call__(self, command: Logout, ctx: Context) -> None:
        async with self.begin(ctx) as work:
            session_id = ctx.actor.session_id
            session = await work.sessions.get(session_id) if session_id else None
            if session is not None:
                work.sessions.save(session.end(EndCause.LOGOUT, at=await work.now()))
                await work.commit(None)
