"""API keys: who has one comes in until it is revoked, and each use is noted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from application.ports.standing import KeyStanding
from application.ports.unit_of_work import StaleWrite
from domain.organizer.api_key import ApiKey
from shared.ids import ApiKeyId, OrganizerId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, SEALS, Caller, World, crowd

SCOPES = ("CreateEvent", "GetEvent")
MINUTE = timedelta(minutes=1)


def new_api_key(
    organizer_id: OrganizerId,
    *,
    live: bool = True,
    expires_at: datetime | None = None,
    at: datetime,
) -> ApiKey:
    key = IDS.api_key(live=live)
    return ApiKey.create(
        id=ApiKeyId(IDS.uuid()),
        organizer_id=organizer_id,
        name="Till",
        key_hash=SEALS.digest(key),
        hint=key[:12],
        live=live,
        scopes=SCOPES[::-1],
        allowed_scopes=SCOPES,
        expires_at=expires_at,
        at=at,
    )


class ApiKeysContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def owner(self, world: World) -> Caller:
        owner = await world.user()
        await world.organizer(owner)
        return owner

    @pytest.fixture
    async def api_key(self, world: World, owner: Caller) -> ApiKey:
        return await self.add(world, owner)

    async def add(
        self, world: World, owner: Caller, *, live: bool = True, lasts: timedelta | None = None
    ) -> ApiKey:
        async with world.begin(owner.admitted) as work:
            now = await work.now()
            api_key = new_api_key(
                owner.memberships[0].organizer_id,
                live=live,
                expires_at=None if lasts is None else now + lasts,
                at=now,
            )
            work.api_keys.add(api_key)
            return await work.commit(api_key)

    async def stored(self, world: World, owner: Caller, api_key: ApiKey) -> ApiKey:
        async with world.begin(owner.admitted) as work:
            stored = await work.api_keys.get(api_key.id)
        assert stored is not None
        return stored

    async def save(self, world: World, owner: Caller, api_key: ApiKey) -> None:
        async with world.begin(owner.admitted) as work:
            work.api_keys.save(api_key)
            await work.commit(None)

    async def standing(self, world: World, api_key: ApiKey) -> KeyStanding:
        found = await world.harness.standings.of_key(api_key.key_hash)
        assert found is not None
        return found

    async def test_a_key_is_found_again(self, world: World, owner: Caller) -> None:
        for live, lasts in ((True, None), (False, timedelta(days=9))):
            api_key = await self.add(world, owner, live=live, lasts=lasts)
            assert await self.stored(world, owner, api_key) == api_key
            assert api_key.scopes == SCOPES
            assert await world.facts_of(api_key.id) == ["ApiKeyCreated"]
        async with world.begin(owner.admitted) as work:
            assert await work.api_keys.get(ApiKeyId(IDS.uuid())) is None

    async def test_standing(self, world: World, owner: Caller) -> None:
        lasts = timedelta(days=1)
        live = await self.add(world, owner)
        test = await self.add(world, owner, live=False, lasts=lasts)
        for api_key in (live, test):
            found = await self.standing(world, api_key)
            assert found == KeyStanding(
                key_id=api_key.id,
                organizer_id=api_key.organizer_id,
                scopes=frozenset(SCOPES),
                live=api_key.live,
                revoked=False,
                expires_at=api_key.expires_at,
                now=found.now,
            )
            assert abs(found.now - api_key.created_at) < MINUTE
        assert await world.harness.standings.of_key(bytes(32)) is None

    async def test_time_passes_for_a_key(self, world: World, owner: Caller) -> None:
        api_key = await self.add(world, owner, lasts=timedelta(days=1))
        before = await self.standing(world, api_key)
        assert before.expires_at is not None and before.now < before.expires_at
        await world.harness.pass_time(timedelta(days=1, minutes=1))
        after = await self.standing(world, api_key)
        assert after.expires_at is not None and after.now >= after.expires_at

    async def test_a_revocation_is_seen_at_once(
        self, world: World, owner: Caller, api_key: ApiKey
    ) -> None:
        other = await self.add(world, owner)
        assert not (await self.standing(world, api_key)).revoked
        loaded = await self.stored(world, owner, api_key)
        await self.save(world, owner, loaded.revoke(at=await world.now()))
        assert (await self.standing(world, api_key)).revoked
        assert not (await self.standing(world, other)).revoked
        assert await world.facts_of(api_key.id) == ["ApiKeyCreated", "ApiKeyRevoked"]

    async def test_the_last_use_is_noted_to_the_minute(
        self, world: World, owner: Caller, api_key: ApiKey
    ) -> None:
        assert (await self.stored(world, owner, api_key)).last_used_at is None
        await self.standing(world, api_key)
        first = (await self.stored(world, owner, api_key)).last_used_at
        assert first is not None and abs(await world.now() - first) < MINUTE
        await self.standing(world, api_key)
        assert (await self.stored(world, owner, api_key)).last_used_at == first
        await world.harness.pass_time(2 * MINUTE)
        await self.standing(world, api_key)
        second = (await self.stored(world, owner, api_key)).last_used_at
        assert second is not None and abs(await world.now() - second) < MINUTE

    async def test_a_use_changes_nothing_else(
        self, world: World, owner: Caller, api_key: ApiKey
    ) -> None:
        """And whoever loaded the key before can still revoke it, without losing the use."""
        loaded = await self.stored(world, owner, api_key)
        await self.standing(world, api_key)
        used = await self.stored(world, owner, api_key)
        assert used == replace(loaded, last_used_at=used.last_used_at)
        revoked = loaded.revoke(at=await world.now())
        await self.save(world, owner, revoked)
        stored = await self.stored(world, owner, api_key)
        assert stored == replace(revoked, last_used_at=used.last_used_at)
        assert stored.last_used_at is not None

    async def test_many_uses_at_once(self, world: World, owner: Caller, api_key: ApiKey) -> None:
        found = await crowd(self.standing(world, api_key) for _ in range(30))
        assert all(isinstance(each, KeyStanding) for each in found)
        assert (await self.stored(world, owner, api_key)).last_used_at is not None

    async def test_of_two_changes_of_one_version_the_second_is_stale(
        self, world: World, owner: Caller, api_key: ApiKey
    ) -> None:
        loaded = await self.stored(world, owner, api_key)
        revoked = loaded.revoke(at=await world.now())
        await self.save(world, owner, revoked)
        with pytest.raises(StaleWrite):
            await self.save(world, owner, revoked)

    async def test_pages_from_the_newest(self, world: World, owner: Caller) -> None:
        at = await world.now()
        organizer_id, other_id = (
            owner.memberships[0].organizer_id,
            (await world.organizer(owner)).id,
        )
        made = [
            new_api_key(organizer_id, at=at + timedelta(seconds=second)) for second in (3, 1, 2, 1)
        ]
        async with world.begin(owner.admitted) as work:
            for each in (*made, new_api_key(other_id, at=at)):
                work.api_keys.add(each)
            await work.commit(None)
        expected = sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
        async with world.begin(owner.admitted) as work:
            page = work.api_keys.page
            assert list(await page(organizer_id, after=None, limit=3)) == expected[:3]
            for position, each in enumerate(expected):
                rest = await page(organizer_id, after=(each.created_at, each.id), limit=9)
                assert list(rest) == expected[position + 1 :]
