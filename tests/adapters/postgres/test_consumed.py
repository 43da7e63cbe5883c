"""Messages that two deal with at the same time, many at once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from application.ports.consumed import AlreadyConsumed
from tests.adapters.postgres.harness import OnPostgres
from tests.adapters.postgres.rival import Rival
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, World, crowd

INSERT = "INSERT INTO consumed (consumer_group, message_id) VALUES ('tests', $1)"


class TestConsumedAtOnce(OnPostgres):
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    async def note(self, world: World, ids: Sequence[UUID]) -> None:
        async with world.begin(world.system()) as work:
            for each in ids:
                work.consumed.add("tests", each)
            await work.commit(None)

    async def test_who_goes_by_another_order_waits_and_is_not_in_the_way(
        self, world: World, rival: Rival
    ) -> None:
        """Each would have one that the other is about to write, were they written as they came."""
        first, middle, last = sorted(IDS.uuid() for _ in range(3))
        transaction = rival.connection.transaction()
        await transaction.start()
        await rival.connection.execute(INSERT, middle)
        forwards = asyncio.create_task(self.note(world, [first, middle, last]))
        await rival.waiting()
        backwards = asyncio.create_task(self.note(world, [last, middle, first]))
        await rival.number_waiting(2)
        await transaction.rollback()
        outcomes = await crowd([forwards, backwards])
        assert [type(each) for each in outcomes] == [type(None), AlreadyConsumed]
