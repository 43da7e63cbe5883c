"""What one unit of work wants to write, as data that can wait for company."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from application.messages import Context
from domain.hold.hoarding import HoardingLimits
from domain.hold.hold import Hold
from domain.order.order import Order
from domain.order.payment import Payment
from domain.stock import StockLine
from domain.ticket.ticket import Ticket
from shared.facts import Fact
from shared.ids import PoolId


@dataclass(frozen=True, slots=True)
class Placing:
    """A new hold, and what its buyer may have at most."""

    hold: Hold
    max_per_buyer: int | None
    hoarding: HoardingLimits


@dataclass(eq=False, slots=True, kw_only=True)
class Unit:
    """The notes of one unit of work, of the kinds that may be committed together with others'.

    `answer` is stored under the key of the context, if it has one; `reliefs` counts how often
    holds that were due have been expired for it.
    """

    ctx: Context
    answer: object
    final: bool
    placings: tuple[Placing, ...] = ()
    holds: tuple[Hold, ...] = ()
    new_orders: tuple[Order, ...] = ()
    orders: tuple[Order, ...] = ()
    new_payments: tuple[Payment, ...] = ()
    payments: tuple[Payment, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    taken: tuple[StockLine, ...] = ()
    given_back: tuple[StockLine, ...] = ()
    sold: tuple[StockLine, ...] = ()
    facts: tuple[Fact, ...] = ()
    reliefs: int = 0

    @property
    def lane(self) -> Hashable:
        """Units of one event take turns with those of others; what names no event, by itself."""
        if (event_id := self.event_id) is not None:
            return event_id
        for payment in (*self.new_payments, *self.payments):
            return payment.order_id
        return self.ctx.actor.id

    @property
    def event_id(self) -> UUID | None:
        """Whose event it is about: units of one event take turns with those of others."""
        written = next(self.written, None)
        return None if written is None else written.event_id

    @property
    def written(self) -> Iterator[Hold | Order]:
        """Every hold and order."""
        for placing in self.placings:
            yield placing.hold
        yield from self.holds
        yield from self.new_orders
        yield from self.orders

    @property
    def pool_ids(self) -> Iterable[PoolId]:
        for lines in (self.taken, self.given_back, self.sold):
            for line in lines:
                yield from line.pool_ids
