"""Organizers and their members."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.ports.people import OrganizerRepository
from application.ports.unit_of_work import StaleWrite
from domain.organizer.organizer import Member, Organizer, Role
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import OrganizerId, UserId

_SELECT = """
    SELECT o.id, o.name, o.slug, o.created_at, o.version,
           (SELECT jsonb_agg(jsonb_build_object(
                       'user_id', m.user_id, 'role', m.role, 'joined_at', m.joined_at)
                             ORDER BY m.position)
            FROM members m WHERE m.organizer_id = o.id) AS members
    FROM organizers o
"""

_MEMBERS = """
    INSERT INTO members (organizer_id, user_id, role, joined_at, position)
    SELECT $1, user_id, role, joined_at, position
    FROM unnest($2::uuid[], $3::text[], $4::timestamptz[]) WITH ORDINALITY
         AS m (user_id, role, joined_at, position)
"""

_INSERT = f"""
    WITH organizer AS (
        INSERT INTO organizers (id, name, slug, created_at, version) VALUES ($1, $5, $6, $7, $8)
    )
    {_MEMBERS}
"""  # nosec B608: constants only

_UPDATE = "UPDATE organizers SET name = $3, version = $4 WHERE id = $1 AND version = $2"

_UPDATE_MEMBERS = f"""
    WITH gone AS (
        DELETE FROM members WHERE organizer_id = $1 AND user_id <> ALL($2)
    )
    {_MEMBERS}
    ON CONFLICT (organizer_id, user_id) DO UPDATE
    SET role = excluded.role, joined_at = excluded.joined_at, position = excluded.position
"""  # nosec B608: constants only


class PostgresOrganizerRepository(OrganizerRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Organizer] = Notes()

    async def get(self, organizer_id: OrganizerId) -> Organizer | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE o.id = $1", organizer_id)
        return _organizer(row) if row else None

    async def many(self, organizer_ids: Sequence[OrganizerId]) -> Sequence[Organizer]:
        rows = await self._session.fetch(
            f"{_SELECT} WHERE o.id = ANY($1) ORDER BY o.id", organizer_ids
        )
        return [_organizer(row) for row in rows]

    def add(self, organizer: Organizer) -> None:
        self.notes.add(organizer.id, organizer)

    def save(self, organizer: Organizer) -> None:
        self.notes.save(organizer.id, organizer)

    async def write(self) -> None:
        """Raises SlugTaken, StaleWrite."""
        for organizer in self.notes.added:
            await self._session.execute(
                _INSERT,
                organizer.id,
                *_columns(organizer.members),
                organizer.name,
                organizer.slug,
                organizer.created_at,
                organizer.version,
            )
        for organizer in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                organizer.id,
                stored_version(organizer),
                organizer.name,
                organizer.version,
            )
            if written != 1:
                raise StaleWrite
            await self._session.execute(_UPDATE_MEMBERS, organizer.id, *_columns(organizer.members))


def _columns(members: Sequence[Member]) -> tuple[list[UserId], list[str], list[datetime]]:
    return (
        [member.user_id for member in members],
        [member.role.value for member in members],
        [member.joined_at for member in members],
    )


def _organizer(row: Record) -> Organizer:
    return Organizer(
        id=OrganizerId(row["id"]),
        name=row["name"],
        slug=row["slug"],
        members=tuple(
            Member(
                user_id=UserId(UUID(member["user_id"])),
                role=Role(member["role"]),
                joined_at=datetime.fromisoformat(member["joined_at"]),
            )
            for member in row["members"] or ()
        ),
        created_at=row["created_at"],
        version=row["version"],
    )
