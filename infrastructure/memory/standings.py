"""Whether whoever calls may still come in."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from application.messages import Membership
from application.ports.standing import GuestStanding, KeyStanding, Standings, UserStanding
from infrastructure.memory.database import MemoryDatabase
from shared.ids import SessionId, UserId

_NOTED_EVERY = timedelta(minutes=1)


class MemoryStandings(Standings):
    def __init__(self, database: MemoryDatabase) -> None:
        self._tables = database.tables
        self._clock = database.clock

    async def of_user(self, user_id: UserId, session_id: SessionId) -> UserStanding | None:
        await asyncio.sleep(0)
        tables = self._tables
        user, session = tables.users.get(user_id), tables.sessions.get(session_id)
        if user is None:
            return None
        goes_on = (
            session is not None
            and session.user_id == user_id
            and session.is_live(at=self._clock.now())
        )
        organizers = (
            tables.organizers[each] for each in tables.organizers_of_member.get(user_id, ())
        )
        return UserStanding(
            active=user.active and goes_on,
            email=user.email,
            email_verified=user.email_verified,
            superuser=user.superuser,
            memberships=tuple(
                Membership(organizer_id=each.id, role=each.member(user_id).role)
                for each in organizers
            ),
        )

    async def of_guest(self, guest_id: UserId) -> GuestStanding | None:
        await asyncio.sleep(0)
        guest = self._tables.guests.get(guest_id)
        if guest is None:
            return None
        return GuestStanding(
            active=guest.claimed_by is None, email=guest.email, tests_of=guest.tests_of
        )

    async def of_key(self, digest: bytes) -> KeyStanding | None:
        await asyncio.sleep(0)
        key_id = self._tables.api_key_by_hash.get(digest)
        if key_id is None:
            return None
        key, now = self._tables.api_keys[key_id], self._clock.now()
        if key.last_used_at is None or now - key.last_used_at >= _NOTED_EVERY:
            self._tables.api_keys[key_id] = replace(key, last_used_at=now)
        return KeyStanding(
            key_id=key.id,
            organizer_id=key.organizer_id,
            scopes=frozenset(key.scopes),
            live=key.live,
            revoked=key.revoked_at is not None,
            expires_at=key.expires_at,
            now=now,
        )
