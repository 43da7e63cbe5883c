"""The Unit of Work: reads happen when awaited, writes are noted and performed by `commit`."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from application.messages import Context
from application.ports.consumed import ConsumedMessages
from application.ports.inbox import Inbox
from application.ports.mail_queue import MailQueue
from application.ports.money import (
    AttentionRepository,
    DisputeRepository,
    Ledger,
    ReconciliationRepository,
)
from application.ports.people import (
    ApiKeyRepository,
    GuestRepository,
    InvitationRepository,
    OrganizerRepository,
    ProofRepository,
    SessionRepository,
    UserRepository,
)
from application.ports.repositories import (
    EventRepository,
    HoldRepository,
    OrderRepository,
    PaymentRepository,
    RefundRepository,
    StockLedger,
    TicketRepository,
)
from application.ports.webhooks import WebhookDeliveries, WebhookEndpointRepository

R = TypeVar("R")


class StaleWrite(Exception):
    """Somebody else changed an aggregate between our read and our commit; nothing was written.

    The pipeline runs the operation again from the start.
    """


class KeyTaken(Exception):
    """The idempotency key of this call is in the store already; nothing was written.

    The pipeline answers from the store.
    """


class UnitOfWork(Protocol):
    """At most one transaction, at READ COMMITTED: every read sees what is committed by then.

    - From its first I/O on it has the idempotency key of the context, if there is one that is not
      held: whoever comes with the same key waits, and is refused with IdempotencyInProgress when
      that takes too long. A key that is in the store already raises KeyTaken: from a read, from
      `commit`, or in place of a refusal that leaves the block.
    - Reads need no transaction; `commit` has one, alone or together with other units of work.
    - It acts for the actor of its context and sees nothing that is foreign to it; only the system
      sees everything. Those without credentials see accounts, guests and nothing else.
    - Writes noted on the repositories happen in `commit`, all or none. Where rows are locked, it is
      in the order idempotency → consumed messages → users, sessions, proofs, guests, organizers,
      invitations, API keys, webhook endpoints, events → the buyer's limit → orders → stock by pool
      id → holds, changed tickets → payments, refunds, new tickets, disputes, postings, attention,
      reconciliations → inbox, mails, webhook deliveries, parked messages, dead letters → outbox.
    - Leaving the block without `commit` writes nothing. `commit` may be called once.
    - Every operation may raise DatabaseUnavailable.
    """

    @property
    def users(self) -> UserRepository: ...
    @property
    def sessions(self) -> SessionRepository: ...
    @property
    def proofs(self) -> ProofRepository: ...
    @property
    def guests(self) -> GuestRepository: ...
    @property
    def organizers(self) -> OrganizerRepository: ...
    @property
    def invitations(self) -> InvitationRepository: ...
    @property
    def api_keys(self) -> ApiKeyRepository: ...
    @property
    def webhook_endpoints(self) -> WebhookEndpointRepository: ...
    @property
    def events(self) -> EventRepository: ...
    @property
    def stock(self) -> StockLedger: ...
    @property
    def holds(self) -> HoldRepository: ...
    @property
    def orders(self) -> OrderRepository: ...
    @property
    def payments(self) -> PaymentRepository: ...
    @property
    def refunds(self) -> RefundRepository: ...
    @property
    def tickets(self) -> TicketRepository: ...
    @property
    def disputes(self) -> DisputeRepository: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def attention(self) -> AttentionRepository: ...
    @property
    def reconciliations(self) -> ReconciliationRepository: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def mails(self) -> MailQueue: ...
    @property
    def consumed(self) -> ConsumedMessages: ...
    @property
    def webhook_deliveries(self) -> WebhookDeliveries: ...

    async def now(self) -> datetime:
        """The database's clock, UTC; it moves on between calls."""
        ...

    async def commit(self, answer: R, *, final: bool = True) -> R:
        """Performs every noted write with its facts and, where a key is claimed, the answer.

        Returns `answer`. With `final=False` the stored answer is provisional: a later unit of
        work of the same call (`ctx.holding_claim()`) replaces it.

        Raises StaleWrite, SoldOut, LimitReached, EmailTaken, SlugTaken, HoldHasOrder,
        PaymentInProgress, RefundTooLarge, AlreadyConsumed; after a raise nothing was written.
        """
        ...


class Begin(Protocol):
    """Starts units of work: `async with self._begin(ctx) as work`."""

    def __call__(self, ctx: Context) -> AbstractAsyncContextManager[UnitOfWork]: ...
