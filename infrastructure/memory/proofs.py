"""Proofs that somebody reads the mail of an address."""

from collections.abc import Sequence

from application.ports.people import ProofRepository
from domain.user.proof import Proof, ProofPurpose
from infrastructure.memory.session import Phase, Session, Writing
from shared.ids import ProofId, UserId


class MemoryProofs(ProofRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, proof_id: ProofId) -> Proof | None:
        return (await self._session.read()).proofs.get(proof_id)

    async def unused_of(self, user_id: UserId, purpose: ProofPurpose) -> Sequence[Proof]:
        tables = await self._session.read()
        found = (tables.proofs[each] for each in tables.proofs_of_user.get(user_id, ()))
        unused = [proof for proof in found if proof.purpose is purpose and proof.used_at is None]
        return sorted(unused, key=lambda proof: (proof.created_at, proof.id))

    def add(self, proof: Proof) -> None:
        def write(writing: Writing) -> None:
            writing.insert(writing.tables.proofs, proof.id, proof)
            writing.journal.append(writing.tables.proofs_of_user, proof.user_id, proof.id)

        self._session.note(Phase.ACCOUNT, write, *proof.facts)

    def save(self, proof: Proof) -> None:
        def write(writing: Writing) -> None:
            writing.update(writing.tables.proofs, proof.id, proof)

        self._session.note(Phase.ACCOUNT, write, *proof.facts)
