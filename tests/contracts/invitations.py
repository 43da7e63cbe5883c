"""Invitations: seen by the organizer and by whom they are for."""

from datetime import UTC, datetime, timedelta

import pytest

from application.messages import Context
from application.ports.unit_of_work import StaleWrite
from domain.organizer.errors import AlreadyMember, InvitationNotOpen
from domain.organizer.invitation import Invitation, InvitationState
from domain.organizer.organizer import Role
from shared.ids import InvitationId, OrganizerId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, Caller, World, crowd, new_email

AT, DAY = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=1)


def new_invitation(
    organizer_id: OrganizerId, by: Caller, *, email: str | None = None, at: datetime = AT
) -> Invitation:
    return Invitation.invite(
        id=InvitationId(IDS.uuid()),
        organizer_id=organizer_id,
        email=email or new_email(),
        role=Role.FINANCE,
        by=by.user_id,
        lasts=timedelta(days=7),
        at=at,
    )


def id_of(invitation: Invitation) -> InvitationId:
    return invitation.id


class InvitationsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def owner(self, world: World) -> Caller:
        return await world.user()

    async def add(self, world: World, owner: Caller, *invitations: Invitation) -> None:
        async with world.begin(owner.admitted) as work:
            for invitation in invitations:
                work.invitations.add(invitation)
            await work.commit(None)

    async def seen(self, world: World, ctx: Context, invitation: Invitation) -> bool:
        async with world.begin(ctx) as work:
            found = await work.invitations.get(invitation.id)
        assert found in (None, invitation)
        return found is not None

    async def test_an_invitation_is_found_again(self, world: World, owner: Caller) -> None:
        organizer = await world.organizer(owner)
        invitation = new_invitation(organizer.id, owner)
        await self.add(world, owner, invitation)
        async with world.begin(owner.admitted) as work:
            assert await work.invitations.get(invitation.id) == invitation
            assert await work.invitations.get(InvitationId(IDS.uuid())) is None
        assert await world.facts_of(invitation.id) == ["MemberInvited"]

    async def test_who_sees_one(self, world: World) -> None:
        owner, invited, stranger = await world.users(3)
        organizer = await world.organizer(owner)
        await world.organizer(stranger)
        invitation = new_invitation(organizer.id, owner, email=invited.email.upper())
        await self.add(world, owner, invitation)
        assert await self.seen(world, owner.admitted, invitation)
        assert await self.seen(world, invited.admitted, invitation)
        assert await self.seen(world, world.system(), invitation)
        assert not await self.seen(world, stranger.admitted, invitation)

    async def test_it_is_accepted_by_whom_it_is_for(self, world: World) -> None:
        owner, invited = await world.users(2)
        organizer = await world.organizer(owner)
        invitation = new_invitation(organizer.id, owner, email=invited.email)
        await self.add(world, owner, invitation)

        async def accept() -> None:
            ctx = invited.admitted.acting_for(organizer.id, invitation.role)
            async with world.begin(ctx) as work:
                found = await work.invitations.get(invitation.id)
                stored = await work.organizers.get(organizer.id)
                assert found is not None and stored is not None
                work.invitations.save(found.accept(invited.user_id, at=AT))
                work.organizers.save(stored.join(invited.user_id, found.role, at=AT))
                await work.commit(None)

        outcomes = await crowd(accept() for _ in range(10))
        assert outcomes.count(None) == 1
        late = [outcome for outcome in outcomes if outcome is not None]
        allowed = (StaleWrite, InvitationNotOpen, AlreadyMember)  # whatever was read first
        assert all(isinstance(each, allowed) for each in late), late
        async with world.begin(world.system()) as work:
            stored = await work.invitations.get(invitation.id)
        assert stored is not None and stored.state is InvitationState.ACCEPTED
        assert await world.facts_of(invitation.id) == ["MemberInvited", "InvitationAccepted"]
        members = (await world.stored_organizer(organizer.id)).members
        assert [each.role for each in members] == [Role.OWNER, Role.FINANCE]

    async def test_of_accepting_and_revoking_at_once_one_counts(
        self, world: World, owner: Caller
    ) -> None:
        organizer = await world.organizer(owner)
        invitation = new_invitation(organizer.id, owner)
        await self.add(world, owner, invitation)
        async with world.begin(owner.admitted) as work:
            loaded = await work.invitations.get(invitation.id)
        assert loaded is not None

        async def save(changed: Invitation) -> None:
            async with world.begin(owner.admitted) as work:
                work.invitations.save(changed)
                await work.commit(None)

        changes = [loaded.accept(owner.user_id, at=AT), loaded.revoke(at=AT)] * 3
        outcomes = await crowd(save(each) for each in changes)
        assert outcomes.count(None) == 1
        assert sum(isinstance(each, StaleWrite) for each in outcomes) == 5
        assert len(await world.facts_of(invitation.id)) == 2

    async def test_what_somebody_made_lately(self, world: World) -> None:
        """Since then, oldest first, whatever became of them; of the own organizers alone."""
        owner, other = await world.users(2)
        mine = [await world.organizer(owner) for _ in range(2)]
        await world.join(mine[0].id, other, Role.OWNER)
        theirs = await world.organizer(other)
        since = AT + timedelta(days=1)
        made = [
            new_invitation(mine[number % 2].id, owner, at=AT + timedelta(days=day))
            for number, day in enumerate((4, 2, 1, 3, 0))
        ]
        accepted = new_invitation(mine[0].id, owner, at=since + timedelta(hours=1))
        revoked = new_invitation(mine[1].id, owner, at=since + timedelta(microseconds=1))
        by_other = [new_invitation(each.id, other, at=since + DAY) for each in (mine[0], theirs)]
        await self.add(world, owner, *made, accepted, revoked)
        await self.add(world, other, *by_other)
        async with world.begin(world.system()) as work:
            loaded = [await work.invitations.get(each.id) for each in (revoked, accepted)]
            assert loaded[0] is not None and loaded[1] is not None
            changed = [loaded[0].revoke(at=AT), loaded[1].accept(other.user_id, at=AT)]
            for each in changed:
                work.invitations.save(each)
            await work.commit(None)
        expected = [*changed, made[1], made[3], made[0]]
        for ctx in (owner.admitted, world.system()):
            assert await self.made_by(world, ctx, owner, since) == expected
        assert await self.made_by(world, owner.admitted, owner, AT + 4 * DAY) == []
        seen = [each for each in expected if each.organizer_id == mine[0].id]
        assert await self.made_by(world, other.admitted, owner, since) == seen
        assert await self.made_by(world, other.admitted, other, since) == sorted(
            by_other, key=id_of
        )
        stranger = await world.user()
        await world.organizer(stranger)
        assert await self.made_by(world, stranger.admitted, owner, since) == []
        assert await self.made_by(world, stranger.admitted, stranger, since) == []

    async def made_by(
        self, world: World, ctx: Context, who: Caller, since: datetime
    ) -> list[Invitation]:
        async with world.begin(ctx) as work:
            return list(await work.invitations.made_by(who.user_id, since=since))

    async def test_pages_from_the_newest(self, world: World, owner: Caller) -> None:
        organizer, other = await world.organizer(owner), await world.organizer(owner)
        made = [
            new_invitation(organizer.id, owner, at=AT + timedelta(days=day)) for day in (3, 1, 2, 1)
        ]
        await self.add(world, owner, *made, new_invitation(other.id, owner))
        expected = sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
        async with world.begin(owner.admitted) as work:
            page = work.invitations.page
            assert list(await page(organizer.id, after=None, limit=3)) == expected[:3]
            for position, each in enumerate(expected):
                rest = await page(organizer.id, after=(each.created_at, each.id), limit=9)
                assert list(rest) == expected[position + 1 :]
