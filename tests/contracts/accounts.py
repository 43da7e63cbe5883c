"""Users and organizers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.organizer.errors import SlugTaken
from domain.user.errors import EmailTaken
from domain.user.user import User
from shared.ids import OrganizerId, UserId
from tests.contracts.harness import Harness
from tests.contracts.units import new_organizer
from tests.contracts.world import IDS, World, crowd


def new_user(email: str) -> User:
    return User.register(
        id=UserId(IDS.uuid()),
        email=email,
        name="Ada Lovelace",
        password_hash="$argon2id$…",
        at=datetime.now(UTC),
    )


class AccountsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def add(self, world: World, user: User) -> None:
        async with world.begin(world.system()) as work:
            work.users.add(user)
            await work.commit(None)

    async def test_a_user_is_found_again(self, world: World) -> None:
        user = new_user("Ada@Example.com")
        await self.add(world, user)
        async with world.begin(world.system()) as work:
            assert await work.users.get(user.id) == user
            for email in ("Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"):
                assert await work.users.by_email(email) == user

    async def test_whether_there_is_anybody(self, world: World) -> None:
        async with world.begin(world.system()) as work:
            assert not await work.users.exist()
        await self.add(world, new_user("first@example.com"))
        async with world.begin(world.system()) as work:
            assert await work.users.exist()

    async def test_a_stranger_is_not_found(self, world: World) -> None:
        async with world.begin(world.system()) as work:
            assert await work.users.get(UserId(IDS.uuid())) is None
            assert await work.users.by_email("nobody@example.com") is None

    async def test_an_address_is_unique_whatever_its_case(self, world: World) -> None:
        await self.add(world, new_user("bob@example.com"))
        for email in ("bob@example.com", "BOB@Example.COM"):
            with pytest.raises(EmailTaken):
                await self.add(world, new_user(email))

    async def test_of_many_equal_addresses_one_is_registered(self, world: World) -> None:
        users = [new_user("eve@example.com" if n % 2 else "Eve@example.com") for n in range(10)]
        outcomes = await crowd(self.add(world, user) for user in users)
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, EmailTaken) for outcome in outcomes) == 9

    async def test_an_organizer_is_found_again(self, world: World) -> None:
        owner = await world.user()
        organizer = await world.organizer(owner)
        async with world.begin(world.system()) as work:
            stored = await work.organizers.get(organizer.id)
            assert stored == organizer
            assert await work.organizers.get(OrganizerId(IDS.uuid())) is None
        assert stored.has_member(owner.user_id)

    async def test_organizers_of_a_member(self, world: World) -> None:
        owner, stranger = await world.users(2)
        mine = {(await world.organizer(owner)).id for _ in range(3)}
        await world.organizer(stranger)
        async with world.begin(world.system()) as work:
            assert set(await work.organizers.of_member(owner.user_id)) == mine
            assert list(await work.organizers.of_member(UserId(IDS.uuid()))) == []

    async def test_of_many_equal_slugs_one_is_taken(self, world: World) -> None:
        owner = await world.user()
        slug = new_organizer(owner.user_id).slug

        async def create() -> None:
            async with world.begin(owner.admitted) as work:
                organizer = replace(new_organizer(owner.user_id), slug=slug)
                work.organizers.add(organizer)
                await work.commit(None)

        outcomes = await crowd(create() for _ in range(10))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, SlugTaken) for outcome in outcomes) == 9
