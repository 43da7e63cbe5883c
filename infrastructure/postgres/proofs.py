"""Proofs: what was sent to the address of an account."""

from collections.abc import Sequence

from application.ports.people import ProofRepository
from application.ports.unit_of_work import StaleWrite
from domain.user.proof import Proof, ProofPurpose
from infrastructure.postgres.connections import Record
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from shared.ids import ProofId, UserId

_SELECT = """
    SELECT id, user_id, purpose, email_key, created_at, expires_at, used_at, version FROM proofs
"""

_UNUSED = f"""
    {_SELECT}
    WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL
    ORDER BY created_at, id
"""  # nosec B608: constants only

_INSERT = """
    INSERT INTO proofs (id, user_id, purpose, email_key, created_at, expires_at, used_at, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

_UPDATE = "UPDATE proofs SET used_at = $3, version = $4 WHERE id = $1 AND version = $2"


class PostgresProofRepository(ProofRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self.notes: Notes[Proof] = Notes()

    async def get(self, proof_id: ProofId) -> Proof | None:
        row = await self._session.fetchrow(f"{_SELECT} WHERE id = $1", proof_id)
        return _proof(row) if row else None

    async def unused_of(self, user_id: UserId, purpose: ProofPurpose) -> Sequence[Proof]:
        rows = await self._session.fetch(_UNUSED, user_id, purpose.value)
        return [_proof(row) for row in rows]

    def add(self, proof: Proof) -> None:
        self.notes.add(proof.id, proof)

    def save(self, proof: Proof) -> None:
        self.notes.save(proof.id, proof)

    async def write(self) -> None:
        """Raises StaleWrite."""
        for proof in self.notes.added:
            await self._session.execute(
                _INSERT,
                proof.id,
                proof.user_id,
                proof.purpose.value,
                proof.email_key,
                proof.created_at,
                proof.expires_at,
                proof.used_at,
                proof.version,
            )
        for proof in self.notes.saved:
            written = await self._session.execute(
                _UPDATE, proof.id, stored_version(proof), proof.used_at, proof.version
            )
            if written != 1:
                raise StaleWrite


def _proof(row: Record) -> Proof:
    return Proof(
        id=ProofId(row["id"]),
        user_id=UserId(row["user_id"]),
        purpose=ProofPurpose(row["purpose"]),
        email_key=row["email_key"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        version=row["version"],
    )
