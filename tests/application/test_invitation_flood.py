"""Invitations are mails to people who never asked: how many one person makes."""

from datetime import timedelta

import pytest

from application.errors import RateLimited
from application.member.invite_member import InviteMember
from domain.organizer.organizer import Organizer, Role
from domain.user.errors import EmailNotVerified
from tests.adapters.memory.harness import MemoryHarness, StillClock
from tests.contracts.world import Caller, World, crowd, new_email, refusals

HOUR, FRIEND = timedelta(hours=1), "friend@example.com"


@pytest.fixture
def world() -> World:
    return World(MemoryHarness(StillClock()))


@pytest.fixture
async def owner(world: World) -> Caller:
    return await world.user(verified=True)


@pytest.fixture
async def town(world: World, owner: Caller) -> Organizer:
    return await world.organizer(owner)


async def invite(world: World, by: Caller, to: Organizer, email: str) -> None:
    wanted = InviteMember(organizer_id=to.id, email=email, role=Role.SCANNER)
    await world.application.members.invite(wanted, by.ctx())


async def test_nobody_unverified_invites(world: World) -> None:
    owner = await world.user()
    with pytest.raises(EmailNotVerified):
        await invite(world, owner, await world.organizer(owner), FRIEND)


async def test_three_a_day_to_one_address(world: World, owner: Caller, town: Organizer) -> None:
    """However it is written, and from whichever organizer of the inviter."""
    elsewhere = await world.organizer(owner)
    await invite(world, owner, town, FRIEND)
    await world.harness.pass_time(HOUR)
    await invite(world, owner, elsewhere, FRIEND.upper())
    await invite(world, owner, town, FRIEND)
    for place in (town, elsewhere):
        with pytest.raises(RateLimited) as refused:
            await invite(world, owner, place, "Friend@example.com")
        assert refused.value.metadata == {"limit": "invitations"}
        assert refused.value.retry_after == pytest.approx(23 * 3600, abs=60)
    await invite(world, owner, town, new_email())
    other = await world.user(verified=True)
    await world.join(town.id, other, Role.OWNER)
    await invite(world, other, town, FRIEND)
    await world.harness.pass_time(23 * HOUR)
    await invite(world, owner, town, FRIEND)
    with pytest.raises(RateLimited):
        await invite(world, owner, town, FRIEND)


async def test_fifty_a_day_in_all(world: World, owner: Caller, town: Organizer) -> None:
    outcomes = await crowd(invite(world, owner, town, new_email()) for _ in range(55))
    assert refusals(outcomes) == ["RATE_LIMITED"] * 5
    await world.harness.pass_time(24 * HOUR)
    await invite(world, owner, town, new_email())
