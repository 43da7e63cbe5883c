"""One unit of work's way to the database: at most one connection, at most one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import asyncpg

from application.errors import IdempotencyInProgress
from application.messages import Claim, Context
from application.ports.unit_of_work import KeyTaken
from infrastructure.postgres.advisory import key_lock, lock_now
from infrastructure.postgres.clock import Clock, Stamp
from infrastructure.postgres.connections import Lent, Record
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import raise_meaning
from infrastructure.postgres.identity import SYSTEM, Identity, Role, assume, carries
from infrastructure.postgres.keys_in_flight import KeysInFlight

# Whoever claims a key takes its lock first, in a statement of its own, and then looks at the keys
# of all days: no unique index spans them. The lock is what the same request waits for (bounded, for
# this statement alone), and ends with the transaction, which leaves the key committed or takes it
# away again. The answer follows in an update by the same transaction.
_CLAIM = """
    WITH claimed AS (
        INSERT INTO idempotency_keys (actor, operation, key, fingerprint, final, created_at)
        SELECT $1, $2, $3, $4, false, clock_timestamp()
        WHERE NOT EXISTS (
            SELECT FROM idempotency_keys WHERE actor = $1 AND operation = $2 AND key = $3
        )
        RETURNING key
    )
    SELECT count(*) = 1 AS ours, set_config('lock_timeout', $5, true) FROM claimed
"""

_ANSWER = """
    UPDATE idempotency_keys SET answer = $4, final = $5
    WHERE actor = $1 AND operation = $2 AND key = $3
"""

_IS_TAKEN = """
    SELECT EXISTS (
        SELECT FROM idempotency_keys WHERE actor = $1 AND operation = $2 AND key = $3
    ) AS taken
