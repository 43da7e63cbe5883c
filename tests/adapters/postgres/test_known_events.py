"""Events that are known are not read again, unless they have changed."""

import pytest

from application.messages import SYSTEM
from domain.event.event import Event
from infrastructure.postgres import events
from infrastructure.postgres.connections import Record
from infrastructure.postgres.database import Database
from infrastructure.postgres.group import reads as module
from infrastructure.postgres.group.reads import Reads
from infrastructure.postgres.identity import Role
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.contracts.world import Sale, World, kind


class Watched(Reads):
    """`whole` counts how often more was read than versions."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.whole = 0

    async def fetch(self, sql: str, *args: object, as_: Role | None = None) -> list[Record]:
        self.whole += sql == events.OF_IDS
        return await super().fetch(sql, *args, as_=as_)

    async def read(self, sale: Sale) -> Event:
        found = await self.event(sale.event.id, SYSTEM)
        assert found is not None
        return found[0]


class TestOnPostgres(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    @pytest.fixture
    def reads(self, contract_database: Database) -> Watched:
        return Watched(contract_database)

    async def test_read_once(self, world: World, reads: Watched) -> None:
        sale = await world.sale(kind("One", 1))
        try:
            assert await reads.read(sale) == await reads.read(sale) == sale.event
            assert reads.whole == 1
        finally:
            await reads.close()

    async def test_what_has_changed_is_read_again(self, world: World, reads: Watched) -> None:
        sale = await world.sale(kind("One", 1))
        try:
            before = await reads.read(sale)
            closed = before.close(at=await world.now())
            async with world.begin(world.system()) as work:
                work.events.save(closed)
                await work.commit(None)
            assert (await reads.read(sale)).state is closed.state is not before.state
            assert reads.whole == 2
        finally:
            await reads.close()

    async def test_not_all_are_kept(
        self, world: World, reads: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_MOST_KNOWN", 1)
        one, other = await world.sale(kind("One", 1)), await world.sale(kind("One", 1))
        try:
            for sale in (one, other, other, one):
                assert (await reads.read(sale)).id == sale.event.id
            assert reads.whole == 3
        finally:
            await reads.close()
