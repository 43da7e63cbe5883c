"""Group commit: while one group is being written the next one gathers, and each costs one sync of
the log, however many units of work are in it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from application.messages import Priority
from infrastructure.postgres.advisory import lock_all_now
from infrastructure.postgres.connections import Lent, is_gone
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import ANY_TROUBLE, unavailable
from infrastructure.postgres.group.decide import Decision, decide
from infrastructure.postgres.group.fair_queue import FairQueue, QueueFull
from infrastructure.postgres.group.look import HELPED, Look
from infrastructure.postgres.group.outcome import Outcome, Verdict, outcome_of
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.group.write import statement
from infrastructure.postgres.identity import SYSTEM, assume
from shared.errors import AppError, Overloaded

_logger = logging.getLogger(__name__)

_LOCK_WAIT_MS: Final = 250
"""How long a group waits for a row that somebody else keeps locked, before its units go alone and
only those that need that row wait on."""
_MOST_RELIEFS: Final = 3
"""How often one unit of work has holds expired for it that fell due since the last time."""


Relieve: TypeAlias = Callable[[Sequence[Unit]], Awaitable[None]]


@dataclass(eq=False, slots=True)
class _Waiting:
    unit: Unit
    outcome: "asyncio.Future[Outcome]"

    def tell(self, verdict: Verdict) -> None:
        """Unless the caller has gone away."""
        if self.outcome.done():
            return
        if isinstance(verdict, Outcome):
            self.outcome.set_result(verdict)
        else:
            self.outcome.set_exception(verdict)


class Committer:
    """Commits units of work of one process together, at most `most` at a time.

    One group is in flight. When none is, a unit of work is written at once: nobody waits for
    company, and there is no timer. A caller is answered after the commit of its group and not
    before; a caller who goes away is left out, or its unit is written and nobody told.
    """

    def __init__(
        self,
        database: Database,
        relieve: Relieve,
        *,
        most: int = 256,
        most_waiting: int = 8_192,
        most_per_event: int = 4_096,
    ) -> None:
        """`relieve` expires holds that are due, where they draw on what these units lack."""
        self._database = database
        self._relieve = relieve
        self._most = most
        self._queue: FairQueue[_Waiting] = FairQueue(most_waiting, most_per_event)
        self._connection: Lent | None = None
        self._writing: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._short: list[_Waiting] = []
        self._relieving: asyncio.Task[None] | None = None

    async def commit(self, unit: Unit) -> Outcome:
        """Raises what the unit of work's own commit raises, and Overloaded."""
        waiting = _Waiting(unit, asyncio.get_running_loop().create_future())
        try:
            self._queue.put(unit.lane, waiting, unit.ctx.priority)
        except QueueFull:
            raise Overloaded(retry_after=1) from None
        self._write()
        try:
            return await waiting.outcome
        except asyncio.CancelledError:
            self._queue.drop(waiting)
            raise

    async def close(self) -> None:
        """Waits for what is under way, and gives the connection back."""
        while tasks := [task for task in (self._writing, self._relieving, *self._asking) if task]:
            await asyncio.wait(tasks)
        await self._disconnect(rollback=False)

    def _write(self) -> None:
        if self._writing is None:
            self._writing = asyncio.create_task(self._run(), name="group commit")

    async def _run(self) -> None:
        """Until nothing waits. Whatever happens, everybody gets an outcome."""
        taken: Sequence[_Waiting] = ()
        try:
            while taken := self._queue.take(self._most):
                try:
                    await self._group(await self._connected(), taken)
                except Exception as error:
                    self._dismiss(taken, error)
                    await self._disconnect(rollback=True)
        except BaseException as error:  # the process is being ended
            for each in (*taken, *self._queue.take(len(self._queue))):
                each.tell(error)
            await self._disconnect(rollback=True)
            raise
        finally:
            self._writing = None

    async def _connected(self) -> Lent:
        """The connection of the groups, which is kept between them."""
        if self._connection is not None and is_gone(self._connection):
            await self._disconnect(rollback=False)
        if self._connection is None:
            self._connection = await self._database.lend(Priority.PAYMENT)
            await assume(self._connection, SYSTEM)
        return self._connection

    async def _disconnect(self, *, rollback: bool) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._database.give_back(connection, rollback=rollback)

    def _dismiss(self, taken: Sequence[_Waiting], error: Exception) -> None:
        """A group that was not written: which unit of it is to blame, if any is, shows when each
        goes alone."""
        if not isinstance(error, (*ANY_TROUBLE, AppError)):
            _logger.error("a group could not be written", exc_info=error)
        for each in taken:
            each.tell(Outcome.ALONE)

    async def _group(self, connection: Lent, taken: Sequence[_Waiting]) -> None:
        units = [each.unit for each in taken]
        look = Look(units)
        await connection.execute(_begin(look.locks))
        sql, args = look.statement()
        seen = look.read(await connection.fetch(sql, *args))
        decision = decide(units, seen)
        short = await self._lacking(connection, decision)
        verdicts: dict[int, Verdict] = {id(unit): error for unit, error in decision.refused}
        trace = None
        if decision.accepted:
            sql, args, counts, trace = statement(decision.accepted, seen.stock, decision.stock)
            (row,) = await connection.fetch(sql, *args)
            if list(row) != counts:
                raise RuntimeError(f"a group wrote {list(row)} rows instead of {counts}")
        waiting = [each for each in taken if each.unit not in short]
        try:
            status = await connection.execute("COMMIT")
        except ANY_TROUBLE as error:
            _logger.warning("the outcome of a commit is unknown: %s", error)
            if not is_gone(connection):
                connection.terminate()  # or the transaction might stay open
            self._find_out(waiting, verdicts, seen.transaction, trace)
        else:
            if status != "COMMIT":
                raise RuntimeError(f"instead of COMMIT the database performed {status}")
            _answer(waiting, verdicts)
            self._database.committed()
        if short:
            self._relieve_soon([each for each in taken if each.unit in short])

    async def _lacking(self, connection: Lent, decision: Decision) -> set[Unit]:
        """Those who lack stock that due holds may free. For the others it is sold out."""
        if not decision.short:
            return set()
        but = [hold.id for unit, _ in decision.short for hold in unit.holds]  # decided by them
        events = sorted({event for unit, _ in decision.short if (event := unit.event_id)})
        helped = {row["pool_id"] for row in await connection.fetch(HELPED, events, but)}
        found = set()
        for unit, refusal in decision.short:
            if unit.reliefs == _MOST_RELIEFS or helped.isdisjoint(unit.pool_ids):
                decision.refused.append((unit, refusal))
            else:
                found.add(unit)
        return found

    def _relieve_soon(self, short: Sequence[_Waiting]) -> None:
        """Beside the groups that follow: whoever keeps a counter locked that is needed for it must
        not keep everybody else waiting."""
        self._short += short
        if self._relieving is None:
            self._relieving = asyncio.create_task(self._run_relief(), name="relief")

    async def _run_relief(self) -> None:
        short: Sequence[_Waiting] = ()
        try:
            while self._short:
                short, self._short = self._short, []
                try:
                    await self._relieve([each.unit for each in short])
                except Exception as error:
                    self._dismiss(short, error)
                else:
                    self._again(short)
        except BaseException as error:  # as above
            for each in (*short, *self._short):
                each.tell(error)
            raise
        finally:
            self._relieving = None

    def _again(self, short: Sequence[_Waiting]) -> None:
        """What was due is expired: they are put in line once more."""
        for each in short:
            if each.outcome.done():  # the caller has gone away
                continue
            each.unit.reliefs += 1
            try:
                self._queue.put(each.unit.lane, each, each.unit.ctx.priority)
            except QueueFull:
                each.tell(Overloaded(retry_after=1))
        self._write()

    def _find_out(
        self,
        waiting: Sequence[_Waiting],
        verdicts: Mapping[int, Verdict],
        transaction: int,
        trace: UUID | None,
    ) -> None:
        """Beside the groups that follow: a dead server must not keep them waiting for this one."""

        async def ask() -> None:
            outcome = None
            try:
                outcome = await outcome_of(self._database, transaction, trace)
            except Exception as error:
                _logger.error("the outcome of a commit cannot be found out", exc_info=error)
            finally:
                if outcome is Outcome.COMMITTED:
                    _answer(waiting, verdicts)
                for each in waiting:
                    each.tell(outcome or unavailable())

        task = asyncio.create_task(ask(), name="the outcome of a commit")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)


def _answer(waiting: Sequence[_Waiting], refusals: Mapping[int, Verdict]) -> None:
    for each in waiting:
        each.tell(refusals.get(id(each.unit), Outcome.COMMITTED))


def _begin(locks: Sequence[int]) -> str:
    begin = f"BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = {_LOCK_WAIT_MS}"
    if not locks:
        return begin
    return f"{begin}; {lock_all_now(locks)}"
