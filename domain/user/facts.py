"""What happens to users."""

from dataclasses import dataclass
from uuid import UUID

from shared.facts import Fact
from shared.ids import ProofId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFact(Fact):
    """Each says how the user is since then, so that whoever keeps the last one of a user knows all
    there is to show. `revision` grows with every change. No address: nobody needs it there."""

    user_id: UserId
    name: str
    email_verified: bool
    active: bool
    superuser: bool
    revision: int

    @property
    def aggregate_id(self) -> UUID:
        return self.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(UserFact):
    """Somebody has an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRenamed(UserFact):
    """The name is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(UserFact):
    """The address is the user's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(UserFact):
    """By the user, or by whoever reads the mail sent to the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserActivated(UserFact):
    """A superuser lets the user in again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDeactivated(UserFact):
    """A superuser has shut the user out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperuserGranted(UserFact):
    """The user may manage all accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperuserRevoked(UserFact):
    """The user may manage no accounts any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofUsed(Fact):
    """A link that was sent by mail was used; it is good once."""

    proof_id: ProofId
    user_id: UserId

    @property
    def aggregate_id(self) -> UUID:
        return self.proof_id
