"""The consumer of orders that goes on with their payments as soon as there is something to do.

Nothing depends on it. A payment with something to do has a `due_at`, and the completer looks for
those; who hears of it from a broker comes before its next round, and in any process. (Without a
broker the log would have to be read at each commit of a sale for that: the completer is soon
enough.) While the process that started a payment is at it, it is not due, and is left alone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from application.background.side_by_side import side_by_side
from application.messages import Context, Priority
from application.messaging.consumer import Consumer
from application.messaging.message import Message
from application.payment.process import PaymentProcess
from application.ports.unit_of_work import Begin
from domain.order.payment import Payment
from shared.ids import OrderId

_logger = logging.getLogger(__name__)

GROUP: Final = "payments"
TYPES: Final = frozenset(
    {
        "order.placed",
        "order.cancelled",
        "order.expired",
        "payment.started",
        "payment.abandoned",
    }
)
"""Those after which somebody else may have to go on. Of its own steps a process needs no word."""

_AT_ONCE: Final = 4
_MOST: Final = 50
"""Of one batch: the others behind it wait meanwhile. What is more is left to the completer."""


@dataclass(frozen=True, slots=True)
class FollowPayments:
    """A projection, though of nothing: `advance` may be called any number of times. Calls of
    providers have their deadlines and their breaker behind it, and a payment that fails here is
    postponed like one of the completer's, so nothing comes again for that."""

    begin: Begin
    process: PaymentProcess

    async def __call__(self, messages: tuple[Message, ...]) -> None:
        """Raises DatabaseUnavailable, Overloaded; of what could not be postponed, a group."""
        requests = {OrderId(each.aggregate_id): each.request_id for each in messages}
        due = await self._due(list(requests), messages[-1].request_id)

        async def go_on(payment: Payment) -> None:
            request_id = requests[payment.order_id]
            try:
                await self.process.advance(payment.id, request_id)
            except Exception as error:
                _logger.warning("payment %s is left to the completer: %r", payment.id, error)
                await self.process.postpone(payment.id, request_id)

        await side_by_side(due, go_on, at_once=_AT_ONCE, failed="payments could not be postponed")

    async def _due(self, order_ids: Sequence[OrderId], request_id: str) -> list[Payment]:
        ctx = Context.system(request_id, priority=Priority.PAYMENT)
        async with self.begin(ctx) as work:
            payments, now = await work.payments.latest(order_ids), await work.now()
        due = [each for each in payments if each.due_at is not None and each.due_at <= now]
        return due[:_MOST]


def payments_consumer(begin: Begin, process: PaymentProcess) -> Consumer:
    following = FollowPayments(begin, process)
    return Consumer(group=GROUP, types=TYPES, projection=following, woken=False)
