"""What the state machine of the sale sells."""

from collections import Counter
from datetime import datetime

from hypothesis import strategies as st

from domain.hold.hold import Hold
from domain.line import Line
from domain.order.order import Buyer, Order
from domain.stock import StockLine
from shared.ids import OrderId, OrganizerId, PoolId
from shared.money import Money
from tests.domain.builders import pool_id, type_id, uid

# Ticket types and the pools they draw on: alone, shared, and both.
POOLS = {
    "standing": ("hall",),
    "student": ("students", "hall"),
    "vip": ("vip",),
    "lounge": ("vip", "hall"),
}
ENDS = {"HoldConverted", "HoldReleased", "HoldLapsed"}
WANTED = st.dictionaries(st.sampled_from(sorted(POOLS)), st.integers(1, 4), min_size=1)


def line(name: str, quantity: int) -> Line:
    return Line(
        ticket_type_id=type_id(name),
        quantity=quantity,
        unit_price=Money(1000, "EUR"),
        pool_ids=tuple(pool_id(pool) for pool in POOLS[name]),
    )


def units_by_pool(lines: tuple[StockLine, ...]) -> Counter[PoolId]:
    """Counted without the rule that is under test."""
    units: Counter[PoolId] = Counter()
    for each in lines:
        for pool in each.pool_ids:
            units[pool] += each.quantity
    return units


def order_of(hold: Hold, *, number: int, at: datetime) -> Order:
    return Order.place(
        id=order_id_of(hold),
        number=f"HF-{number}",
        event_id=hold.event_id,
        organizer_id=OrganizerId(uid("organizer")),
        hold_id=hold.id,
        buyer_id=hold.buyer_id,
        buyer=Buyer(name="Ada", email="ada@example.com"),
        lines=tuple(
            Line(
                ticket_type_id=each.ticket_type_id,
                quantity=each.quantity,
                unit_price=each.unit_price,
                pool_ids=each.pool_ids,
            )
            for each in hold.lines
        ),
        total=hold.total,
        deadline=hold.expires_at,
        at=at,
    )


def order_id_of(hold: Hold) -> OrderId:
    return OrderId(uid(f"order of {hold.id}"))
