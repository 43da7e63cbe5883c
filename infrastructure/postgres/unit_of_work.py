"""The Unit of Work on PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Final, Protocol, TypeAlias, TypeVar

from application.messages import Context
from application.ports.unit_of_work import Begin, KeyTaken, UnitOfWork
from domain.hold.hold import Hold
from infrastructure.postgres import buyers
from infrastructure.postgres.api_keys import PostgresApiKeyRepository
from infrastructure.postgres.database import Database
from infrastructure.postgres.events import PostgresEventRepository
from infrastructure.postgres.group.committer import Outcome
from infrastructure.postgres.group.reads import Reads
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.group.walls import is_plainly_own
from infrastructure.postgres.guests import PostgresGuestRepository
from infrastructure.postgres.holds import PostgresHoldRepository
from infrastructure.postgres.inbox import PostgresInbox
from infrastructure.postgres.invitations import PostgresInvitationRepository
from infrastructure.postgres.mail_queue import PostgresMailQueue
from infrastructure.postgres.orders import PostgresOrderRepository
from infrastructure.postgres.organizers import PostgresOrganizerRepository
from infrastructure.postgres.outbox import Outbox
from infrastructure.postgres.payments import PostgresPaymentRepository
from infrastructure.postgres.proofs import PostgresProofRepository
from infrastructure.postgres.refunds import PostgresRefundRepository
from infrastructure.postgres.session import Session
from infrastructure.postgres.sessions import PostgresSessionRepository
from infrastructure.postgres.stock import PostgresStockLedger, Shortage
from infrastructure.postgres.sweep import Sweep
from infrastructure.postgres.tickets import PostgresTicketRepository
from infrastructure.postgres.users import PostgresUserRepository
from shared.errors import AppError
from shared.facts import Fact

R = TypeVar("R")

Repository: TypeAlias = (
    PostgresUserRepository
    | PostgresSessionRepository
    | PostgresProofRepository
    | PostgresGuestRepository
    | PostgresOrganizerRepository
    | PostgresInvitationRepository
    | PostgresApiKeyRepository
    | PostgresEventRepository
    | PostgresHoldRepository
    | PostgresOrderRepository
    | PostgresPaymentRepository
    | PostgresRefundRepository
    | PostgresTicketRepository
)

_PEOPLE: Final = (
    "users",
    "sessions",
    "proofs",
    "guests",
    "organizers",
    "invitations",
    "api_keys",
    "events",
)
_SALE: Final = ("holds", "orders", "payments", "refunds", "tickets")
_APART: Final = (*_PEOPLE, "refunds")
"""What is never committed together with others."""
_ALL: Final = (*_PEOPLE, *_SALE)
"""In the order in which their facts are told."""


class Writes(Protocol):
    """Something that was noted."""

    async def write(self) -> None: ...


class PostgresUnitOfWork(UnitOfWork):
    """CreateHold, the hot path, takes eleven statements by itself: BEGIN, claim the key, read the
    event, read the clock, lock the buyer, count what they have, lock the stock, move it, insert the
    hold with its lines, insert the facts, write the answer; and COMMIT. In a group it takes a part
    of four.
    """

    def __init__(
        self, session: Session, apart: Callable[[], Session], together: Together | None = None
    ) -> None:
        """`apart` makes a session whose transactions are not this unit of work's. With `together`
        it reads, and where it can commits, together with others."""
        self._session = session
        self._apart = apart
        self._together = together
        self._committed = False

    @staticmethod
    def starter(
        database: Database,
        *,
        key_wait: timedelta = timedelta(seconds=2),
        together: Together | None = None,
    ) -> Begin:
        """What starts units of work on `database`. `key_wait` is how long the first I/O of one
        waits for another that holds the same idempotency key. Without `together` each is a
        transaction of its own: the plain reference."""
        late = None if together is None else together.late

        def session(ctx: Context) -> Session:
            return Session(database, ctx, key_wait=key_wait, late=late)

        def begin(ctx: Context) -> _Begun:
            ours = session(ctx)
            return _Begun(
                ours,
                PostgresUnitOfWork(ours, lambda: session(replace(ctx, claim=None)), together),
            )

        return begin

    # What a unit of work never touches is never made.

    @cached_property
    def users(self) -> PostgresUserRepository:
        return PostgresUserRepository(self._session)

    @cached_property
    def sessions(self) -> PostgresSessionRepository:
        return PostgresSessionRepository(self._session, self._apart)

    @cached_property
    def proofs(self) -> PostgresProofRepository:
        return PostgresProofRepository(self._session)

    @cached_property
    def guests(self) -> PostgresGuestRepository:
        return PostgresGuestRepository(self._session)

    @cached_property
    def organizers(self) -> PostgresOrganizerRepository:
        return PostgresOrganizerRepository(self._session)

    @cached_property
    def invitations(self) -> PostgresInvitationRepository:
        return PostgresInvitationRepository(self._session)

    @cached_property
    def api_keys(self) -> PostgresApiKeyRepository:
        return PostgresApiKeyRepository(self._session)

    @cached_property
    def events(self) -> PostgresEventRepository:
        return PostgresEventRepository(self._session, self._combined)

    @cached_property
    def stock(self) -> PostgresStockLedger:
        return PostgresStockLedger(self._session, self._combined)

    @cached_property
    def holds(self) -> PostgresHoldRepository:
        sweep = Sweep(self._apart)
        return PostgresHoldRepository(self._session, self.stock, sweep, self._combined)

    @cached_property
    def orders(self) -> PostgresOrderRepository:
        return PostgresOrderRepository(self._session)

    @cached_property
    def payments(self) -> PostgresPaymentRepository:
        return PostgresPaymentRepository(self._session)

    @cached_property
    def refunds(self) -> PostgresRefundRepository:
        return PostgresRefundRepository(self._session)

    @cached_property
    def tickets(self) -> PostgresTicketRepository:
        return PostgresTicketRepository(self._session)

    @cached_property
    def inbox(self) -> PostgresInbox:
        return PostgresInbox(self._session)

    @cached_property
    def mails(self) -> PostgresMailQueue:
        return PostgresMailQueue(self._session)

    @property
    def _combined(self) -> Reads | None:
        return None if self._together is None else self._together.reads

    async def now(self) -> datetime:
        return await self._session.now()

    async def commit(self, answer: R, *, final: bool = True) -> R:
        if self._committed:
            raise RuntimeError("a unit of work is committed once")
        self._committed = True
        if not self._has_work:
            return answer
        if self._together is not None and (unit := self._as_unit(answer, final)) is not None:
            if await self._together_with_others(self._together, unit):
                return answer
        await self._alone(answer, final=final)
        return answer

    async def _alone(self, answer: object, *, final: bool) -> None:
        await self._session.begin()
        try:
            expired = await self._move_stock(sweep=False)
        except Shortage:
            # Expiring takes more locks than we hold, in an order we could not keep by adding to
            # them. Nothing but the claim and our own notes has to survive, so begin again; no
            # savepoint, which would be one more trip for every hold that finds its stock.
            await self._session.restart()
            expired = await self._move_stock(sweep=True)
        await self.holds.write_added()
        await self._write("payments", "refunds", "tickets", "inbox", "mails")
        await self._write_facts(expired)
        await self._session.answer(answer, final=final)
        await self._session.commit()

    async def _together_with_others(self, together: Together, unit: Unit) -> bool:
        """False where it has to go alone after all: nothing was written."""
        try:
            outcome = await together.committer.commit(unit)
        except (AppError, KeyTaken):
            self._session.settled()
            raise
        if outcome is Outcome.ALONE:
            return False
        self._session.settled()
        return True

    def _as_unit(self, answer: object, final: bool) -> Unit | None:
        """The notes as data that can wait for company; None where they are of other kinds, or not
        plainly the actor's own, or where the transaction is open already."""
        if self._session.begun or self._queued or any(r.notes for r in self._opened(_APART)):
            return None
        holds, orders, payments = self.holds.notes, self.orders.notes, self.payments.notes
        stock, placings = self.stock, self.holds.placings
        if tuple(placing.hold for placing in placings) != holds.added or self.tickets.notes.saved:
            return None  # a hold that was changed by the unit of work that places it
        if payments.added and payments.saved:
            return None  # one attempt ends where the next begins: in this order
        unit = Unit(
            ctx=self._session.ctx,
            answer=answer,
            final=final,
            placings=tuple(placings),
            holds=holds.saved,
            new_orders=orders.added,
            orders=orders.saved,
            new_payments=payments.added,
            payments=payments.saved,
            tickets=self.tickets.notes.added,
            taken=tuple(stock.taken),
            given_back=tuple(stock.returned),
            sold=tuple(stock.sold),
            facts=tuple(self._facts()),
        )
        return unit if unit.event_id is not None and is_plainly_own(unit) else None

    @property
    def _has_work(self) -> bool:
        notes = any(repository.notes for repository in self._opened(_ALL))
        return bool(self._session.ctx.claim or self._queued or notes or self.stock)

    @property
    def _queued(self) -> bool:
        return any(self.__dict__.get(name) for name in ("inbox", "mails"))

    async def _move_stock(self, *, sweep: bool) -> list[Hold]:
        """Everything up to the stock in the order in which rows are locked everywhere.

        Changed holds are written between the locking of the counters and the decision: a hold
        that somebody else has ended must be found out before its units are given back twice.
        """
        await self._write(*_PEOPLE)
        await self._lock_buyers()
        await self.holds.check_limits()
        await self.guests.move_orders()
        await self._write("orders")
        ours = self.holds.notes.ids
        await self.stock.lock(whole_events=sweep)
        expired = await self.stock.sweep(but=ours) if sweep else []
        await self.guests.move_holds()
        await self.holds.write_saved()
        await self.stock.move(but=ours, swept=sweep)
        return expired

    async def _write(self, *names: str) -> None:
        """What was noted on these, in this order."""
        for name in names:
            noted: Writes | None = self.__dict__.get(name)
            if noted is not None:
                await noted.write()

    async def _lock_buyers(self) -> None:
        """Of new holds and orders, and guests whose holds and orders become somebody else's: none
        is made for them meanwhile, and none that was just made is overlooked.

        Comes before the stock is locked: waiting for the same buyer's other request must not keep
        everybody else from the stock.
        """
        ids = {hold.buyer_id for hold in self.holds.notes.added}
        ids |= {order.buyer_id for order in self.orders.notes.added}
        ids |= {guest.id for guest in self.guests.notes.saved}
        await buyers.lock(self._session, ids)

    async def _write_facts(self, expired: list[Hold]) -> None:
        facts = [fact for hold in expired for fact in hold.facts]
        await Outbox(self._session).write([*facts, *self._facts()])

    def _facts(self) -> Iterator[Fact]:
        for repository in self._opened(_ALL):
            yield from repository.notes.facts()

    def _opened(self, names: Sequence[str]) -> Iterator[Repository]:
        """Those that were used at all."""
        for name in names:
            repository: Repository | None = self.__dict__.get(name)
            if repository is not None:
                yield repository


class _Begun:
    """A unit of work from its beginning to its end."""

    __slots__ = ("_session", "_work")

    def __init__(self, session: Session, work: PostgresUnitOfWork) -> None:
        self._session = session
        self._work = work

    async def __aenter__(self) -> UnitOfWork:
        return self._work

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if isinstance(error, AppError):
                await self._session.find_out()
        finally:
            await self._session.close()
