"""Users: one for each address, one founder, and never without a superuser."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from application.ports.unit_of_work import StaleWrite
from domain.organizer.organizer import Role
from domain.user.errors import EmailTaken, LastSuperuser
from domain.user.user import User
from shared.ids import UserId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, World, crowd, new_email, new_user

AT = datetime(2026, 1, 1, tzinfo=UTC)


class AccountsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def add(self, world: World, user: User) -> None:
        async with world.begin(world.anonymous()) as work:
            work.users.add(user)
            await work.commit(None)

    async def save(self, world: World, user: User) -> None:
        async with world.begin(world.system()) as work:
            work.users.save(user)
            await work.commit(None)

    async def stored(self, world: World, user_id: UserId) -> User:
        async with world.begin(world.system()) as work:
            user = await work.users.get(user_id)
        assert user is not None
        return user

    async def test_a_user_is_found_again(self, world: World) -> None:
        user = new_user("Ada@Example.com", at=AT)
        await self.add(world, user)
        async with world.begin(world.anonymous()) as work:
            assert await work.users.get(user.id) == user
            for email in ("Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"):
                assert await work.users.by_email(email) == user

    async def test_whether_there_is_anybody(self, world: World) -> None:
        async with world.begin(world.system()) as work:
            assert not await work.users.exist()
        await self.add(world, new_user("first@example.com", at=AT))
        async with world.begin(world.system()) as work:
            assert await work.users.exist()

    async def test_a_stranger_is_not_found(self, world: World) -> None:
        async with world.begin(world.system()) as work:
            assert await work.users.get(UserId(IDS.uuid())) is None
            assert await work.users.by_email("nobody@example.com") is None

    async def test_an_address_is_unique_whatever_its_case(self, world: World) -> None:
        await self.add(world, new_user("bob@example.com", at=AT))
        for email in ("bob@example.com", "BOB@Example.COM"):
            with pytest.raises(EmailTaken):
                await self.add(world, new_user(email, at=AT))

    async def test_of_many_equal_addresses_one_is_registered(self, world: World) -> None:
        users = [
            new_user("eve@example.com" if n % 2 else "Eve@example.com", at=AT) for n in range(10)
        ]
        outcomes = await crowd(self.add(world, user) for user in users)
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, EmailTaken) for outcome in outcomes) == 9

    async def test_every_change_is_kept(self, world: World) -> None:
        user = new_user(at=AT)
        await self.add(world, user)
        loaded = await self.stored(world, user.id)
        changed = loaded.rename("Countess", at=AT).verify_email(at=AT).change_password("new", at=AT)
        changed = changed.grant_superuser(at=AT)
        await self.save(world, changed)
        assert await self.stored(world, user.id) == changed
        off = (await self.stored(world, user.id)).deactivate(
            by=UserId(IDS.uuid()), superusers=[UserId(IDS.uuid())], at=AT
        )
        await self.save(world, off)
        assert await self.stored(world, user.id) == off and not off.active
        assert await world.facts_of(user.id) == [
            "UserRegistered",
            "UserRenamed",
            "EmailVerified",
            "PasswordChanged",
            "SuperuserGranted",
            "UserDeactivated",
        ]

    async def test_a_lost_update_is_refused(self, world: World) -> None:
        user = new_user(at=AT)
        await self.add(world, user)
        loaded = await self.stored(world, user.id)
        outcomes = await crowd(
            self.save(world, loaded.rename(f"Ada {number}", at=AT)) for number in range(10)
        )
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 9
        assert (await self.stored(world, user.id)).version == 2

    async def test_many_are_read_at_once(self, world: World) -> None:
        users = [new_user(at=AT) for _ in range(3)]
        for user in users:
            await self.add(world, user)
        wanted = [users[0].id, users[2].id, UserId(IDS.uuid()), users[0].id]
        async with world.begin(world.system()) as work:
            found = await work.users.many(wanted)
            assert Counter(each.id for each in found) == Counter([users[0].id, users[2].id])
            assert list(await work.users.many([])) == []

    async def test_who_shares_an_organizer_is_seen(self, world: World) -> None:
        owner, member = await world.users(2)
        organizer = await world.organizer(owner)
        await world.join(organizer.id, member, Role.SCANNER)
        async with world.begin(owner.admitted) as work:
            found = await work.users.many([owner.user_id, member.user_id])
        assert {each.id for each in found} == {owner.user_id, member.user_id}

    async def test_pages_from_the_oldest(self, world: World) -> None:
        days = (3, 1, 2, 1)
        users = [new_user(at=AT + timedelta(days=day)) for day in days]
        for user in users:
            await self.add(world, user)
        expected = sorted(users, key=lambda user: (user.created_at, user.id))
        async with world.begin(world.system()) as work:
            assert list(await work.users.page(after=None, limit=2)) == expected[:2]
            for position, user in enumerate(expected):
                rest = await work.users.page(after=(user.created_at, user.id), limit=9)
                assert list(rest) == expected[position + 1 :]

    async def register(self, world: World) -> bool:
        """As Register does it. Whether this one is the founder."""
        async with world.begin(world.anonymous()) as work:
            founder = await work.users.foundable()
            user = new_user(founder=founder, at=await work.now())
            work.users.add(user)
            return await work.commit(founder)

    async def test_of_30_who_register_at_once_one_is_the_founder(self, world: World) -> None:
        before = await world.harness.deadlocks()
        outcomes = await crowd(self.register(world) for _ in range(30))
        assert Counter(outcomes) == {True: 1, False: 29}
        async with world.begin(world.system()) as work:
            users = await work.users.page(after=None, limit=100)
            assert [user.id for user in users if user.founder] == list(
                await work.users.superusers()
            )
        assert len(users) == 30
        assert await world.harness.deadlocks() == before
        await world.harness.check_idle()

    async def test_who_gives_up_leaves_the_chance_to_the_next(self, world: World) -> None:
        async with world.begin(world.anonymous()) as work:
            assert await work.users.foundable()
        with pytest.raises(ZeroDivisionError):
            async with world.begin(world.anonymous()) as work:
                assert await work.users.foundable()
                raise ZeroDivisionError
        assert await self.register(world)
        assert not await self.register(world)

    async def test_even_without_asking_there_is_no_second_founder(self, world: World) -> None:
        outcomes = await crowd(self.add(world, new_user(founder=True, at=AT)) for _ in range(10))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 9

    async def test_who_locks_a_user_is_waited_for(self, world: World) -> None:
        user = new_user(new_email(), at=AT)
        await self.add(world, user)
        order: list[str] = []

        async def second() -> None:
            async with world.begin(world.anonymous()) as work:
                found = await work.users.locked(user.id)
                order.append("second")
                assert found is not None and found.name == "Changed"

        async with world.begin(world.anonymous()) as work:
            found = await work.users.locked(user.id)
            assert found is not None
            waiting = asyncio.create_task(second())
            for _ in range(20):
                await world.harness.a_moment()
            order.append("first")
            work.users.save(found.rename("Changed", at=AT))
            await work.commit(None)
        await waiting
        assert order == ["first", "second"]
        await world.harness.check_idle()

    async def test_superusers_are_the_active_ones(self, world: World) -> None:
        founder, plain, gone = (new_user(founder=n == 0, at=AT) for n in range(3))
        for user in (founder, plain, gone):
            await self.add(world, user)
        loaded = await self.stored(world, gone.id)
        loaded = loaded.grant_superuser(at=AT)
        await self.save(world, loaded.deactivate(by=founder.id, superusers=[founder.id], at=AT))
        async with world.begin(world.system()) as work:
            assert list(await work.users.superusers()) == [founder.id]

    async def test_of_superusers_who_revoke_each_other_at_once_one_remains(
        self, world: World
    ) -> None:
        users = [new_user(new_email(), at=AT) for _ in range(5)]
        for user in users:
            await self.add(world, user)
            await self.save(world, (await self.stored(world, user.id)).grant_superuser(at=AT))

        async def revoke(user_id: UserId) -> None:
            async with world.begin(world.system()) as work:
                superusers = await work.users.superusers()
                user = await work.users.get(user_id)
                assert user is not None
                work.users.save(user.revoke_superuser(superusers=superusers, at=AT))
                await work.commit(None)

        outcomes = await crowd(revoke(user.id) for user in users)
        assert outcomes.count(None) == 4
        assert sum(isinstance(outcome, LastSuperuser) for outcome in outcomes) == 1
        async with world.begin(world.system()) as work:
            assert len(await work.users.superusers()) == 1
        await world.harness.check_idle()
