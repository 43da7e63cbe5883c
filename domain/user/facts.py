"""What happens to users."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import ProofId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFact(Fact):
    user_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRenamed(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserActivated(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDeactivated(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperuserGranted(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperuserRevoked(UserFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofUsed(Fact):
    proof_id: ProofId
    user_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.proof_id
