"""What the repositories of one unit of work share: reads, noted writes, and their performance."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, auto
from typing import TypeVar

from application.messages import Actor, Claim, Context
from application.ports.unit_of_work import StaleWrite
from infrastructure.memory.claims import Claims
from infrastructure.memory.clock import MemoryClock
from infrastructure.memory.journal import Journal
from infrastructure.memory.tables import KeyRow, OutboxRow, Tables, scope_of
from shared.facts import Aggregate, Fact

A = TypeVar("A", bound=Aggregate)
K = TypeVar("K")


class Phase(IntEnum):
    """The order in which noted writes are performed; it decides which refusal comes first.

    Nobody waits for locks here, so changed holds may come before their stock: the units of a hold
    that somebody else ended are then never moved twice, not even on the way to a refusal.
    """

    CONSUMED = auto()
    ACCOUNT = auto()
    ORGANIZER = auto()
    ORDER = auto()
    HOLD = auto()
    STOCK = auto()
    NEW_HOLD = auto()
    PAYMENT = auto()
    NEW_REFUND = auto()
    ATTENTION = auto()
    INBOX = auto()
    MAIL = auto()
    MESSAGES = auto()


@dataclass(frozen=True, slots=True)
class Writing:
    """A commit while it is performed: nobody else runs, so nobody sees it half done."""

    tables: Tables
    journal: Journal
    now: datetime
    facts: list[Fact]

    def insert(self, table: dict[K, A], key: K, added: A) -> None:
        if key in table:
            raise RuntimeError(f"{type(added).__name__} {key} is there already")
        self.journal.put(table, key, replace(added, facts=()))

    def update(self, table: dict[K, A], key: K, changed: A) -> None:
        """Raises StaleWrite unless what is stored is what was changed."""
        self.replace(table, key, changed, was=changed.version - bool(changed.facts))

    def replace(self, table: dict[K, A], key: K, changed: A, *, was: int) -> None:
        """Raises StaleWrite unless the stored version is `was`."""
        stored = table.get(key)
        if stored is None or stored.version != was:
            raise StaleWrite()
        self.journal.put(table, key, replace(changed, facts=()))


Write = Callable[[Writing], None]


class Session:
    """One transaction. Reads see what is committed at that moment (READ COMMITTED)."""

    def __init__(
        self,
        tables: Tables,
        clock: MemoryClock,
        claims: Claims,
        turn: asyncio.Lock,
        ctx: Context,
    ) -> None:
        """`turn` is shared by all: see `take_turn`."""
        self._tables = tables
        self._clock = clock
        self._claims = claims
        self._turn = turn
        self._ctx = ctx
        self._claimed: Claim | None = None
        self._has_turn = False
        self._noted: list[tuple[Phase, Write]] = []
        self._facts: list[Fact] = []
        self._open = False
        self._over = False

    async def read(self) -> Tables:
        """What is committed; like every trip to a database it lets others run first."""
        self._require_running()
        await asyncio.sleep(0)
        claim = self._ctx.claim
        if not self._open and claim is not None and not claim.held:
            await self._claims.claim(claim)
            self._claimed = claim
        self._open = True
        return self._tables

    async def take_turn(self) -> Tables:
        """What is committed when no other unit of work has the turn; this one keeps it until it
        ends. There is a single one, taken behind the idempotency key: nobody waits in a circle."""
        tables = await self.read()
        if not self._has_turn:
            await self._turn.acquire()
            self._has_turn = True
        return tables

    @property
    def actor(self) -> Actor:
        return self._ctx.actor

    def now(self) -> datetime:
        return self._clock.now()

    def note(self, phase: Phase, write: Write, *facts: Fact) -> None:
        self._require_running()
        self._noted.append((phase, write))
        self._facts.extend(facts)

    async def commit(self, answer: object, *, final: bool) -> None:
        await self.read()
        self._over = True
        noted = sorted(self._noted, key=lambda each: each[0])
        self._perform([write for _, write in noted], self._facts, answer, final)
        await asyncio.sleep(0)

    async def at_once(self, write: Write) -> None:
        """A transaction of its own, beside this one."""
        await self.read()
        self._perform([write], [], None, None)

    def end(self) -> None:
        """Commits nothing; lets go of the turn and of the idempotency key."""
        self._over = True
        if self._has_turn:
            self._turn.release()
            self._has_turn = False
        if self._claimed is not None:
            self._claims.release(self._claimed)
            self._claimed = None

    def _perform(
        self, writes: list[Write], facts: list[Fact], answer: object, final: bool | None
    ) -> None:
        """`final` is None where no answer is kept."""
        writing = Writing(self._tables, Journal(), self._clock.now(), [])
        try:
            for write in writes:
                write(writing)
            if final is not None and self._ctx.claim is not None:
                self._keep_answer(writing, self._ctx.claim, answer, final)
        except BaseException:
            writing.journal.undo()
            raise
        self._tables.outbox.extend(
            OutboxRow(fact=fact, request_id=self._ctx.request_id, actor=self._ctx.actor.id)
            for fact in (*writing.facts, *facts)
        )

    @staticmethod
    def _keep_answer(writing: Writing, claim: Claim, answer: object, final: bool) -> None:
        scope, keys = scope_of(claim), writing.tables.keys
        before = keys.get(scope)
        if claim.held and before is None:
            return  # forgotten meanwhile: the key has served its time
        created_at = writing.now if before is None else before.created_at
        row = KeyRow(
            fingerprint=claim.fingerprint,
            answer=answer,
            refusal=None,
            final=final,
            created_at=created_at,
        )
        writing.journal.put(keys, scope, row)

    def _require_running(self) -> None:
        if self._over:
            raise RuntimeError("this unit of work is over")
