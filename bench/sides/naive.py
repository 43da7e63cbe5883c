"""The ORM's way, reached over HTTP."""

import uuid

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.figures import Sample
from bench.house import House
from bench.model import Broken
from bench.naive.models import SCHEMA, Base
from bench.servers.process import Server, free_port
from bench.sides.http import Loaded, sample


class Naive(Loaded):
    def __init__(self, title: str, house: House) -> None:
        port = free_port()
        self._pool = uuid.uuid4()
        self._granted = 0
        self._most_lost = 0
        server = Server(
            "naive",
            ["-m", "bench.naive.app", str(port), house.url(), str(self._pool)],
            {},
            folder=house.folder,
            ports=[port],
        )
        super().__init__(title, house, server, port=port, path="/holds", types=(house.sale.hot,))
        self._engine = create_async_engine(
            house.url().replace("postgresql://", "postgresql+asyncpg://", 1)
        )

    async def open(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
            await connection.run_sync(Base.metadata.create_all)
            await connection.execute(
                text(f"INSERT INTO {SCHEMA}.stock VALUES (:pool, 1000000000, 0, 0)"),  # nosec B608
                {"pool": self._pool},
            )
        await super().open()
        await self.measure(64, 1)

    async def measure(self, connections: int, seconds: float) -> Sample:
        outcome, used = await self._run(connections, seconds)
        self._granted += outcome.granted
        self._most_lost += connections
        return sample(outcome, used)

    async def close(self) -> None:
        """Raises Broken where it did not do its work: nobody is measured against a shortcut."""
        await super().close()
        async with self._engine.connect() as connection:
            found = await connection.execute(
                text(
                    f"SELECT (SELECT held FROM {SCHEMA}.stock),"  # nosec B608
                    f" (SELECT count(*) FROM {SCHEMA}.holds),"
                    f" (SELECT count(*) FROM {SCHEMA}.idempotency_keys),"
                    f" (SELECT count(*) FROM {SCHEMA}.outbox)"
                )
            )
            counts = set(found.one())
        await self._engine.dispose()
        if len(counts) != 1 or not self._granted <= counts.pop() <= self._granted + self._most_lost:
            raise Broken(f"{self.title} did not do the work of a hold")
