"""The contract, and a server that is not there, or that somebody else writes to."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from infrastructure.redis.server import RedisServer
from infrastructure.redis.user_cards import RedisUserCards
from tests.adapters.redis.patience import LONG, at_once, wait_for
from tests.adapters.redis.server import Valkey
from tests.contracts.user_cards import CardsUnderTest, UserCardsContract, card


class OnRedis(CardsUnderTest):
    def __init__(self, url: str) -> None:
        self.prefix = f"test-{uuid.uuid4().hex}:"
        self.server = RedisServer(url, timeout_seconds=LONG)
        self.redis: Redis = Redis.from_url(url)
        self.cards = RedisUserCards(self.server, prefix=self.prefix)

    async def pass_time(self, seconds: float) -> None:
        async for key in self.redis.scan_iter(match=f"{self.prefix}*", count=1000):
            await self.redis.pexpire(key, await self.redis.pttl(key) - round(seconds * 1000))

    async def close(self) -> None:
        await self.server.close()
        await self.redis.aclose()


class TestRedisUserCards(UserCardsContract):
    @pytest.fixture
    async def under_test(self, valkey: Valkey) -> AsyncIterator[OnRedis]:
        under_test = OnRedis(valkey.url)
        yield under_test
        await under_test.close()

    async def test_as_other_programs_read_it(self, under_test: OnRedis) -> None:
        kept = card("Zoë", active=True, superuser=False, email_verified=True, revision=3)
        await under_test.cards.put([kept])
        assert await under_test.redis.hgetall(f"{under_test.prefix}{kept.user_id}") == {
            b"revision": b"3",
            b"name": "Zoë".encode(),
            b"email_verified": b"1",
            b"active": b"1",
            b"superuser": b"0",
        }

    @pytest.mark.parametrize(
        "fields", [{"revision": "x"}, {"name": b"\xff"}, {"active": "yes"}, {"superuser": "2"}]
    )
    async def test_what_somebody_else_wrote_there(
        self, under_test: OnRedis, fields: dict[str, str | bytes]
    ) -> None:
        kept = card()
        await under_test.cards.put([kept])
        for name, value in fields.items():
            await under_test.redis.hset(f"{under_test.prefix}{kept.user_id}", name, value)
        assert await under_test.one(kept) is None

    async def test_without_a_server(self, own_valkey: Valkey) -> None:
        """Whoever asks first waits for the timeout; after that nobody waits at all."""
        under_test, kept = OnRedis(own_valkey.url), card()
        await under_test.cards.put([kept])
        wait_for(under_test.server, 0.25)
        own_valkey.freeze()
        async with asyncio.timeout(10):
            await under_test.cards.put([kept])
        for _ in range(20):
            at_once(under_test.cards.put([kept]))
            at_once(under_test.cards.forget([kept.user_id]))
            assert at_once(under_test.one(kept)) is None
        own_valkey.thaw()
        await under_test.close()
