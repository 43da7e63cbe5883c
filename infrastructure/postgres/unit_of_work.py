"""The Unit of Work on PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from application.messages import Context
from application.ports.unit_of_work import Begin, UnitOfWork
from domain.hold.hold import Hold
from infrastructure.postgres import buyers
from infrastructure.postgres.api_keys import PostgresApiKeyRepository
from infrastructure.postgres.database import Database
from infrastructure.postgres.events import PostgresEventRepository
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

R = TypeVar("R")


class PostgresUnitOfWork(UnitOfWork):
    """CreateHold, the hot path, takes eleven statements: BEGIN, claim the key, read the event, read
    the clock, lock the buyer, count what they have, lock the stock, move it, insert the hold with
    its lines, insert the facts, write the answer; and COMMIT.
    """

    def __init__(self, session: Session, apart: Callable[[], Session]) -> None:
        """`apart` makes a session whose transactions are not this unit of work's."""
        self._session = session
        self._users = PostgresUserRepository(session)
        self._sessions = PostgresSessionRepository(session, apart)
        self._proofs = PostgresProofRepository(session)
        self._guests = PostgresGuestRepository(session)
        self._organizers = PostgresOrganizerRepository(session)
        self._invitations = PostgresInvitationRepository(session)
        self._api_keys = PostgresApiKeyRepository(session)
        self._events = PostgresEventRepository(session)
        self._stock = PostgresStockLedger(session)
        self._holds = PostgresHoldRepository(session, self._stock, Sweep(apart))
        self._orders = PostgresOrderRepository(session)
        self._payments = PostgresPaymentRepository(session)
        self._refunds = PostgresRefundRepository(session)
        self._tickets = PostgresTicketRepository(session)
        self._inbox = PostgresInbox(session)
        self._mails = PostgresMailQueue(session)
        self._committed = False

    @staticmethod
    def starter(database: Database, *, key_wait: timedelta = timedelta(seconds=2)) -> Begin:
        """What starts units of work on `database`. `key_wait` is how long the first I/O of one
        waits for another that holds the same idempotency key."""

        def session(ctx: Context) -> Session:
            return Session(database, ctx, key_wait=key_wait)

        @asynccontextmanager
        async def begin(ctx: Context) -> AsyncIterator[UnitOfWork]:
            ours = session(ctx)
            try:
                yield PostgresUnitOfWork(ours, lambda: session(replace(ctx, claim=None)))
            finally:
                await ours.close()

        return begin

    @property
    def users(self) -> PostgresUserRepository:
        return self._users

    @property
    def sessions(self) -> PostgresSessionRepository:
        return self._sessions

    @property
    def proofs(self) -> PostgresProofRepository:
        return self._proofs

    @property
    def guests(self) -> PostgresGuestRepository:
        return self._guests

    @property
    def organizers(self) -> PostgresOrganizerRepository:
        return self._organizers

    @property
    def invitations(self) -> PostgresInvitationRepository:
        return self._invitations

    @property
    def api_keys(self) -> PostgresApiKeyRepository:
        return self._api_keys

    @property
    def events(self) -> PostgresEventRepository:
        return self._events

    @property
    def stock(self) -> PostgresStockLedger:
        return self._stock

    @property
    def holds(self) -> PostgresHoldRepository:
        return self._holds

    @property
    def orders(self) -> PostgresOrderRepository:
        return self._orders

    @property
    def payments(self) -> PostgresPaymentRepository:
        return self._payments

    @property
    def refunds(self) -> PostgresRefundRepository:
        return self._refunds

    @property
    def tickets(self) -> PostgresTicketRepository:
        return self._tickets

    @property
    def inbox(self) -> PostgresInbox:
        return self._inbox

    @property
    def mails(self) -> PostgresMailQueue:
        return self._mails

    async def now(self) -> datetime:
        return await self._session.now()

    async def commit(self, answer: R, *, final: bool = True) -> R:
        if self._committed:
            raise RuntimeError("a unit of work is committed once")
        self._committed = True
        if not self._has_work:
            return answer
        await self._session.begin()
        try:
            expired = await self._move_stock(sweep=False)
        except Shortage:
            # Expiring takes more locks than we hold, in an order we could not keep by adding to
            # them. Nothing but the claim and our own notes has to survive, so begin again; no
            # savepoint, which would be one more trip for every hold that finds its stock.
            await self._session.restart()
            expired = await self._move_stock(sweep=True)
        await self._holds.write_added()
        await self._payments.write()
        await self._refunds.write()
        await self._tickets.write()
        await self._inbox.write()
        await self._mails.write()
        await self._write_facts(expired)
        await self._session.answer(answer, final=final)
        await self._session.commit()
        return answer

    @property
    def _has_work(self) -> bool:
        notes = (repository.notes for repository in self._repositories)
        claim, queues = self._session.ctx.claim, (self._inbox, self._mails)
        return bool(claim or self._stock or any(queues) or any(notes))

    async def _move_stock(self, *, sweep: bool) -> list[Hold]:
        """Everything up to the stock in the order in which rows are locked everywhere.

        Changed holds are written between the locking of the counters and the decision: a hold
        that somebody else has ended must be found out before its units are given back twice.
        """
        await self._users.write()
        await self._sessions.write()
        await self._proofs.write()
        await self._guests.write()
        await self._organizers.write()
        await self._invitations.write()
        await self._api_keys.write()
        await self._events.write()
        await self._lock_buyers()
        await self._holds.check_limits()
        await self._guests.move_orders()
        await self._orders.write()
        ours = self._holds.notes.ids
        await self._stock.lock(whole_events=sweep)
        expired = await self._stock.sweep(but=ours) if sweep else []
        await self._guests.move_holds()
        await self._holds.write_saved()
        await self._stock.move(but=ours, swept=sweep)
        return expired

    async def _lock_buyers(self) -> None:
        """Of new holds and orders, and guests whose holds and orders become somebody else's: none
        is made for them meanwhile, and none that was just made is overlooked.

        Comes before the stock is locked: waiting for the same buyer's other request must not keep
        everybody else from the stock.
        """
        ids = {hold.buyer_id for hold in self._holds.notes.added}
        ids |= {order.buyer_id for order in self._orders.notes.added}
        ids |= {guest.id for guest in self._guests.notes.saved}
        await buyers.lock(self._session, ids)

    async def _write_facts(self, expired: list[Hold]) -> None:
        facts = [fact for hold in expired for fact in hold.facts]
        for repository in self._repositories:
            facts.extend(repository.notes.facts())
        await Outbox(self._session).write(facts)

    @property
    def _repositories(self) -> tuple[
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
        | PostgresTicketRepository,
        ...,
    ]:
        """In the order in which their facts are told."""
        return (
            self._users,
            self._sessions,
            self._proofs,
            self._guests,
            self._organizers,
            self._invitations,
            self._api_keys,
            self._events,
            self._holds,
            self._orders,
            self._payments,
            self._refunds,
            self._tickets,
        )
