"""RefreshToken: go on with a session; the refresh token is exchanged for the next one.

Whoever shows one that was exchanged before has it from somebody else, or lost it to somebody: the
session ends. Only right after the exchange it is taken for a client that lost the answer.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from application.auth.issue import TokenIssuer
from application.errors import RefreshTokenInvalid
from application.messages import Command, Context, KeyPolicy
from application.ports.identity import Purpose, Seals
from application.ports.unit_of_work import Begin
from application.views.user import TokensView
from domain.session.session import EndCause, Refreshed
from shared.ids import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken(Command[TokensView]):
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE

    refresh_token: str


@dataclass(frozen=True, slots=True)
class RefreshTokenHandler:
    """Raises RefreshTokenInvalid."""

    begin: Begin
    seals: Seals
    issuer: TokenIssuer
    lasts: timedelta

    async def __call__(self, command: RefreshToken, ctx: Context) -> TokensView:
        opened = self.seals.open(Purpose.REFRESH, command.refresh_token)
        if opened is None:
            raise RefreshTokenInvalid()
        session_id, number = SessionId(opened[0]), opened[1]
        shown = self.seals.digest(command.refresh_token)
        async with self.begin(ctx) as work:
            session = await work.sessions.get(session_id)
            user = await work.users.get(session.user_id) if session else None
            if session is None or user is None or not user.active:
                raise RefreshTokenInvalid()
            now = await work.now()
            judged = session.judge(number, at=now)
            if judged is Refreshed.ROTATED and shown != session.token_hash:
                raise RefreshTokenInvalid()
            if judged is Refreshed.REUSED:
                work.sessions.save(session.end(EndCause.REUSE, at=now))
                await work.commit(None)
            elif judged is Refreshed.ROTATED:
                _, token_hash = self.issuer.refresh_token(session.id, session.number + 1)
                session = session.rotate(token_hash, lasts=self.lasts, at=now)
                work.sessions.save(session)
                await work.commit(None)
        if judged in (Refreshed.REUSED, Refreshed.OVER):
            raise RefreshTokenInvalid()
        return self.issuer.tokens_of(user.id, session)
