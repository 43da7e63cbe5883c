"""A proof: its bearer has read what was sent to the address of an account. Good once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from domain.user.errors import ProofInvalid
from domain.user.facts import ProofUsed
from shared.facts import Aggregate
from shared.ids import ProofId, UserId


class ProofPurpose(Enum):
    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # nosec B105: a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof(Aggregate):
    """`email_key`: the address it was sent to; it proves nothing about another one."""

    id: ProofId
    user_id: UserId
    purpose: ProofPurpose
    email_key: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None

    @staticmethod
    def ask(
        *,
        id: ProofId,
        user_id: UserId,
        purpose: ProofPurpose,
        email_key: str,
        lasts: timedelta,
        at: datetime,
    ) -> "Proof":
        return Proof(
            id=id,
            user_id=user_id,
            purpose=purpose,
            email_key=email_key,
            created_at=at,
            expires_at=at + lasts,
            used_at=None,
        )

    def is_usable(self, *, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at

    def use(self, *, email_key: str, at: datetime) -> "Proof":
        """Raises ProofInvalid. Whoever saves it needs the version check: two uses at once."""
        if not self.is_usable(at=at) or email_key != self.email_key:
            raise ProofInvalid()
        return self._changed(
            ProofUsed(proof_id=self.id, user_id=self.user_id, occurred_at=at), used_at=at
        )
