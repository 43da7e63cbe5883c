from typing import Any

import pytest
from redis.asyncio import Redis as Client

from tests.services.delivery import DeliveryContract
from tests.services.outside import TOPICS, Outside, Seen
from tools.services import Redis


class OutsideRedis(Outside):
    async def read(self) -> None:
        last: Any = dict.fromkeys(TOPICS, "0")
        async with Client.from_url(self.url, decode_responses=True) as client:
            while True:
                found: Any = await client.xread(last, block=500)
                for stream, entries in found:
                    for id, fields in entries:
                        last[stream] = id
                        data = fields.pop("data").encode()
                        subject = fields["ce_subject"]
                        self.seen.append(Seen(where=stream, key=subject, headers=fields, data=data))

    def place_of(self, aggregate: str, subject: str, type: str) -> tuple[str, str]:
        return f"ticketing.{aggregate}", subject


class TestDelivery(DeliveryContract):
    kind = "redis"

    @pytest.fixture
    def server(self, redis: Redis) -> Redis:
        return redis

    @pytest.fixture
    def outside(self, redis: Redis) -> Outside:
        return OutsideRedis(redis.url)
