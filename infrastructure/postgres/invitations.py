"""Invitations to act for an organizer."""

from collections.abc import Sequence
from datetime import datetime

from application.messages import SYSTEM
from application.ports.people import InvitationRepository
from application.ports.unit_of_work import StaleWrite
from domain.organizer.invitation import Invitation, InvitationState
from domain.organizer.organizer import Role
from domain.user.user import User
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import InvitationId, OrganizerId, UserId

_SELECT = """
    SELECT id, organizer_id, email, role, state, invited_by, created_at, expires_at, version
    FROM invitations
"""

# $2: everybody's, for the system.
_GET = f"""
    {_SELECT}
    WHERE id = $1 AND ($2 OR organizer_id = ANY($3) OR email_key = $4)
"""  # nosec B608: constants only

_PAGE = f"""
    {_SELECT}
    WHERE organizer_id = $1
      AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    ORDER BY created_at DESC, id DESC
    LIMIT $4
"""  # nosec B608: constants only

_MADE_BY = f"""
    {_SELECT}
    WHERE invited_by = $1 AND created_at > $2 AND ($3 OR organizer_id = ANY($4))
    ORDER BY created_at, id
"""  # nosec B608: constants only

_INSERT = """
    INSERT INTO invitations (id, organizer_id, email, email_key, role, state, invited_by,
                             created_at, expires_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

_UPDATE = "UPDATE invitations SET state = $3, version = $4 WHERE id = $1 AND version = $2"


class PostgresInvitationRepository(InvitationRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Invitation] = Notes()

    async def get(self, invitation_id: InvitationId) -> Invitation | None:
        actor = self._session.ctx.actor
        address = None if actor.email is None else User.email_key(actor.email)
        row = await self._session.fetchrow(
            _GET, invitation_id, actor == SYSTEM, actor.organizer_ids, address
        )
        return _invitation(row) if row else None

    async def page(
        self,
        organizer_id: OrganizerId,
        *,
        after: tuple[datetime, InvitationId] | None,
        limit: int,
    ) -> Sequence[Invitation]:
        rows = await self._session.fetch(_PAGE, organizer_id, *(after or (None, None)), limit)
        return [_invitation(row) for row in rows]

    async def made_by(self, user_id: UserId, *, since: datetime) -> Sequence[Invitation]:
        actor = self._session.ctx.actor
        rows = await self._session.fetch(
            _MADE_BY, user_id, since, actor == SYSTEM, actor.organizer_ids
        )
        return [_invitation(row) for row in rows]

    def add(self, invitation: Invitation) -> None:
        self.notes.add(invitation.id, invitation)

    def save(self, invitation: Invitation) -> None:
        self.notes.save(invitation.id, invitation)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for invitation in self.notes.added:
            await self._session.execute(
                _INSERT,
                invitation.id,
                invitation.organizer_id,
                invitation.email,
                User.email_key(invitation.email),
                invitation.role.value,
                invitation.state.value,
                invitation.invited_by,
                invitation.created_at,
                invitation.expires_at,
                invitation.version,
            )
        for invitation in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                invitation.id,
                stored_version(invitation),
                invitation.state.value,
                invitation.version,
            )
            if written != 1:
                raise StaleWrite


def _invitation(row: Record) -> Invitation:
    return Invitation(
        id=InvitationId(row["id"]),
        organizer_id=OrganizerId(row["organizer_id"]),
        email=row["email"],
        role=Role(row["role"]),
        state=InvitationState(row["state"]),
        invited_by=UserId(row["invited_by"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        version=row["version"],
    )
