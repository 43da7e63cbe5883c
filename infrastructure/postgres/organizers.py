"""Organizers and their members."""

from collections.abc import Sequence
from uuid import UUID

from application.ports.repositories import OrganizerRepository
from domain.organizer.organizer import Member, Organizer, Role
from infrastructure.postgres.notes import Notes
from infrastructure.postgres.session import Session
from shared.ids import OrganizerId, UserId

_SELECT = """
    SELECT o.id, o.name, o.slug, o.created_at, o.version,
           (SELECT jsonb_agg(jsonb_build_object('user_id', m.user_id, 'role', m.role)
                             ORDER BY m.position)
            FROM members m WHERE m.organizer_id = o.id) AS members
    FROM organizers o
    WHERE o.id = $1
"""

_INSERT = """
    WITH organizer AS (
        INSERT INTO organizers (id, name, slug, created_at, version) VALUES ($1, $2, $3, $4, $5)
    )
    INSERT INTO members (organizer_id, user_id, role, position)
    SELECT $1, user_id, role, position
    FROM unnest($6::uuid[], $7::text[]) WITH ORDINALITY AS m (user_id, role, position)
"""


class PostgresOrganizerRepository(OrganizerRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Organizer] = Notes()

    async def get(self, organizer_id: OrganizerId) -> Organizer | None:
        row = await self._session.fetchrow(_SELECT, organizer_id)
        if row is None:
            return None
        return Organizer(
            id=OrganizerId(row["id"]),
            name=row["name"],
            slug=row["slug"],
            members=tuple(
                Member(user_id=UserId(UUID(member["user_id"])), role=Role(member["role"]))
                for member in row["members"] or ()
            ),
            created_at=row["created_at"],
            version=row["version"],
        )

    async def of_member(self, user_id: UserId) -> Sequence[OrganizerId]:
        rows = await self._session.fetch(
            "SELECT organizer_id FROM members WHERE user_id = $1 ORDER BY organizer_id", user_id
        )
        return [OrganizerId(row["organizer_id"]) for row in rows]

    def add(self, organizer: Organizer) -> None:
        self.notes.add(organizer.id, organizer)

    async def write(self) -> None:
        for organizer in self.notes.added:
            await self._session.execute(
                _INSERT,
                organizer.id,
                organizer.name,
                organizer.slug,
                organizer.created_at,
                organizer.version,
                [member.user_id for member in organizer.members],
                [member.role.value for member in organizer.members],
            )
