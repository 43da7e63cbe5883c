"""WatchOrder: an order now, and with each change, until nothing more is expected of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Final

from application.live.stream import Watch
from application.messages import Context, Query
from application.messaging.message import Message
from application.order.access import visible_order
from application.ports.feed import order_topic
from application.ports.log import FactLog
from application.ports.unit_of_work import Begin
from application.positions import decode_position, encode_position
from application.views.live import ChangeView, OrderUpdateView
from application.views.order import OrderView
from domain.order.order import OrderState
from shared.ids import OrderId

_PAGE: Final = 100
_LONG_AGO: Final = timedelta(days=1)
"""What ended an order that is older may not be in the log any more."""
_ENDS: Final[Mapping[str, str]] = {
    OrderState.CONFIRMED.value: "order.confirmed",
    OrderState.PARTIALLY_REFUNDED.value: "order.confirmed",
    OrderState.REFUNDED.value: "order.confirmed",
    OrderState.FAILED.value: "order.failed",
    OrderState.EXPIRED.value: "order.expired",
    OrderState.CANCELLED.value: "order.cancelled",
}
"""The states in which nothing more is expected, and the facts that brought them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOrder(Query[OrderUpdateView]):
    """`after`: the `cursor` of an update; what happened since is told, and nothing twice."""

    order_id: OrderId
    after: str | None


@dataclass(frozen=True, slots=True)
class WatchOrderHandler(Watch[WatchOrder, OrderUpdateView]):
    """Every fact of the order behind the cursor is told once, in order, beside the order as it
    stands then. Raises FieldInvalid, OrderNotFound, RoleMissing."""

    begin: Begin
    log: FactLog
    gap: ClassVar[timedelta] = timedelta(milliseconds=20)
    pause: ClassVar[timedelta] = timedelta(seconds=5)
    """The log tells of every change; but an order expires by the clock alone."""

    async def __call__(self, query: WatchOrder, ctx: Context) -> OrderUpdateView:
        name = f"order:{query.order_id}"
        after = decode_position(name, query.after)
        # The log first: what it tells of has happened to the order that is read behind it.
        facts = await self._facts(query.order_id, after or 0)
        async with self.begin(ctx) as work:
            order = await visible_order(work, query.order_id, ctx)
            payments = await work.payments.latest([order.id])
            now = await work.now()
        latest = payments[0] if payments else None
        view = OrderView.of(order, latest, reader=ctx.actor.user_id, at=now)
        end = _ENDS.get(view.state)
        position = facts[-1].position if facts else after or 0
        return OrderUpdateView(
            cursor=encode_position(name, position),
            changes=() if after is None else tuple(map(ChangeView.of, facts)),
            order=view,
            final=end is not None
            and (now - order.created_at > _LONG_AGO or await self._has(order.id, end, position)),
        )

    def topic(self, query: WatchOrder) -> str:
        return order_topic(query.order_id)

    def is_news(
        self, view: OrderUpdateView, *, told: OrderUpdateView | None, query: WatchOrder
    ) -> bool:
        """Who comes back behind the last change of an order that is over is told nothing more."""
        if told is None:
            return not query.after or bool(view.changes) or not view.final
        return bool(view.changes) or view.order != told.order or view.final != told.final

    def next(self, query: WatchOrder, told: OrderUpdateView) -> WatchOrder | None:
        return None if told.final else replace(query, after=told.cursor)

    async def _facts(self, order_id: OrderId, after: int) -> list[Message]:
        found: list[Message] = []
        while True:
            page = await self.log.read(after, _PAGE, order_id=order_id)
            found += page
            if len(page) < _PAGE:
                return found
            after = page[-1].position

    async def _has(self, order_id: OrderId, end: str, position: int) -> bool:
        """Whether the end was told by then: the log tells it a moment after it came."""
        first = await self.log.read(0, 1, order_id=order_id, types=[end])
        return bool(first) and first[0].position <= position
