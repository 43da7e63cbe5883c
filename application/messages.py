"""What travels with a call: the message (what is wanted), the context (who, and how)."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from application.errors import TokenMissing
from shared.ids import UserId

R_co = TypeVar("R_co", covariant=True)


class Access(Enum):
    """Who may send a message at all; ownership is decided where the thing is loaded."""

    ANONYMOUS = "anonymous"
    AUTHENTICATED = "authenticated"
    SYSTEM = "system"
    """Background work only; no face may offer it."""


class KeyPolicy(Enum):
    """What an idempotency key means to a message."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Generic[R_co]):
    """A request for one operation, answered with `R_co`."""

    access: ClassVar[Access] = Access.AUTHENTICATED
    key_policy: ClassVar[KeyPolicy] = KeyPolicy.NONE
    keeps_refusals: ClassVar[bool] = False
    """Whether a refusal is stored under the idempotency key, like a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Message[R_co]):
    """Changes something."""

    key_policy: ClassVar[KeyPolicy] = KeyPolicy.OPTIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Query(Message[R_co]):
    """Changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who is calling. `user_id` is None for the anonymous and for the system."""

    kind: Access
    user_id: UserId | None = None

    @property
    def id(self) -> str:
        """The scope of idempotency keys and the name in logs and the outbox."""
        return str(self.user_id) if self.user_id else self.kind.value


ANONYMOUS = Actor(kind=Access.ANONYMOUS)
SYSTEM = Actor(kind=Access.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One use of an idempotency key: at most one effect per (actor, operation, key).

    `held` is true in the later transactions of an operation that has claimed the key already.
    """

    actor: str
    operation: str
    key: str
    fingerprint: bytes
    held: bool = False


@dataclass(slots=True)
class Reply:
    """What the pipeline tells the face beside the answer."""

    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One call. A face fills in what it received; the pipeline adds who it is from.

    `credentials` is the bearer token as sent, without the scheme; `request_id` is in every log
    line, every error and every outbox row that comes of the call.
    """

    request_id: str
    credentials: str | None = None
    idempotency_key: str | None = None
    face: str = "system"
    actor: Actor = ANONYMOUS
    admitted: str | None = None
    claim: Claim | None = None
    reply: Reply = field(default_factory=Reply)

    @property
    def user_id(self) -> UserId:
        """The calling user. Raises TokenMissing where there is none."""
        if self.actor.user_id is None:
            raise TokenMissing()
        return self.actor.user_id

    def holding_claim(self) -> "Context":
        """For the later transactions of an operation that needs several."""
        return replace(self, claim=replace(self.claim, held=True)) if self.claim else self

    @staticmethod
    def system(request_id: str | UUID) -> "Context":
        """For background work."""
        return Context(request_id=str(request_id), actor=SYSTEM)
