"""Sessions and API keys as rows: what is written once, and by whom nobody is kept waiting."""

import asyncio
from datetime import UTC, datetime

import pytest

from domain.organizer.api_key import ApiKey
from domain.session.session import EndCause
from shared.ids import ApiKeyId
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.rival import Rival
from tests.contracts.world import IDS, World

AT = datetime(2026, 1, 1, tzinfo=UTC)
DIGEST = b"\x07" * 32
LAST_USED = "SELECT last_used_at FROM api_keys"


class TestIdentityRows(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    @pytest.fixture
    async def key(self, world: World) -> ApiKey:
        organizer = await world.organizer(await world.user())
        key = ApiKey.create(
            id=ApiKeyId(IDS.uuid()),
            organizer_id=organizer.id,
            name="Shop",
            key_hash=DIGEST,
            hint="hf_live_abcd",
            live=True,
            scopes=["GetEvent"],
            allowed_scopes=["GetEvent"],
            expires_at=None,
            at=AT,
        )
        async with world.begin(world.system()) as work:
            work.api_keys.add(key)
            return await work.commit(key)

    async def test_who_shows_a_key_waits_for_nobody(
        self, world: World, key: ApiKey, rival: Rival
    ) -> None:
        standings = world.harness.standings
        async with rival.connection.transaction():
            await rival.connection.execute("SELECT FROM api_keys FOR UPDATE")
            async with asyncio.timeout(30):
                found = await standings.of_key(DIGEST)
        assert found is not None and found.key_id == key.id
        assert await rival.connection.fetchval(LAST_USED) is None
        await asyncio.gather(*(standings.of_key(DIGEST) for _ in range(20)))
        assert await rival.connection.fetchval(LAST_USED) is not None

    async def test_ending_what_has_ended_is_no_change(self, world: World) -> None:
        caller = await world.user()
        assert caller.session_id is not None
        for _ in range(2):
            async with world.begin(caller.admitted) as work:
                session = await work.sessions.get(caller.session_id)
                assert session is not None
                work.sessions.save(session.end(EndCause.LOGOUT, at=AT))
                await work.commit(None)
        assert await world.facts_of(caller.session_id) == ["SessionStarted", "SessionEnded"]
