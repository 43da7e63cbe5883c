"""From what a caller shows to who it is: verified, and looked up whether it still holds."""

from dataclasses import dataclass

from application.errors import TokenExpired, TokenInvalid, TokenRevoked
from application.messages import Actor, ActorKind
from application.ports.identity import Bearer, Seals, Tokens
from application.ports.standing import Standings

KEY_PREFIXES = ("hf_live_", "hf_test_")
_LONGEST_KEY = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticator:
    tokens: Tokens
    seals: Seals
    standings: Standings

    async def actor(self, credentials: str) -> Actor:
        """Raises TokenInvalid, TokenExpired, TokenRevoked, DatabaseUnavailable."""
        if credentials.startswith(KEY_PREFIXES):
            return await self._key(credentials)
        bearer = self.tokens.verify(credentials)
        return await (self._guest(bearer) if bearer.is_guest else self._user(bearer))

    async def _user(self, bearer: Bearer) -> Actor:
        if bearer.session_id is None:
            raise TokenInvalid()
        found = await self.standings.of_user(bearer.user_id, bearer.session_id)
        if found is None:
            raise TokenInvalid()
        if not found.active:
            raise TokenRevoked()
        return Actor(
            kind=ActorKind.USER,
            user_id=bearer.user_id,
            session_id=bearer.session_id,
            email=found.email,
            email_verified=found.email_verified,
            superuser=found.superuser,
            memberships=found.memberships,
        )

    async def _guest(self, bearer: Bearer) -> Actor:
        found = await self.standings.of_guest(bearer.user_id)
        if found is None:
            raise TokenInvalid()
        if not found.active:
            raise TokenRevoked()
        return Actor(
            kind=ActorKind.GUEST,
            user_id=bearer.user_id,
            email=found.email,
            tests_of=found.tests_of,
        )

    async def _key(self, text: str) -> Actor:
        if len(text) > _LONGEST_KEY:
            raise TokenInvalid()
        found = await self.standings.of_key(self.seals.digest(text))
        if found is None:
            raise TokenInvalid()
        if found.revoked:
            raise TokenRevoked()
        if found.expires_at is not None and found.now >= found.expires_at:
            raise TokenExpired()
        return Actor(
            kind=ActorKind.API_KEY,
            key_id=found.key_id,
            key_organizer_id=found.organizer_id,
            scopes=found.scopes,
            tests_of=None if found.live else found.organizer_id,
        )
