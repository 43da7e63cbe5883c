"""The Unit of Work on PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, TypeAlias, TypeVar

from application.messages import Context
from application.ports.unit_of_work import Begin, KeyTaken, UnitOfWork
from domain.hold.hold import Hold
from domain.order.facts import OrderRefunded
from infrastructure.postgres import buyers
from infrastructure.postgres.api_keys import PostgresApiKeyRepository
from infrastructure.postgres.attention import PostgresAttentionRepository
from infrastructure.postgres.consumed import PostgresConsumed
from infrastructure.postgres.database import Database
from infrastructure.postgres.disputes import PostgresDisputeRepository
from infrastructure.postgres.events import PostgresEventRepository
from infrastructure.postgres.group.outcome import Outcome
from infrastructure.postgres.group.reads import Reads
from infrastructure.postgres.group.together import Together
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.group.walls import is_plainly_own
from infrastructure.postgres.guests import PostgresGuestRepository
from infrastructure.postgres.holds import PostgresHoldRepository
from infrastructure.postgres.inbox import PostgresInbox
from infrastructure.postgres.invitations import PostgresInvitationRepository
from infrastructure.postgres.ledger import PostgresLedger
from infrastructure.postgres.mail_queue import PostgresMailQueue
from infrastructure.postgres.orders import PostgresOrderRepository
from infrastructure.postgres.organizers import PostgresOrganizerRepository
from infrastructure.postgres.outbox import Outbox
from infrastructure.postgres.payments import PostgresPaymentRepository
from infrastructure.postgres.proofs import PostgresProofRepository
from infrastructure.postgres.reconciliations import PostgresReconciliationRepository
from infrastructure.postgres.refunds import PostgresRefundRepository
from infrastructure.postgres.session import Session
from infrastructure.postgres.sessions import PostgresSessionRepository
from infrastructure.postgres.stock import PostgresStockLedger, Shortage
from infrastructure.postgres.sweep import Sweep
from infrastructure.postgres.tickets import PostgresTicketRepository
from infrastructure.postgres.users import PostgresUserRepository
from infrastructure.postgres.webhook_deliveries import PostgresWebhookDeliveries
from infrastructure.postgres.webhook_endpoints import PostgresWebhookEndpointRepository
from shared.errors import AppError, Code
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
    | PostgresWebhookEndpointRepository
    | PostgresEventRepository
    | PostgresHoldRepository
    | PostgresOrderRepository
    | PostgresPaymentRepository
    | PostgresRefundRepository
    | PostgresTicketRepository
    | PostgresDisputeRepository
    | PostgresAttentionRepository
)


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
        self._users: PostgresUserRepository | None = None
        self._sessions: PostgresSessionRepository | None = None
        self._proofs: PostgresProofRepository | None = None
        self._guests: PostgresGuestRepository | None = None
        self._organizers: PostgresOrganizerRepository | None = None
        self._invitations: PostgresInvitationRepository | None = None
        self._api_keys: PostgresApiKeyRepository | None = None
        self._webhook_endpoints: PostgresWebhookEndpointRepository | None = None
        self._events: PostgresEventRepository | None = None
        self._stock: PostgresStockLedger | None = None
        self._holds: PostgresHoldRepository | None = None
        self._orders: PostgresOrderRepository | None = None
        self._payments: PostgresPaymentRepository | None = None
        self._refunds: PostgresRefundRepository | None = None
        self._tickets: PostgresTicketRepository | None = None
        self._disputes: PostgresDisputeRepository | None = None
        self._ledger: PostgresLedger | None = None
        self._attention: PostgresAttentionRepository | None = None
        self._reconciliations: PostgresReconciliationRepository | None = None
        self._inbox: PostgresInbox | None = None
        self._mails: PostgresMailQueue | None = None
        self._consumed: PostgresConsumed | None = None
        self._webhook_deliveries: PostgresWebhookDeliveries | None = None

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

    @property
    def users(self) -> PostgresUserRepository:
        if self._users is None:
            self._users = PostgresUserRepository(self._session)
        return self._users

    @property
    def sessions(self) -> PostgresSessionRepository:
        if self._sessions is None:
            self._sessions = PostgresSessionRepository(self._session, self._apart)
        return self._sessions

    @property
    def proofs(self) -> PostgresProofRepository:
        if self._proofs is None:
            self._proofs = PostgresProofRepository(self._session)
        return self._proofs

    @property
    def guests(self) -> PostgresGuestRepository:
        if self._guests is None:
            self._guests = PostgresGuestRepository(self._session)
        return self._guests

    @property
    def organizers(self) -> PostgresOrganizerRepository:
        if self._organizers is None:
            self._organizers = PostgresOrganizerRepository(self._session)
        return self._organizers

    @property
    def invitations(self) -> PostgresInvitationRepository:
        if self._invitations is None:
            self._invitations = PostgresInvitationRepository(self._session)
        return self._invitations

    @property
    def api_keys(self) -> PostgresApiKeyRepository:
        if self._api_keys is None:
            self._api_keys = PostgresApiKeyRepository(self._session)
        return self._api_keys

    @property
    def webhook_endpoints(self) -> PostgresWebhookEndpointRepository:
        if self._webhook_endpoints is None:
            self._webhook_endpoints = PostgresWebhookEndpointRepository(self._session)
        return self._webhook_endpoints

    @property
    def events(self) -> PostgresEventRepository:
        if self._events is None:
            self._events = PostgresEventRepository(self._session, self._combined)
        return self._events

    @property
    def stock(self) -> PostgresStockLedger:
        if self._stock is None:
            self._stock = PostgresStockLedger(self._session, self._combined)
        return self._stock

    @property
    def holds(self) -> PostgresHoldRepository:
        if self._holds is None:
            self._holds = PostgresHoldRepository(
                self._session, self.stock, Sweep(self._apart), self._combined
            )
        return self._holds

    @property
    def orders(self) -> PostgresOrderRepository:
        if self._orders is None:
            self._orders = PostgresOrderRepository(self._session, self._combined)
        return self._orders

    @property
    def payments(self) -> PostgresPaymentRepository:
        if self._payments is None:
            self._payments = PostgresPaymentRepository(self._session, self._combined)
        return self._payments

    @property
    def refunds(self) -> PostgresRefundRepository:
        if self._refunds is None:
            self._refunds = PostgresRefundRepository(self._session)
        return self._refunds

    @property
    def tickets(self) -> PostgresTicketRepository:
        if self._tickets is None:
            self._tickets = PostgresTicketRepository(self._session)
        return self._tickets

    @property
    def disputes(self) -> PostgresDisputeRepository:
        if self._disputes is None:
            self._disputes = PostgresDisputeRepository(self._session)
        return self._disputes

    @property
    def ledger(self) -> PostgresLedger:
        if self._ledger is None:
            self._ledger = PostgresLedger(self._session)
        return self._ledger

    @property
    def attention(self) -> PostgresAttentionRepository:
        if self._attention is None:
            self._attention = PostgresAttentionRepository(self._session)
        return self._attention

    @property
    def reconciliations(self) -> PostgresReconciliationRepository:
        if self._reconciliations is None:
            self._reconciliations = PostgresReconciliationRepository(self._session)
        return self._reconciliations

    @property
    def inbox(self) -> PostgresInbox:
        if self._inbox is None:
            self._inbox = PostgresInbox(self._session)
        return self._inbox

    @property
    def mails(self) -> PostgresMailQueue:
        if self._mails is None:
            self._mails = PostgresMailQueue(self._session)
        return self._mails

    @property
    def webhook_deliveries(self) -> PostgresWebhookDeliveries:
        if self._webhook_deliveries is None:
            self._webhook_deliveries = PostgresWebhookDeliveries(self._session, self._apart)
        return self._webhook_deliveries

    @property
    def consumed(self) -> PostgresConsumed:
        if self._consumed is None:
            self._consumed = PostgresConsumed(self._session)
        return self._consumed

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
        await _write(self._payments, self._refunds, self._tickets, self._disputes)
        await _write(self._ledger, self._attention, self._reconciliations)
        await _write(self._inbox, self._mails, self._webhook_deliveries)
        await _write(self._consumed)
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
        if self._session.begun or self._inbox or self._mails or self._has_money:
            return None
        if self._webhook_deliveries or self._consumed:
            return None
        if any(repository.notes for repository in self._people):
            return None
        unit = Unit(ctx=self._session.ctx, answer=answer, final=final, facts=tuple(self._facts()))
        if self._holds is not None:
            notes = self._holds.notes
            unit.placings, unit.holds = tuple(self._holds.placings), notes.saved
            if tuple(placing.hold for placing in unit.placings) != notes.added:
                return None  # a hold that was changed by the unit of work that places it
        if self._stock is not None:
            stock = self._stock
            unit.taken, unit.sold = tuple(stock.taken), tuple(stock.sold)
            unit.given_back = tuple(stock.returned)
            if stock.unsold:
                return None
        if self._orders is not None:
            unit.new_orders, unit.orders = self._orders.notes.added, self._orders.notes.saved
        if self._payments is not None:
            paid = self._payments.notes
            unit.new_payments, unit.payments = paid.added, paid.saved
            if paid.added and paid.saved:
                return None  # one attempt ends where the next begins: in this order
        if self._tickets is not None:
            if self._tickets.notes.saved:
                return None
            unit.tickets = self._tickets.notes.added
        return unit if is_plainly_own(unit) else None

    @property
    def _has_work(self) -> bool:
        """Whether a commit has anything to write."""
        noted: Sequence[object] = (self._session.ctx.claim, self._stock, self._inbox, self._mails)
        if any(noted) or self._ledger or self._reconciliations or self._webhook_deliveries:
            return True
        if self._consumed:
            return True
        return any(repository.notes for repository in self._opened)

    @property
    def _has_money(self) -> bool:
        """Whether it writes what is not sold but given back, claimed, booked or looked after:
        groups know nothing of that."""
        if any(isinstance(fact, OrderRefunded) for fact in self._facts()):
            return True
        noted = (self._refunds, self._disputes, self._attention)
        if any(repository is not None and repository.notes for repository in noted):
            return True
        return bool(self._ledger or self._reconciliations)

    async def _move_stock(self, *, sweep: bool) -> list[Hold]:
        """Everything up to the stock in the order in which rows are locked everywhere.

        Changed holds and tickets are written between the locking of the counters and the decision:
        one that somebody else has ended must be found out before its units are given back twice.
        """
        if self._consumed is not None:
            await self._consumed.write_added()
        await _write(self._users, self._sessions, self._proofs, self._guests)
        await _write(self._organizers, self._invitations, self._api_keys)
        await _write(self._webhook_endpoints, self._events)
        await self._lock_buyers()
        await self.holds.check_limits()
        await self.guests.move_orders()
        await _write(self._orders)
        ours = self.holds.notes.ids
        await self.stock.lock(whole_events=sweep)
        expired = await self.stock.sweep(but=ours) if sweep else []
        await self.guests.move_holds()
        await self.holds.write_saved()
        if self._tickets is not None:
            await self._tickets.write_saved()
        await self.stock.move(but=ours, swept=sweep)
        return expired

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
        for repository in self._opened:
            yield from repository.notes.facts()

    @property
    def _people(self) -> list[Repository]:
        """Those that were used at all, of the repositories that come before a sale."""
        everyone: tuple[Repository | None, ...] = (
            self._users,
            self._sessions,
            self._proofs,
            self._guests,
            self._organizers,
            self._invitations,
            self._api_keys,
            self._webhook_endpoints,
            self._events,
        )
        return [repository for repository in everyone if repository is not None]

    @property
    def _opened(self) -> list[Repository]:
        """Those that were used at all, in the order in which their facts are told."""
        sale: tuple[Repository | None, ...] = (
            self._holds,
            self._orders,
            self._payments,
            self._refunds,
            self._tickets,
            self._disputes,
            self._attention,
        )
        return [*self._people, *(repository for repository in sale if repository is not None)]


async def _write(*noted: Writes | None) -> None:
    """What was noted on these, in this order."""
    for each in noted:
        if each is not None:
            await each.write()


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
            if isinstance(error, AppError) and error.code is not Code.UNAVAILABLE:
                await self._session.find_out()
        finally:
            await self._session.close()
