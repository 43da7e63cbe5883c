"""Whom a connection speaks for: the role and the settings that the row policies read.

`docs/security.md` says what each role may see. A connection is nobody until it is told.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

import asyncpg

from application.messages import Actor, ActorKind, Claim
from domain.user.user import User
from infrastructure.postgres.connections import Connection

_HARMLESS: Final = re.compile(r"[0-9a-z_{},-]*")


class Role(Enum):
    """A role of the database."""

    APP = "holdfast_app"
    """Users, guests and API keys: what is theirs."""
    DOOR = "holdfast_door"
    """Those without credentials, and finding out who somebody is: accounts, and no sale."""
    SYSTEM = "holdfast_system"
    """Background work and what serves many at once: every row, but not every right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The values are text as PostgreSQL reads it. No text that somebody chose is among them: an
    address is there as its SHA-256."""

    role: Role
    actor: str = ""
    organizers: str = "{}"
    tests_of: str = ""
    email: str = ""
    superuser: str = "f"

    def __post_init__(self) -> None:
        for value in (self.actor, self.organizers, self.tests_of, self.email, self.superuser):
            if not _HARMLESS.fullmatch(value):
                raise ValueError("this cannot be part of a statement")

    @staticmethod
    def of(actor: Actor) -> "Identity":
        organizers = ",".join(sorted(str(each) for each in set(actor.organizer_ids)))
        return Identity(
            role=_ROLES.get(actor.kind, Role.APP),
            actor=actor.id,
            organizers=f"{{{organizers}}}",
            tests_of=str(actor.tests_of or ""),
            email="" if actor.email is None else digest(actor.email),
            superuser="t" if actor.superuser else "f",
        )

    @staticmethod
    def of_claim(claim: Claim) -> "Identity":
        """For the store of idempotency keys, which knows no more of the actor."""
        role = next((role for kind, role in _ROLES.items() if kind.value == claim.actor), Role.APP)
        return Identity(role=role, actor=claim.actor)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "role": self.role.value,
            "holdfast.actor": self.actor,
            "holdfast.organizers": self.organizers,
            "holdfast.tests_of": self.tests_of,
            "holdfast.email": self.email,
            "holdfast.superuser": self.superuser,
        }

    def local(self) -> str:
        """Statements that make it the transaction's, to be sent with the BEGIN."""
        return "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in self.settings.items())


_ROLES: Final = {ActorKind.ANONYMOUS: Role.DOOR, ActorKind.SYSTEM: Role.SYSTEM}

DOOR: Final = Identity(role=Role.DOOR, actor=ActorKind.ANONYMOUS.value)
SYSTEM: Final = Identity(role=Role.SYSTEM, actor=ActorKind.SYSTEM.value)

_ASSUME = "SELECT " + ", ".join(
    f"set_config('{name}', ${nr}, false)" for nr, name in enumerate(DOOR.settings, 1)
)

# Only where it exists: a database that was not migrated yet has no role, and nothing to see.
_BE_NOBODY = """
    SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = 'holdfast_nobody'
"""


class IdentifiedConnection(asyncpg.Connection):
    """Remembers whom it speaks for between transactions."""

    __slots__ = ("identity",)
    identity: Identity | None  # nobody, until it is set

    def remember(self, identity: Identity | None) -> None:
        self.identity = identity


def digest(email: str) -> str:
    """What the policies compare an address with."""
    return hashlib.sha256(User.email_key(email).encode(errors="surrogatepass")).hexdigest()


def carries(connection: Connection, identity: Identity) -> bool:
    """Whether it speaks for exactly this one whenever no transaction says otherwise."""
    return getattr(connection, "identity", None) == identity


async def assume(connection: Connection, identity: Identity) -> None:
    """Speaks for `identity` from now on. Raises RuntimeError in a transaction, whose rollback would
    undo it unnoticed."""
    if connection.is_in_transaction():
        raise RuntimeError("an identity is assumed outside of transactions")
    if carries(connection, identity):
        return
    _remember(connection, None)  # until the answer is there, either may be true
    await connection.execute(_ASSUME, *identity.settings.values())
    _remember(connection, identity)


async def be_nobody(connection: Connection) -> None:
    """What a new connection begins with: whoever forgets to say who it is for sees nothing."""
    await connection.execute(_BE_NOBODY)


def _remember(connection: Connection, identity: Identity | None) -> None:
    # A lent connection that broke was taken away from its borrower: nothing is there to remember.
    remember = getattr(connection, "remember", None)
    if remember is not None:
        remember(identity)
