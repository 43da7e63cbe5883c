"""A key is one key, whichever days its rows would be in."""

import asyncio

import pytest

from application.messages import Context
from application.ports.unit_of_work import KeyTaken
from domain.order.errors import OrderNotCancellable
from infrastructure.postgres.advisory import buyer_lock, key_lock
from infrastructure.postgres.audit import audit
from shared.ids import UserId
from tests.adapters.postgres.harness import OnPostgres, PostgresHarness
from tests.adapters.postgres.owner import Owner
from tests.adapters.postgres.rival import Rival
from tests.contracts.keys import claim_of, claiming
from tests.contracts.world import IDS, World

# What the same request does on the other side of midnight: it looks before ours is committed, and
# its row lands in another partition, where no unique index meets ours.
YESTERDAY = """
    INSERT INTO idempotency_keys (actor, operation, key, fingerprint, answer, final, created_at)
    SELECT $1, $2, $3, '', '{}', true, clock_timestamp() - interval '1 day'
    WHERE NOT EXISTS (
        SELECT FROM idempotency_keys WHERE actor = $1 AND operation = $2 AND key = $3
    )
"""


class TestMidnight(OnPostgres):
    @pytest.fixture
    def world(self, harness: PostgresHarness) -> World:
        return World(harness)

    async def test_a_claim_waits_for_the_one_before_midnight(
        self, world: World, rival: Rival, contract_owner: Owner
    ) -> None:
        caller = await world.user()
        claim = claim_of(caller)
        scope = (claim.actor, claim.operation, claim.key)
        async with rival.connection.transaction():
            await rival.connection.execute("SELECT pg_advisory_xact_lock($1)", key_lock(*scope))
            await rival.connection.execute(YESTERDAY, *scope)
            late = asyncio.create_task(self.claim(world, claiming(caller, claim)))
            refusal = asyncio.create_task(world.harness.store.refuse(claim, OrderNotCancellable()))
            await rival.number_waiting(2)
            assert not late.done() and not refusal.done()
        with pytest.raises(KeyTaken):
            await late
        with pytest.raises(KeyTaken):
            await refusal
        assert await audit(contract_owner) == []

    async def claim(self, world: World, ctx: Context) -> None:
        async with world.begin(ctx) as work:
            await work.now()
            await work.commit(None)


def test_locks_differ() -> None:
    """By kind, by every part, and by where one part ends and the next begins."""
    id = IDS.uuid()
    locks = [
        key_lock("a", "b", "c"),
        key_lock("b", "a", "c"),
        key_lock("ab", "", "c"),
        key_lock("", "ab", "c"),
        key_lock("a", "b", "cc"),
        buyer_lock(UserId(id)),
        buyer_lock(UserId(IDS.uuid())),
        key_lock(str(id), "", ""),
    ]
    assert len(set(locks)) == len(locks)
    assert all(-(2**63) <= lock < 2**63 for lock in locks)
    assert key_lock("a", "b", "c") == 4277157026875325478, "the same in every process and release"
