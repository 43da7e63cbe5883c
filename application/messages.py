"""What travels with a call: the message (what is wanted), the context (who, and how)."""

from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from functools import cached_property
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from application.errors import TokenMissing
from application.ports.limits import Allowance
from domain.organizer.organizer import Role
from shared.ids import ApiKeyId, OrganizerId, SessionId, UserId

R_co = TypeVar("R_co", covariant=True)


class ActorKind(Enum):
    """What sort of caller it is."""

    ANONYMOUS = "anonymous"
    USER = "user"
    GUEST = "guest"
    """Buys without an account, for a short while."""
    API_KEY = "api_key"
    """A server of one organizer."""
    SYSTEM = "system"
    """Background work; no face offers it."""


class Priority(IntEnum):
    """Who is served first where not all can be, and who is sent away last."""

    PAYMENT = 0
    """Money is on its way."""
    SALE = 1
    """Taking stock and giving it back, and what a buyer needs for it."""
    READ = 2
    """Looking at one thing, and changing what no buyer waits for."""
    LIST = 3
    """Whatever can best be asked for again later."""


class KeyPolicy(Enum):
    """What an idempotency key means to a message."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Generic[R_co]):
    """A request for one operation, answered with `R_co`."""

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
class Membership:
    organizer_id: OrganizerId
    role: Role


@dataclass(frozen=True, kw_only=True)  # without slots, for the text of its id is kept
class Actor:
    """Who is calling, as found out when the call was admitted.

    `user_id` is a user's or a guest's, `key_id` an API key's; the anonymous and the system have
    neither. `memberships` are those of a user. An API key acts for `key_organizer_id` and may
    call the operations in `scopes`. Who has `tests_of` (a test key, and the guests made with one)
    sees the tests of that organizer and nothing else; all others see no test at all.
    """

    kind: ActorKind
    user_id: UserId | None = None
    session_id: SessionId | None = None
    key_id: ApiKeyId | None = None
    email: str | None = None
    email_verified: bool = False
    superuser: bool = False
    memberships: tuple[Membership, ...] = ()
    key_organizer_id: OrganizerId | None = None
    scopes: frozenset[str] = frozenset()
    tests_of: OrganizerId | None = None

    @property
    def live(self) -> bool:
        return self.tests_of is None

    @property
    def is_system(self) -> bool:
        return self.kind is ActorKind.SYSTEM

    @cached_property
    def id(self) -> str:
        """The scope of idempotency keys and the name in logs and the outbox."""
        return str(self.user_id or self.key_id or self.kind.value)

    def role_in(self, organizer_id: OrganizerId) -> Role | None:
        """A user's role; None for strangers."""
        return next(
            (each.role for each in self.memberships if each.organizer_id == organizer_id), None
        )

    @property
    def organizer_ids(self) -> tuple[OrganizerId, ...]:
        """Those whose things are not foreign to this actor, whatever it may do with them."""
        if self.key_organizer_id is not None:
            return (self.key_organizer_id,)
        return tuple(each.organizer_id for each in self.memberships)


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
SYSTEM = Actor(kind=ActorKind.SYSTEM)


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
    """What the pipeline or the handler tells the face beside the answer."""

    replayed: bool = False
    allowances: tuple[Allowance, ...] = ()
    """What is left of the rate limits that the call counted against."""
    fresh_seconds: int = 0
    """For how long the answer may be used again, where the question allowed for age."""


@dataclass(frozen=True, kw_only=True)  # without slots: see `_with`
class Context:
    """One call. A face fills in what it received; the pipeline adds who it is from.

    `credentials` is the bearer token or API key as sent, without the scheme; `address` the IP
    address of the caller, as far as it is known; `request_id` is in every log line, every error
    and every outbox row that comes of the call. `roles` are the members' roles that may do this;
    `priority` is that of the operation.
    """

    request_id: str
    credentials: str | None = None
    address: str | None = None
    idempotency_key: str | None = None
    face: str = "system"
    actor: Actor = ANONYMOUS
    roles: frozenset[Role] = frozenset()
    priority: Priority = Priority.READ
    admitted: str | None = None
    claim: Claim | None = None
    reply: Reply = field(default_factory=Reply)

    @property
    def user_id(self) -> UserId:
        """The calling user or guest. Raises TokenMissing where there is none."""
        if self.actor.user_id is None:
            raise TokenMissing()
        return self.actor.user_id

    def admitted_as(
        self, operation: str, actor: Actor, *, roles: frozenset[Role], priority: Priority
    ) -> "Context":
        """Of `actor`, who may call `operation`."""
        return self._with(actor=actor, roles=roles, priority=priority, admitted=operation)

    def without_key(self) -> "Context":
        """For what has no use for idempotency keys."""
        return self._with(idempotency_key=None)

    def claiming(self, claim: Claim) -> "Context":
        return self._with(claim=claim)

    def _with(self, **changes: object) -> "Context":
        """`dataclasses.replace` in a tenth of its time, for what happens to every call."""
        changed = object.__new__(Context)
        vars(changed).update(vars(self))
        vars(changed).update(changes)
        return changed

    def holding_claim(self) -> "Context":
        """For the later transactions of an operation that needs several."""
        return replace(self, claim=replace(self.claim, held=True)) if self.claim else self

    def acting_for(self, organizer_id: OrganizerId, role: Role) -> "Context":
        """As if the actor were a member already: an accepted invitation opens the door itself."""
        member = Membership(organizer_id=organizer_id, role=role)
        actor = replace(self.actor, memberships=(*self.actor.memberships, member))
        return replace(self, actor=actor)

    def as_system(self) -> "Context":
        """The same call, with its key: for what nobody but the system may write, once it is clear
        that the caller may ask for it."""
        return self._with(actor=SYSTEM)

    @staticmethod
    def system(request_id: str | UUID, *, priority: Priority = Priority.READ) -> "Context":
        """For background work."""
        return Context(request_id=str(request_id), actor=SYSTEM, priority=priority)
