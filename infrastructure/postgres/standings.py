"""Whether a caller may still come in: one statement for all who ask at the same time."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application.messages import Membership
from application.ports.standing import GuestStanding, KeyStanding, Standings, UserStanding
from domain.organizer.organizer import Role
from infrastructure.postgres.combining import Combined
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import DOOR
from infrastructure.postgres.literals import literal
from infrastructure.postgres.standing_connections import StandingConnections
from shared.ids import ApiKeyId, OrganizerId, SessionId, UserId

# A session that is not there any more was over long ago.
_OF_USERS = """
    SELECT asked.user_id, asked.session_id,
           u.active AND s.id IS NOT NULL AND s.ended_at IS NULL
               AND s.expires_at > statement_timestamp() AS active,
           u.email, u.email_verified, u.superuser,
           (SELECT jsonb_agg(jsonb_build_object(
                       'organizer_id', m.organizer_id, 'role', m.role) ORDER BY m.organizer_id)
            FROM members m WHERE m.user_id = u.id) AS memberships
    FROM unnest($1::text::uuid[], $2::text::uuid[]) AS asked (user_id, session_id)
    JOIN users u ON u.id = asked.user_id
    LEFT JOIN sessions s ON s.id = asked.session_id AND s.user_id = u.id
"""

_OF_GUESTS = """
    SELECT id, claimed_by IS NULL AS active, email, tests_of FROM guests
    WHERE id = ANY($1::text::uuid[])
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
    def __init__(self, database: Database, *, keeps: int = 0) -> None:
        """`keeps`: how many connections stay with it, until it is closed."""
        self._database = database
        self._connections = StandingConnections(database, DOOR, most=keeps)
        self._users: Combined[tuple[UserId, SessionId], UserStanding] = Combined(self._read_users)
        self._guests: Combined[UserId, GuestStanding] = Combined(self._read_guests)

    async def close(self) -> None:
        """Gives the connections back."""
        await self._connections.close()

    async def of_user(self, user_id: UserId, session_id: SessionId) -> UserStanding | None:
        return await self._users.get((user_id, session_id))

    async def of_guest(self, guest_id: UserId) -> GuestStanding | None:
        return await self._guests.get(guest_id)

    async def _read_users(
        self, asked: Sequence[tuple[UserId, SessionId]]
    ) -> Mapping[tuple[UserId, SessionId], UserStanding]:
        users, sessions = zip(*asked, strict=True)
        rows = await self._connections.fetch(_OF_USERS, literal(users), literal(sessions))
        return {
            (UserId(row["user_id"]), SessionId(row["session_id"])): UserStanding(
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
            for row in rows
        }

    async def _read_guests(self, asked: Sequence[UserId]) -> Mapping[UserId, GuestStanding]:
        rows = await self._connections.fetch(_OF_GUESTS, literal(asked))
        return {
            UserId(row["id"]): GuestStanding(
                active=row["active"],
                email=row["email"],
                tests_of=None if row["tests_of"] is None else OrganizerId(row["tests_of"]),
            )
            for row in rows
        }

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
