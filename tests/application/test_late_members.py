"""Who was removed, or got another role, between being let in and acting."""

from typing import Any

import pytest

from application.errors import RoleMissing
from application.member.change_member_role import ChangeMemberRole
from application.member.invite_member import InviteMember
from application.member.list_members import ListMembers
from application.member.remove_member import RemoveMember
from application.pipeline import Operation
from domain.organizer.errors import OrganizerNotFound
from domain.organizer.organizer import Role
from shared.errors import AppError
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import World


@pytest.mark.parametrize(
    ("now", "refusal"), [(None, OrganizerNotFound), (Role.SCANNER, RoleMissing)]
)
async def test_an_owner_who_is_none_any_more(now: Role | None, refusal: type[AppError]) -> None:
    world = World(MemoryHarness())
    members = world.application.members
    owner, late, third = await world.users(3, verified=True)
    organizer = await world.organizer(owner)
    for each in (late, third):
        await world.join(organizer.id, each, Role.OWNER)
    offered: tuple[Operation[Any, Any], ...] = (
        members.remove,
        members.change_role,
        members.invite,
        members.list,
    )
    inside = [await each.admit(late.ctx()) for each in offered]
    town, leaving, victim = organizer.id, late.user_id, third.user_id
    if now is None:
        await members.remove(RemoveMember(organizer_id=town, user_id=leaving), owner.ctx())
    else:
        demoted = ChangeMemberRole(organizer_id=town, user_id=leaving, role=now)
        await members.change_role(demoted, owner.ctx())
    before = await world.stored_organizer(town)
    messages = (
        RemoveMember(organizer_id=town, user_id=victim),
        ChangeMemberRole(organizer_id=town, user_id=victim, role=Role.SCANNER),
        InviteMember(organizer_id=town, email="friend@example.com", role=Role.OWNER),
        ListMembers(organizer_id=town),
    )
    for operation, ctx, message in zip(offered, inside, messages, strict=True):
        with pytest.raises(refusal):
            await operation(message, ctx)
    assert await world.stored_organizer(town) == before
