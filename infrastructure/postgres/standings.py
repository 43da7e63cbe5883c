"""Whether a caller may still come in: one statement for each look."""

from uuid import UUID

from application.messages import Membership
from application.ports.standing import GuestStanding, KeyStanding, Standings, UserStanding
from domain.organizer.organizer import Role
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import DOOR
from shared.ids import ApiKeyId, OrganizerId, SessionId, UserId

# A session that is not there any more was over long ago.
_OF_USER = """
    SELECT u.active AND s.id IS NOT NULL AND s.ended_at IS NULL
               AND s.expires_at > statement_timestamp() AS active,
           u.email, u.email_verified, u.superuser,
           (SELECT jsonb_agg(jsonb_build_object(
                       'organizer_id', m.organizer_id, 'role', m.role) ORDER BY m.organizer_id)
            FROM members m WHERE m.user_id = u.id) AS memberships
    FROM users u LEFT JOIN sessions s ON s.id = $2 AND s.user_id = u.id
    WHERE u.id = $1
"""

_OF_GUEST = """
    SELECT claimed_by IS NULL AS active, email, tests_of FROM guests WHERE id = $1
"""

# Once a minute one of the calls notes that the key is in use; the others neither write nor wait.
_OF_KEY = """
    WITH used AS (
        UPDATE api_keys SET last_used_at = statement_timestamp()
        WHERE id = (
            SELECT id FROM api_keys
            WHERE key_hash = $1
              AND revoked_at IS NULL
              AND (expires_at IS NULL OR expires_at > statement_timestamp())
              AND (last_used_at IS NULL
                   OR last_used_at <= statement_timestamp() - interval '1 minute')
            FOR NO KEY UPDATE SKIP LOCKED
        )
    )
    SELECT id, organizer_id, scopes, live, revoked_at IS NOT NULL AS revoked, expires_at,
           statement_timestamp() AS now
    FROM api_keys WHERE key_hash = $1
"""


class PostgresStandings(Standings):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: UserId, session_id: SessionId) -> UserStanding | None:
        rows = await self._database.fetch(_OF_USER, user_id, session_id, as_=DOOR)
        if not rows:
            return None
        (row,) = rows
        return UserStanding(
            active=row["active"],
            email=row["email"],
            email_verified=row["email_verified"],
            superuser=row["superuser"],
            memberships=tuple(
                Membership(
                    organizer_id=OrganizerId(UUID(member["organizer_id"])),
                    role=Role(member["role"]),
                )
                for member in row["memberships"] or ()
            ),
        )

    async def of_guest(self, guest_id: UserId) -> GuestStanding | None:
        rows = await self._database.fetch(_OF_GUEST, guest_id, as_=DOOR)
        if not rows:
            return None
        (row,) = rows
        tests_of = row["tests_of"]
        return GuestStanding(
            active=row["active"],
            email=row["email"],
            tests_of=None if tests_of is None else OrganizerId(tests_of),
        )

    async def of_key(self, digest: bytes) -> KeyStanding | None:
        rows = await self._database.fetch(_OF_KEY, digest, as_=DOOR)
        if not rows:
            return None
        (row,) = rows
        return KeyStanding(
            key_id=ApiKeyId(row["id"]),
            organizer_id=OrganizerId(row["organizer_id"]),
            scopes=frozenset(row["scopes"]),
            live=row["live"],
            revoked=row["revoked"],
            expires_at=row["expires_at"],
            now=row["now"],
        )
