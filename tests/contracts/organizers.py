"""Organizers and their members."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from application.messages import Membership
from application.ports.unit_of_work import StaleWrite
from domain.organizer.errors import SlugTaken
from domain.organizer.organizer import Organizer, Role
from shared.ids import OrganizerId
from tests.contracts.harness import Harness
from tests.contracts.units import new_organizer
from tests.contracts.world import IDS, Caller, World, crowd

AT = datetime(2026, 1, 1, tzinfo=UTC)


class OrganizersContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def owner(self, world: World) -> Caller:
        return await world.user()

    async def memberships(self, world: World, caller: Caller) -> set[Membership]:
        """As the next call will find them."""
        assert caller.session_id is not None
        found = await world.harness.standings.of_user(caller.user_id, caller.session_id)
        assert found is not None
        assert len(set(found.memberships)) == len(found.memberships)
        return set(found.memberships)

    async def save(self, world: World, organizer: Organizer) -> None:
        async with world.begin(world.system()) as work:
            work.organizers.save(organizer)
            await work.commit(None)

    async def test_an_organizer_is_found_again(self, world: World, owner: Caller) -> None:
        organizer = await world.organizer(owner)
        async with world.begin(owner.admitted) as work:
            stored = await work.organizers.get(organizer.id)
            assert stored == organizer
            assert await work.organizers.get(OrganizerId(IDS.uuid())) is None
        assert stored.has_member(owner.user_id)

    async def test_many_are_read_at_once_by_id(self, world: World, owner: Caller) -> None:
        made = [await world.organizer(owner) for _ in range(3)]
        wanted = [made[2].id, OrganizerId(IDS.uuid()), made[0].id, made[2].id]
        async with world.begin(owner.admitted) as work:
            found = await work.organizers.many(wanted)
            assert list(found) == sorted((made[0], made[2]), key=lambda each: each.id)
            assert list(await work.organizers.many([])) == []

    async def test_of_many_equal_slugs_one_is_taken(self, world: World, owner: Caller) -> None:
        slug = new_organizer(owner.user_id).slug

        async def create() -> None:
            organizer = replace(new_organizer(owner.user_id), slug=slug)
            async with world.begin(owner.admitted.acting_for(organizer.id, Role.OWNER)) as work:
                work.organizers.add(organizer)
                await work.commit(None)

        outcomes = await crowd(create() for _ in range(10))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, SlugTaken) for outcome in outcomes) == 9

    async def test_members_are_saved_with_it(self, world: World) -> None:
        owner, *others = await world.users(4)
        organizer = await world.organizer(owner)
        for other, role in zip(others, (Role.MANAGER, Role.FINANCE, Role.SCANNER), strict=True):
            organizer = await world.join(organizer.id, other, role)
        assert await world.stored_organizer(organizer.id) == organizer
        assert [each.user_id for each in organizer.members] == [
            each.user_id for each in (owner, *others)
        ], "by when they joined"
        now = await world.now()
        loaded = await world.stored_organizer(organizer.id)
        changed = loaded.change_role(others[0].user_id, Role.OWNER, at=now)
        changed = changed.remove(others[1].user_id, at=now)
        await self.save(world, changed)
        assert await world.stored_organizer(organizer.id) == changed
        assert await self.memberships(world, others[0]) == {
            Membership(organizer_id=organizer.id, role=Role.OWNER)
        }
        assert await self.memberships(world, others[1]) == set()
        facts = await world.facts_of(organizer.id)
        assert facts == [
            "OrganizerCreated",
            *["MemberJoined"] * 3,
            "MemberRoleChanged",
            "MemberRemoved",
        ]

    async def test_who_left_may_join_again(self, world: World) -> None:
        owner, other = await world.users(2)
        organizer = await world.organizer(owner)
        organizer = await world.join(organizer.id, other, Role.MANAGER)
        loaded = await world.stored_organizer(organizer.id)
        await self.save(world, loaded.remove(other.user_id, at=AT))
        again = await world.join(organizer.id, other, Role.SCANNER)
        assert await world.stored_organizer(organizer.id) == again
        assert await self.memberships(world, other) == {
            Membership(organizer_id=organizer.id, role=Role.SCANNER)
        }

    async def test_memberships_of_several_organizers(self, world: World) -> None:
        owner, stranger = await world.users(2)
        mine = [await world.organizer(owner) for _ in range(2)]
        other = await world.organizer(stranger)
        await world.join(other.id, owner, Role.FINANCE)
        assert await self.memberships(world, owner) == {
            *(Membership(organizer_id=each.id, role=Role.OWNER) for each in mine),
            Membership(organizer_id=other.id, role=Role.FINANCE),
        }
        assert await self.memberships(world, stranger) == {
            Membership(organizer_id=other.id, role=Role.OWNER)
        }

    async def test_a_lost_update_is_refused(self, world: World) -> None:
        """Two owners who remove each other at once would leave nobody."""
        one, two = await world.users(2)
        organizer = await world.organizer(one)
        await world.join(organizer.id, two, Role.OWNER)
        loaded = await world.stored_organizer(organizer.id)
        outcomes = await crowd(
            self.save(world, loaded.remove(each.user_id, at=AT)) for each in (one, two)
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 1
        stored = await world.stored_organizer(organizer.id)
        assert len(stored.members) == 1 and stored.version == loaded.version + 1
        left = stored.members[0].user_id
        for each in (one, two):
            assert bool(await self.memberships(world, each)) == (each.user_id == left)

    async def test_many_join_at_once(self, world: World, owner: Caller) -> None:
        """Whoever is late tries again, and in the end all are in."""
        organizer = await world.organizer(owner)
        joining = await world.users(5)

        async def join(caller: Caller) -> None:
            for _ in range(20):
                try:
                    await world.join(organizer.id, caller, Role.SCANNER)
                except StaleWrite:
                    continue
                return

        await crowd(join(caller) for caller in joining)
        stored = await world.stored_organizer(organizer.id)
        assert {each.user_id for each in stored.members} == {
            each.user_id for each in (owner, *joining)
        }
