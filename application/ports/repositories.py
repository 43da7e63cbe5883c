"""Repositories: what is read when awaited, and noted to be written at commit.

In all of them: `add` notes a new aggregate, `save` a changed one (checked against the version it
was loaded with, else StaleWrite at commit; without new facts it still writes, for bookkeeping
fields that raise no fact). An aggregate is written with its facts (outbox rows), always.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.event.event import Event, EventState
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import Hold
from domain.order.order import Order, OrderState
from domain.order.payment import Payment
from domain.order.refund import Refund
from domain.stock import Stock, StockLine
from domain.ticket.ticket import Ticket
from shared.ids import (
    EventId,
    HoldId,
    OrderId,
    OrganizerId,
    PaymentId,
    RefundId,
    UserId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events to list. `drafts_of` are the organizers whose drafts the reader may see;
    `tests_of` asks for the tests of that organizer and nothing else; without it there are none.

    `text` is looked for in name, description and venue, without regard to case, literally
    (no wildcards). `starts_from` is inclusive, `starts_before` exclusive.
    """

    drafts_of: tuple[OrganizerId, ...]
    tests_of: OrganizerId | None = None
    organizer_id: OrganizerId | None = None
    state: EventState | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    text: str | None = None


class EventRepository(Protocol):
    async def get(self, event_id: EventId) -> Event | None: ...

    async def page(
        self, where: EventFilter, *, after: tuple[datetime, EventId] | None, limit: int
    ) -> Sequence[Event]:
        """Ordered by (starts_at, id) ascending, from just behind `after`."""
        ...

    def add(self, event: Event) -> None:
        """Its pools start with nothing held and nothing sold."""
        ...

    def save(self, event: Event) -> None:
        """New ticket types and pools are added; existing ones never change."""
        ...


class StockLedger(Protocol):
    """The counters of pools. Noted movements of one unit of work are performed together, pools
    locked in id order: units coming back first, then units taken, then units sold (which may be
    those just taken)."""

    async def of_event(self, event_id: EventId) -> tuple[Sequence[Stock], datetime]:
        """Every pool of the event as one snapshot, and its moment at the database's clock.

        Units of holds past their deadline are not counted as held, swept or not.
        """
        ...

    def take(self, lines: Sequence[StockLine]) -> None:
        """Commit raises SoldOut (see `domain.stock.take`) if they do not fit.

        On shortage, holds of these pools past their deadline are expired first, in the same
        transaction: nobody is refused because a sweeper is late.
        """
        ...

    def give_back(self, lines: Sequence[StockLine]) -> None: ...

    def sell(self, lines: Sequence[StockLine]) -> None: ...

    def unsell(self, lines: Sequence[StockLine]) -> None:
        """Sold units are on sale again; performed first, with those that come back."""
        ...


class HoldRepository(Protocol):
    async def get(self, hold_id: HoldId) -> Hold | None: ...

    def place(self, hold: Hold, *, max_per_buyer: int | None, hoarding: HoardingLimits) -> None:
        """Notes a new hold and the taking of its stock.

        Commit raises SoldOut as `StockLedger.take` does, and LimitReached when the buyer's live
        units at the event (active holds, and orders that own stock) would exceed `max_per_buyer`,
        or when it is more than one buyer may keep from others (see `domain.hold.hoarding`),
        however many requests of this buyer run at once. TokenRevoked when the buyer is a guest who
        was claimed meanwhile.
        """
        ...

    def save(self, hold: Hold) -> None:
        """Stock is moved by whoever saves, through `StockLedger`."""
        ...

    async def is_selling(self) -> bool:
        """Whether anybody, in whatever process, has made a hold within the last second or so."""
        ...

    async def expire_due(self, *, limit: int) -> int:
        """Expires up to `limit` holds past their deadline and gives their stock back, in a
        transaction of its own (it commits by itself). Skips what others work on. Returns how many.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders to list; at least one of buyer and organizer is set.

    `state` is the one a reader sees at the moment `at` (see `Order.state_at`): past its deadline
    an unpaid order is among the expired, whether anybody has noticed or not.
    """

    at: datetime
    live: bool = True
    buyer_id: UserId | None = None
    organizer_id: OrganizerId | None = None
    event_id: EventId | None = None
    state: OrderState | None = None


class OrderRepository(Protocol):
    async def get(self, order_id: OrderId) -> Order | None: ...

    async def by_hold(self, hold_id: HoldId) -> Order | None: ...

    async def page(
        self, where: OrderFilter, *, after: tuple[datetime, OrderId] | None, limit: int
    ) -> Sequence[Order]:
        """Newest first: ordered by (created_at, id) descending, from just behind `after`."""
        ...

    async def due(self, *, limit: int) -> Sequence[OrderId]:
        """Unpaid orders past their deadline without an open payment, oldest deadline first."""
        ...

    async def of_cancelled_events(
        self, *, after: OrderId | None = None, limit: int
    ) -> Sequence[OrderId]:
        """Orders of cancelled events that are CONFIRMED or PARTIALLY_REFUNDED, and of which no
        refund was asked for because of that (see `EVENT_CANCELLED`); by id, which is their age,
        from just behind `after`."""
        ...

    def add(self, order: Order) -> None:
        """Commit raises HoldHasOrder when there is an order from this hold already."""
        ...

    def save(self, order: Order) -> None: ...


class PaymentRepository(Protocol):
    async def get(self, payment_id: PaymentId) -> Payment | None: ...

    async def by_reference(self, provider: str, reference: str) -> Payment | None: ...

    async def of_order(self, order_id: OrderId) -> Sequence[Payment]:
        """By attempt, ascending."""
        ...

    async def latest(self, order_ids: Sequence[OrderId]) -> Sequence[Payment]:
        """The latest attempt of each of these orders that has one."""
        ...

    async def due(self, *, limit: int) -> Sequence[PaymentId]:
        """Payments whose `due_at` has come, or whose order is unpaid past its deadline while they
        are open with the goal COLLECT; the longest overdue first. (An abandoned one waits for its
        `due_at`, or a provider that does not answer would be asked without a pause.)"""
        ...

    def add(self, payment: Payment) -> None:
        """Commit raises PaymentInProgress when the order has an open or captured payment."""
        ...

    def save(self, payment: Payment) -> None: ...


class RefundRepository(Protocol):
    async def get(self, refund_id: RefundId) -> Refund | None: ...

    async def of_payment(self, payment_id: PaymentId) -> Sequence[Refund]:
        """Oldest first."""
        ...

    async def of_order(self, order_id: OrderId) -> Sequence[Refund]:
        """Of all its payments, oldest first."""
        ...

    async def due(self, *, limit: int) -> Sequence[RefundId]:
        """Refunds whose `due_at` has come, the longest overdue first."""
        ...

    def add(self, refund: Refund) -> None:
        """Commit raises RefundTooLarge when the refunds of the payment that count would together be
        more than it: a last wall, for whoever adds one has looked."""
        ...

    def save(self, refund: Refund) -> None: ...


class TicketRepository(Protocol):
    async def of_order(self, order_id: OrderId) -> Sequence[Ticket]:
        """By id, which is the order of issue."""
        ...

    def add(self, ticket: Ticket) -> None: ...

    def save(self, ticket: Ticket) -> None:
        """Stock is moved by whoever saves, through `StockLedger`."""
        ...
