"""Sessions: each refresh token is used once, and what has ended stays ended."""

from datetime import timedelta

import pytest

from application.ports.unit_of_work import StaleWrite
from domain.session.session import EndCause, Refreshed, Session
from shared.ids import SessionId, UserId
from tests.contracts.harness import Harness
from tests.contracts.world import (
    IDS,
    SESSION_LASTS,
    Caller,
    World,
    crowd,
    new_session,
    token_hash,
)


class SessionsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def caller(self, world: World) -> Caller:
        return await world.user()

    async def stored(self, world: World, session_id: SessionId | None) -> Session:
        assert session_id is not None
        async with world.begin(world.anonymous()) as work:
            session = await work.sessions.get(session_id)
        assert session is not None
        return session

    async def save(self, world: World, session: Session) -> None:
        async with world.begin(world.anonymous()) as work:
            work.sessions.save(session)
            await work.commit(None)

    async def start(self, world: World, user_id: UserId) -> Session:
        async with world.begin(world.anonymous()) as work:
            session = new_session(user_id, at=await work.now())
            work.sessions.add(session)
            return await work.commit(session)

    async def test_a_session_is_found_again(self, world: World, caller: Caller) -> None:
        session = await self.start(world, caller.user_id)
        assert await self.stored(world, session.id) == session
        assert await world.facts_of(session.id) == ["SessionStarted"]
        async with world.begin(world.anonymous()) as work:
            assert await work.sessions.get(SessionId(IDS.uuid())) is None

    async def test_a_rotation_is_kept_without_a_fact(self, world: World, caller: Caller) -> None:
        session = await self.stored(world, caller.session_id)
        at = session.created_at + timedelta(minutes=5)
        for number in (1, 2, 3):
            session = session.rotate(token_hash(session.id, number), lasts=SESSION_LASTS, at=at)
            await self.save(world, session)
            assert await self.stored(world, session.id) == session
            assert (session.number, session.version) == (number, number + 1)
        assert await world.facts_of(session.id) == ["SessionStarted"]

    async def test_of_ten_rotations_at_once_one_wins(self, world: World, caller: Caller) -> None:
        async def refresh() -> Refreshed:
            async with world.begin(world.anonymous()) as work:
                assert caller.session_id is not None
                session = await work.sessions.get(caller.session_id)
                assert session is not None
                now = await work.now()
                judged = session.judge(0, at=now)
                if judged is Refreshed.ROTATED:
                    successor = token_hash(session.id, 1)
                    work.sessions.save(session.rotate(successor, lasts=SESSION_LASTS, at=now))
                return await work.commit(judged)

        outcomes = await crowd(refresh() for _ in range(10))
        assert outcomes.count(Refreshed.ROTATED) == 1
        late = [each for each in outcomes if each is not Refreshed.ROTATED]
        assert all(each is Refreshed.REPEATED or isinstance(each, StaleWrite) for each in late)
        session = await self.stored(world, caller.session_id)
        assert (session.number, session.version) == (1, 2)
        assert session.token_hash == token_hash(session.id, 1)

    async def test_of_ten_rotations_of_one_version_one_wins(
        self, world: World, caller: Caller
    ) -> None:
        loaded = await self.stored(world, caller.session_id)
        rotated = loaded.rotate(b"x" * 32, lasts=SESSION_LASTS, at=loaded.created_at)
        outcomes = await crowd(self.save(world, rotated) for _ in range(10))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 9

    async def test_a_rotation_does_not_bring_back_what_has_ended(
        self, world: World, caller: Caller
    ) -> None:
        loaded = await self.stored(world, caller.session_id)
        await self.save(world, loaded.end(EndCause.LOGOUT, at=loaded.created_at))
        with pytest.raises(StaleWrite):
            rotated = loaded.rotate(b"x" * 32, lasts=SESSION_LASTS, at=loaded.created_at)
            await self.save(world, rotated)
        assert (await self.stored(world, loaded.id)).ended_at == loaded.created_at
        assert await world.facts_of(loaded.id) == ["SessionStarted", "SessionEnded"]

    async def test_live_ones_of_a_user(self, world: World) -> None:
        caller, stranger = await world.users(2)
        second = await self.start(world, caller.user_id)
        third = await self.start(world, caller.user_id)
        loaded = await self.stored(world, second.id)
        await self.save(world, loaded.end(EndCause.LOGOUT, at=second.created_at))
        async with world.begin(caller.admitted) as work:
            live = await work.sessions.live_of(caller.user_id)
            assert [each.id for each in live] == [caller.session_id, third.id]
        async with world.begin(world.system()) as work:
            live = await work.sessions.live_of(stranger.user_id)
            assert [each.id for each in live] == [stranger.session_id]

    async def test_old_ones_are_forgotten(self, world: World) -> None:
        """Those that were ended long ago, and those whose time was over long ago."""
        day = timedelta(days=1)
        ended, lapsed, fresh = await world.users(3)
        session = await self.stored(world, ended.session_id)
        await self.save(world, session.end(EndCause.LOGOUT, at=session.created_at))
        now = await world.now()
        rotated = (await self.stored(world, fresh.session_id)).rotate(
            b"x" * 32, lasts=4 * SESSION_LASTS, at=now
        )
        await self.save(world, rotated)
        assert await self.forget(world, 0 * day) == 1, "the ended one; the others go on"
        await world.harness.pass_time(SESSION_LASTS + day)
        assert await self.forget(world, 2 * day) == 0, "over, but only since yesterday"
        assert await self.forget(world, day / 2) == 1
        async with world.begin(world.system()) as work:
            for caller, there in ((ended, False), (lapsed, False), (fresh, True)):
                assert caller.session_id is not None
                assert (await work.sessions.get(caller.session_id) is not None) == there
                assert bool(await work.sessions.live_of(caller.user_id)) == there

    async def forget(self, world: World, ago: timedelta) -> int:
        before = await world.now() - ago
        async with world.begin(world.system()) as work:
            return await work.sessions.forget(before=before)

    async def test_standing_of_a_user(self, world: World) -> None:
        caller, other = await world.users(2)
        assert caller.session_id is not None and other.session_id is not None
        standings = world.harness.standings
        found = await standings.of_user(caller.user_id, caller.session_id)
        assert found is not None and found.active
        assert (found.email, found.email_verified) == (caller.email, False)
        assert not found.superuser and found.memberships == ()
        foreign = await standings.of_user(caller.user_id, other.session_id)
        assert foreign is not None and not foreign.active
        unknown = await standings.of_user(caller.user_id, SessionId(IDS.uuid()))
        assert unknown is not None and not unknown.active
        assert await standings.of_user(UserId(IDS.uuid()), caller.session_id) is None

    async def test_an_end_is_seen_at_once(self, world: World, caller: Caller) -> None:
        """By those who ask, and only of that session."""
        other = await self.start(world, caller.user_id)
        assert caller.session_id is not None
        session = await self.stored(world, caller.session_id)
        await self.save(world, session.end(EndCause.LOGOUT, at=session.created_at))
        ended = await world.harness.standings.of_user(caller.user_id, caller.session_id)
        goes_on = await world.harness.standings.of_user(caller.user_id, other.id)
        assert ended is not None and not ended.active
        assert goes_on is not None and goes_on.active

    async def test_what_becomes_of_the_account_is_seen_at_once(
        self, world: World, caller: Caller
    ) -> None:
        assert caller.session_id is not None
        for active in (False, True):
            async with world.begin(world.system()) as work:
                user = await work.users.get(caller.user_id)
                assert user is not None
                now = await work.now()
                if active:
                    user = user.activate(at=now).verify_email(at=now).grant_superuser(at=now)
                else:
                    user = user.deactivate(by=UserId(IDS.uuid()), superusers=[], at=now)
                work.users.save(user)
                await work.commit(None)
            found = await world.harness.standings.of_user(caller.user_id, caller.session_id)
            assert found is not None
            seen = (found.active, found.email_verified, found.superuser)
            assert seen == (active, active, active)
