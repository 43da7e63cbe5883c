"""One transaction over the tables in memory."""

from datetime import datetime
from typing import TypeVar

from application.ports.unit_of_work import UnitOfWork
from infrastructure.memory.events import MemoryEvents
from infrastructure.memory.holds import MemoryHolds
from infrastructure.memory.inbox import MemoryInbox
from infrastructure.memory.orders import MemoryOrders, MemoryTickets
from infrastructure.memory.payments import MemoryPayments, MemoryRefunds
from infrastructure.memory.session import Session
from infrastructure.memory.stock import MemoryStock
from infrastructure.memory.users import MemoryOrganizers, MemoryUsers

R = TypeVar("R")


class MemoryUnitOfWork(UnitOfWork):
    # Slots of our own cover the read-only properties of the protocol.
    __slots__ = (
        "_session",
        "users",
        "organizers",
        "events",
        "stock",
        "holds",
        "orders",
        "payments",
        "refunds",
        "tickets",
        "inbox",
    )

    users: MemoryUsers
    organizers: MemoryOrganizers
    events: MemoryEvents
    stock: MemoryStock
    holds: MemoryHolds
    orders: MemoryOrders
    payments: MemoryPayments
    refunds: MemoryRefunds
    tickets: MemoryTickets
    inbox: MemoryInbox

    def __init__(self, session: Session) -> None:
        self._session = session
        self.users = MemoryUsers(session)
        self.organizers = MemoryOrganizers(session)
        self.events = MemoryEvents(session)
        self.stock = MemoryStock(session)
        self.holds = MemoryHolds(session, self.stock)
        self.orders = MemoryOrders(session)
        self.payments = MemoryPayments(session)
        self.refunds = MemoryRefunds(session)
        self.tickets = MemoryTickets(session)
        self.inbox = MemoryInbox(session)

    async def now(self) -> datetime:
        await self._session.read()
        return self._session.now()

    async def commit(self, answer: R, *, final: bool = True) -> R:
        await self._session.commit(answer, final=final)
        return answer
