"""A consumer: what one group of readers does with messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.messages import Context
from application.messaging.message import Message
from application.ports.unit_of_work import UnitOfWork


class Effect(Protocol):
    async def __call__(self, message: Message, work: UnitOfWork, ctx: Context) -> None:
        """Notes what follows from the message on `work`, whose commit (by whoever calls this, never
        here) writes it together with the inbox row: the effect happens once, however often the
        message comes. Nothing foreign is awaited here: what has to happen elsewhere is noted (a
        mail, a job) and done later.

        What it raises is tried again later, with growing pauses, a bounded number of times; then
        the message goes to the dead letters. `ctx` is the system's, with the message's request id.
        """
        ...


class Unconcerned(Protocol):
    async def __call__(self, messages: Sequence[Message], work: UnitOfWork) -> Collection[UUID]:
        """The ids of those of `messages` for which the effect would note nothing as things are.
        Asked once for many of them: they are noted as dealt with in one transaction, and the effect
        is not run. Nothing foreign is awaited here either."""
        ...


class Projection(Protocol):
    async def __call__(self, messages: "tuple[Message, ...]") -> None:
        """Brings something that can be made again from the truth (a cache) up to date with a batch.
        It may see a message more than once, and must stand that."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """`group` is the name under which its progress is kept: several processes with one group share
    the work. It gets the messages of `types` alone. Exactly one of `effect` and `projection`. An
    effect that most messages do not concern says so in `unconcerned`.

    One that is not `woken` looks at the log each second, however much happens: that costs less, and
    comes later."""

    group: str
    types: frozenset[str]
    effect: Effect | None = None
    unconcerned: Unconcerned | None = None
    projection: Projection | None = None
    attempts: int = 5
    woken: bool = True
