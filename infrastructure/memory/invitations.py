"""Invitations to act for an organizer."""

from collections.abc import Sequence
from datetime import datetime

from application.messages import SYSTEM, Actor
from application.ports.people import InvitationRepository
from domain.organizer.invitation import Invitation
from domain.user.user import User
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import InvitationId, OrganizerId, UserId


class MemoryInvitations(InvitationRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, invitation_id: InvitationId) -> Invitation | None:
        found = (await self._session.read()).invitations.get(invitation_id)
        return found if found is not None and _is_for(found, self._session.actor) else None

    async def page(
        self,
        organizer_id: OrganizerId,
        *,
        after: tuple[datetime, InvitationId] | None,
        limit: int,
    ) -> Sequence[Invitation]:
        tables = await self._session.read()
        found = [
            each
            for each in tables.invitations.values()
            if each.organizer_id == organizer_id and (after is None or _place(each) < after)
        ]
        return sorted(found, key=_place, reverse=True)[:limit]

    async def made_by(self, user_id: UserId, *, since: datetime) -> Sequence[Invitation]:
        tables, actor = await self._session.read(), self._session.actor
        found = [
            each
            for each in tables.invitations.values()
            if each.invited_by == user_id
            and each.created_at > since
            and (actor == SYSTEM or each.organizer_id in actor.organizer_ids)
        ]
        return sorted(found, key=_place)

    def add(self, invitation: Invitation) -> None:
        def write(writing: Writing) -> None:
            writing.insert(writing.tables.invitations, invitation.id, invitation)

        self._session.note(Phase.ORGANIZER, write, *invitation.facts)

    def save(self, invitation: Invitation) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.invitations, invitation.id, invitation)

        self._session.note(Phase.ORGANIZER, write, *invitation.facts)


def _is_for(invitation: Invitation, actor: Actor) -> bool:
    if actor == SYSTEM or invitation.organizer_id in actor.organizer_ids:
        return True
    key = User.email_key(invitation.email)
    return actor.email is not None and User.email_key(actor.email) == key


def _place(invitation: Invitation) -> tuple[datetime, InvitationId]:
    return invitation.created_at, invitation.id
