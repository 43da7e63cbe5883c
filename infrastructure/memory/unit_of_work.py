"""One transaction over the tables in memory."""

from datetime import datetime
from typing import TypeVar

from application.ports.unit_of_work import UnitOfWork
from infrastructure.memory.api_keys import MemoryApiKeys
from infrastructure.memory.attention import MemoryAttention
from infrastructure.memory.consumed import MemoryConsumed
from infrastructure.memory.disputes import MemoryDisputes
from infrastructure.memory.events import MemoryEvents
from infrastructure.memory.guests import MemoryGuests
from infrastructure.memory.holds import MemoryHolds
from infrastructure.memory.inbox import MemoryInbox
from infrastructure.memory.invitations import MemoryInvitations
from infrastructure.memory.ledger import MemoryLedger
from infrastructure.memory.mail_queue import MemoryMailQueue
from infrastructure.memory.orders import MemoryOrders, MemoryTickets
from infrastructure.memory.organizers import MemoryOrganizers
from infrastructure.memory.payments import MemoryPayments, MemoryRefunds
from infrastructure.memory.proofs import MemoryProofs
from infrastructure.memory.reconciliations import MemoryReconciliations
from infrastructure.memory.session import Session
from infrastructure.memory.sessions import MemorySessions
from infrastructure.memory.stock import MemoryStock
from infrastructure.memory.users import MemoryUsers
from infrastructure.memory.webhooks import MemoryWebhookDeliveries, MemoryWebhookEndpoints

R = TypeVar("R")


class MemoryUnitOfWork(UnitOfWork):
    # Slots of our own cover the read-only properties of the protocol.
    __slots__ = (
        "_session",
        "users",
        "sessions",
        "proofs",
        "guests",
        "organizers",
        "invitations",
        "api_keys",
        "webhook_endpoints",
        "events",
        "stock",
        "holds",
        "orders",
        "payments",
        "refunds",
        "tickets",
        "disputes",
        "ledger",
        "attention",
        "reconciliations",
        "inbox",
        "mails",
        "consumed",
        "webhook_deliveries",
    )

    users: MemoryUsers
    sessions: MemorySessions
    proofs: MemoryProofs
    guests: MemoryGuests
    organizers: MemoryOrganizers
    invitations: MemoryInvitations
    api_keys: MemoryApiKeys
    webhook_endpoints: MemoryWebhookEndpoints
    events: MemoryEvents
    stock: MemoryStock
    holds: MemoryHolds
    orders: MemoryOrders
    payments: MemoryPayments
    refunds: MemoryRefunds
    tickets: MemoryTickets
    disputes: MemoryDisputes
    ledger: MemoryLedger
    attention: MemoryAttention
    reconciliations: MemoryReconciliations
    inbox: MemoryInbox
    mails: MemoryMailQueue
    consumed: MemoryConsumed
    webhook_deliveries: MemoryWebhookDeliveries

    def __init__(self, session: Session) -> None:
        self._session = session
        self.users = MemoryUsers(session)
        self.sessions = MemorySessions(session)
        self.proofs = MemoryProofs(session)
        self.guests = MemoryGuests(session)
        self.organizers = MemoryOrganizers(session)
        self.invitations = MemoryInvitations(session)
        self.api_keys = MemoryApiKeys(session)
        self.webhook_endpoints = MemoryWebhookEndpoints(session)
        self.events = MemoryEvents(session)
        self.stock = MemoryStock(session)
        self.holds = MemoryHolds(session, self.stock)
        self.orders = MemoryOrders(session)
        self.payments = MemoryPayments(session)
        self.refunds = MemoryRefunds(session)
        self.tickets = MemoryTickets(session)
        self.disputes = MemoryDisputes(session)
        self.ledger = MemoryLedger(session)
        self.attention = MemoryAttention(session)
        self.reconciliations = MemoryReconciliations(session)
        self.inbox = MemoryInbox(session)
        self.mails = MemoryMailQueue(session)
        self.consumed = MemoryConsumed(session)
        self.webhook_deliveries = MemoryWebhookDeliveries(session)

    async def now(self) -> datetime:
        await self._session.read()
        return self._session.now()

    async def commit(self, answer: R, *, final: bool = True) -> R:
        await self._session.commit(answer, final=final)
        return answer
