"""Proofs of an address: each is used once."""

from datetime import UTC, datetime, timedelta

import pytest

from application.ports.unit_of_work import StaleWrite
from domain.user.errors import ProofInvalid
from domain.user.proof import Proof, ProofPurpose
from domain.user.user import User
from shared.ids import ProofId, UserId
from tests.contracts.harness import Harness
from tests.contracts.world import IDS, Caller, World, crowd

AT = datetime(2026, 1, 1, tzinfo=UTC)


def new_proof(
    caller: Caller, purpose: ProofPurpose = ProofPurpose.RESET_PASSWORD, *, at: datetime = AT
) -> Proof:
    return Proof.ask(
        id=ProofId(IDS.uuid()),
        user_id=caller.user_id,
        purpose=purpose,
        email_key=User.email_key(caller.email),
        lasts=timedelta(hours=1),
        at=at,
    )


class ProofsContract:
    @pytest.fixture
    def world(self, harness: Harness) -> World:
        return World(harness)

    @pytest.fixture
    async def caller(self, world: World) -> Caller:
        return await world.user()

    async def add(self, world: World, *proofs: Proof) -> None:
        async with world.begin(world.anonymous()) as work:
            for proof in proofs:
                work.proofs.add(proof)
            await work.commit(None)

    async def test_a_proof_is_found_again(self, world: World, caller: Caller) -> None:
        proof = new_proof(caller)
        await self.add(world, proof)
        async with world.begin(world.anonymous()) as work:
            assert await work.proofs.get(proof.id) == proof
            assert await work.proofs.get(ProofId(IDS.uuid())) is None

    async def test_of_20_uses_at_once_one_counts(self, world: World, caller: Caller) -> None:
        proof = new_proof(caller)
        await self.add(world, proof)

        async def use() -> None:
            async with world.begin(world.anonymous()) as work:
                found = await work.proofs.get(proof.id)
                assert found is not None
                used = found.use(email_key=proof.email_key, at=AT + timedelta(minutes=1))
                work.proofs.save(used)
                await work.commit(None)

        outcomes = await crowd(use() for _ in range(20))
        assert outcomes.count(None) == 1
        late = [outcome for outcome in outcomes if outcome is not None]
        assert all(isinstance(outcome, StaleWrite | ProofInvalid) for outcome in late)
        assert await world.facts_of(proof.id) == ["ProofUsed"]

    async def test_of_20_uses_of_one_version_one_counts(self, world: World, caller: Caller) -> None:
        proof = new_proof(caller)
        await self.add(world, proof)
        used = proof.use(email_key=proof.email_key, at=AT + timedelta(minutes=1))

        async def save() -> None:
            async with world.begin(world.anonymous()) as work:
                work.proofs.save(used)
                await work.commit(None)

        outcomes = await crowd(save() for _ in range(20))
        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, StaleWrite) for outcome in outcomes) == 19
        assert await world.facts_of(proof.id) == ["ProofUsed"]

    async def test_unused_ones_of_a_user(self, world: World) -> None:
        caller, stranger = await world.users(2)
        minute = timedelta(minutes=1)
        later, first, used = (new_proof(caller, at=AT + minute * n) for n in (2, 0, 1))
        verify = new_proof(caller, ProofPurpose.VERIFY_EMAIL)
        await self.add(world, later, first, used, verify, new_proof(stranger))
        async with world.begin(world.anonymous()) as work:
            work.proofs.save(used.use(email_key=used.email_key, at=AT + 2 * minute))
            await work.commit(None)
        async with world.begin(world.anonymous()) as work:
            reset = await work.proofs.unused_of(caller.user_id, ProofPurpose.RESET_PASSWORD)
            assert list(reset) == [first, later]
            other = await work.proofs.unused_of(caller.user_id, ProofPurpose.VERIFY_EMAIL)
            assert list(other) == [verify]
            nobody = UserId(IDS.uuid())
            assert not await work.proofs.unused_of(nobody, ProofPurpose.VERIFY_EMAIL)
