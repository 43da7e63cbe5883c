"""The token of a verification mail is the account's that it was sent to, and nobody else's."""

from datetime import timedelta

import pytest

from application.auth.verify_email import VerifyEmail
from application.ports.identity import Purpose
from domain.user.errors import ProofInvalid
from domain.user.proof import Proof, ProofPurpose
from domain.user.user import User
from shared.ids import ProofId
from tests.adapters.memory.harness import MemoryHarness
from tests.contracts.world import IDS, SEALS, Caller, World


async def mailed(world: World, account: Caller, email: str) -> VerifyEmail:
    async with world.begin(world.system()) as work:
        proof = Proof.ask(
            id=ProofId(IDS.uuid()),
            user_id=account.user_id,
            purpose=ProofPurpose.VERIFY_EMAIL,
            email_key=User.email_key(email),
            lasts=timedelta(hours=1),
            at=await work.now(),
        )
        work.proofs.add(proof)
        await work.commit(None)
    return VerifyEmail(token=SEALS.seal(Purpose.VERIFY_EMAIL, proof.id, 0))


async def test_another_accounts_proof_is_none_even_for_the_same_address() -> None:
    world = World(MemoryHarness())
    verify = world.application.auth.verify_email
    other, caller = await world.users(2)
    for email in (other.email, caller.email):
        with pytest.raises(ProofInvalid):
            await verify(await mailed(world, other, email), caller.ctx())
    assert await world.facts_of(caller.user_id) == ["UserRegistered"]
    await verify(await mailed(world, caller, caller.email), caller.ctx())
    assert await world.facts_of(caller.user_id) == ["UserRegistered", "EmailVerified"]