"""


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """For units of work that may be committed in groups: their keys are reserved in this process
    when they begin, and in the database when they end."""

    keys: KeysInFlight
    clock: Clock


class Session:
    """Reads are statements of their own as long as nothing has to be kept together: at READ
    COMMITTED each sees its own snapshot anyway, and they take no locks. A transaction is begun by
    a claim, which must come first, or by the writes of a commit. With `late` the claim comes
    last: until then the key is reserved in this process.

    Everything is done in the name of the context's actor. A statement that by its nature concerns
    many actors says so: `as_=Role.SYSTEM`. docs/security.md lists them.
    """

    def __init__(
        self, database: Database, ctx: Context, *, key_wait: timedelta, late: Late | None = None
    ) -> None:
        self.ctx = ctx
        self._database = database
        self._key_wait = key_wait.total_seconds()
        self._late = late
        self._reserved = self._looked = False
        self._stamp: Stamp | None = None
        self._connection: Lent | None = None
        self._begun = False
        self._who: Identity | None = None
        self._role: Role | None = None  # of the transaction, as far as it is known
        self._to_claim = ctx.claim is not None and not ctx.claim.held

    @property
    def _identity(self) -> Identity:
        if self._who is None:
            self._who = Identity.of(self.ctx.actor)
        return self._who

    @property
    def begun(self) -> bool:
        """Whether its transaction is open."""
        return self._begun

    async def touch(self) -> None:
        """Comes before what is read together with others: the first I/O reserves the key.

        Raises IdempotencyInProgress.
        """
        claim, late = self.ctx.claim, self._late
        if late is None or claim is None or not self._to_claim or self._reserved:
            return
        await late.keys.reserve(claim, patience=self._key_wait)
        self._reserved = True

    def seen(self, found: tuple[T, Stamp] | None) -> T | None:
        """What was read together with others. The database's clock came with it: the next who asks
        for that need not ask there."""
        if found is None:
            return None
        answer, self._stamp = found
        return answer

    def settled(self) -> None:
        """The key of the context was decided about, together with others'."""
        self._to_claim = False

    async def find_out(self) -> None:
        """Before a refusal leaves a unit of work that has not claimed its key yet: if the key is in
        the store, that is what there is to say. Raises KeyTaken, IdempotencyInProgress."""
        if self._reserved and self._to_claim and not self._begun:
            await self.begin()

    async def fetch(self, sql: str, *args: object, as_: Role | None = None) -> list[Record]:
        """Every row. Raises what the database's error means (`failures`)."""
        connection = await self._open(as_)
        try:
            return await connection.fetch(sql, *args)
        except Exception as error:
            raise_meaning(error, connection)

    async def fetchrow(self, sql: str, *args: object, as_: Role | None = None) -> Record | None:
        rows = await self.fetch(sql, *args, as_=as_)
        return rows[0] if rows else None

    async def execute(self, sql: str, *args: object, as_: Role | None = None) -> int:
        """The number of rows written (0 for a statement that writes none)."""
        connection = await self._open(as_)
        try:
            status = await connection.execute(sql, *args)
        except Exception as error:
            raise_meaning(error, connection)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def now(self) -> datetime:
        """The database's clock, not that of the transaction's start."""
        if self._late is not None and not self._begun:
            await self.touch()
            stamp, self._stamp = self._stamp, None
            return stamp.now() if stamp is not None else await self._late.clock()
        # As whoever it is at the moment: the time is everybody's.
        (row,) = await self.fetch("SELECT clock_timestamp() AS at", as_=self._role)
        return _moment(row["at"])

    async def begin(self) -> None:
        """Opens the transaction, unless it is open, and claims the key of the context.

        Raises KeyTaken, IdempotencyInProgress.
        """
        connection = await self._lent()
        if self._begun:
            return
        self._begun = True
        begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
        if not carries(connection, self._identity):
            begin += f"; {self._identity.local()}"
        self._role = self._identity.role
        claim = self.ctx.claim if self._to_claim else None
        if claim is not None:
            lock = lock_now(key_lock(claim.actor, claim.operation, claim.key))
            begin += f"; SET LOCAL lock_timeout = {max(1, round(self._key_wait * 1000))}; {lock}"
        try:
            await connection.execute(begin)
        except asyncpg.LockNotAvailableError as error:
            raise IdempotencyInProgress(retry_after=1) from error
        except Exception as error:
            raise_meaning(error, connection)
        if claim is not None:
            await self._claim(connection, claim)

    async def answer(self, answer: object, *, final: bool) -> None:
        """Writes the answer under the key, if there is one."""
        claim = self.ctx.claim
        if claim is None:
            return
        scope = (claim.actor, claim.operation, claim.key)
        if await self.execute(_ANSWER, *scope, answer, final) != 1:
            raise RuntimeError(f"the key of {claim.operation} is not in the store")

    async def commit(self) -> None:
        connection = await self._lent()
        try:
            status = await connection.execute("COMMIT")
        except Exception as error:
            raise_meaning(error, connection)
        self._begun, self._role = False, None
        if status != "COMMIT":
            raise RuntimeError(f"instead of COMMIT the database performed {status}")
        self._database.committed()

    async def restart(self) -> None:
        """Undoes everything, frees every lock and begins again, the claim included."""
        connection = await self._lent()
        try:
            await connection.execute("ROLLBACK")
        except Exception as error:
            raise_meaning(error, connection)
        self._begun, self._role = False, None
        await self.begin()

    async def close(self) -> None:
        """Undoes what was not committed."""
        try:
            await self._let_go()
        finally:
            claim = self.ctx.claim
            if self._reserved and self._late is not None and claim is not None:
                self._reserved = False
                self._late.keys.release(claim)

    async def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._database.give_back(connection, rollback=self._begun)

    async def _lent(self) -> Lent:
        if self._connection is None:
            actor = self.ctx.actor
            lane = actor.user_id or actor.key_id
            self._connection = await self._database.lend(self.ctx.priority, lane)
        return self._connection

    async def _open(self, as_: Role | None) -> Lent:
        """The connection, with a statement to be performed as that role."""
        if self._late is None:
            connection = await self._lent()
            if self._to_claim and not self._begun:
                await self.begin()
        else:
            await self.touch()  # before a connection is taken: others may need it meanwhile
            connection = await self._lent()
        try:
            if self._begun:
                await self._switch(connection, as_ or self._identity.role)
            else:
                await self._look(connection)
                await assume(connection, SYSTEM if as_ is Role.SYSTEM else self._identity)
        except KeyTaken:
            raise
        except Exception as error:
            raise_meaning(error, connection)
        return connection

    async def _look(self, connection: Lent) -> None:
        """With a claim that comes late: whether it would come too late already."""
        claim = self.ctx.claim
        if self._looked or self._late is None or claim is None or not self._to_claim:
            return
        await assume(connection, self._identity)
        row = await connection.fetchrow(_IS_TAKEN, claim.actor, claim.operation, claim.key)
        self._looked = True
        if row is not None and row["taken"]:
            raise KeyTaken

    async def _switch(self, connection: Lent, role: Role) -> None:
        """In a transaction the role alone changes, and not back until a statement needs it."""
        if role is not self._role:
            self._role = None
            await connection.execute(f"SET LOCAL ROLE {role.value}")
            self._role = role

    async def _claim(self, connection: Lent, claim: Claim) -> None:
        try:
            row = await connection.fetchrow(
                _CLAIM,
                claim.actor,
                claim.operation,
                claim.key,
                claim.fingerprint,
                str(self._database.lock_timeout_ms),
            )
        except Exception as error:
            raise_meaning(error, connection)
        if row is None or not row["ours"]:
            raise KeyTaken()


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} is no moment")
    return value
