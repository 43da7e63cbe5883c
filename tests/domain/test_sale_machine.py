"""Stock and holds as a state machine, in any order of events, against the invariants.

The machine does to the aggregates what a unit of work does (find the stock, decide, move it), with
a clock of its own. Invariants are numbered as in the architecture's list: I1 capacity, I3 counters
equal truth, I4 one end per hold, I5 no conversion past the deadline without taking again.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from domain.hold.errors import ExtensionLimitReached, HoldExpired, HoldHasOrder, HoldNotActive
from domain.hold.hold import Hold, HoldState
from domain.order.errors import OrderNotCancellable
from domain.order.order import LIVE, Order, OrderState
from domain.stock import SoldOut, Stock, StockLine, give_back, sell, take
from shared.ids import EventId, HoldId, OrderId, OrganizerId, PoolId, UserId
from tests.domain.builders import AT, TERMS, pool_id, uid
from tests.domain.sale import ENDS, WANTED, line, order_id_of, order_of, units_by_pool


class SaleMachine(RuleBasedStateMachine):
    holds_made = Bundle("holds")
    orders_made = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self.stock: dict[PoolId, Stock] = {}
        self.holds: dict[HoldId, Hold] = {}
        self.orders: dict[OrderId, Order] = {}
        self.facts: Counter[tuple[HoldId, str]] = Counter()

    @initialize(capacities=st.tuples(*(st.integers(1, 12),) * 3))
    def open_the_sale(self, capacities: tuple[int, int, int]) -> None:
        for name, capacity in zip(("hall", "students", "vip"), capacities, strict=True):
            self.stock[pool_id(name)] = Stock(pool_id=pool_id(name), capacity=capacity)

    @rule(seconds=st.sampled_from([1, 30, 120, 299, 300, 301, 900]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(hold_id=holds_made, early=st.sampled_from([0, 1]))
    def a_deadline_comes(self, hold_id: HoldId, early: int) -> None:
        """To the microsecond, or one before it."""
        deadline = self.holds[hold_id].expires_at - timedelta(microseconds=early)
        self.now = max(self.now, deadline)

    @rule(target=holds_made, wanted=WANTED)
    def place(self, wanted: dict[str, int]) -> object:
        """Refused only if it would not fit beside what is live, whatever was swept."""
        hold = Hold.place(
            id=HoldId(uid(f"hold {len(self.holds)}")),
            event_id=EventId(uid("event")),
            organizer_id=OrganizerId(uid("organizer")),
            buyer_id=UserId(uid("buyer")),
            lines=tuple(line(name, quantity) for name, quantity in wanted.items()),
            currency="EUR",
            terms=TERMS,
            at=self.now,
        )
        fits = self.fits(hold.lines)
        try:
            self.take_or_sweep(hold.lines)
        except SoldOut as refused:
            assert not fits
            assert {each.path[0] for each in refused.violations} == {"lines"}
            return multiple()
        assert fits
        self.save(hold)
        return hold.id

    @rule(hold_id=holds_made)
    def extend(self, hold_id: HoldId) -> None:
        before = self.holds[hold_id]
        try:
            after = before.extend(by=TERMS.ttl, at=self.now)
        except (HoldExpired, HoldNotActive):
            assert not self.is_live(before)
        except ExtensionLimitReached:
            assert before.expires_at == before.latest_expiry
        else:
            assert self.is_live(before)
            assert before.expires_at <= after.expires_at <= after.latest_expiry
            self.save(after)

    @rule(hold_id=holds_made)
    def release(self, hold_id: HoldId) -> None:
        before = self.holds[hold_id]
        try:
            after = before.release(at=self.now)
        except (HoldExpired, HoldNotActive):
            assert not self.is_live(before)
        except HoldHasOrder:
            assert before.ordered
        else:
            assert self.is_live(before)
            self.stock = give_back(self.stock, before.lines)
            self.save(after)

    @rule()
    def sweep(self) -> None:
        self.expire([hold for hold in self.holds.values() if hold.is_due(at=self.now)])

    @rule(target=orders_made, hold_id=holds_made)
    def order(self, hold_id: HoldId) -> object:
        before = self.holds[hold_id]
        try:
            after = before.order(at=self.now)
        except HoldHasOrder:
            assert before.ordered
            return multiple()
        except (HoldExpired, HoldNotActive):
            assert not self.is_live(before)
            return multiple()
        order = order_of(before, number=len(self.orders), at=self.now)
        self.save(after)
        self.orders[order.id] = order
        return order.id

    @rule(order_id=orders_made)
    def cancel(self, order_id: OrderId) -> None:
        order = self.orders[order_id]
        if order.state is not OrderState.PENDING_PAYMENT:
            return
        hold = self.holds[order.hold_id]
        if hold.is_active(at=self.now):
            self.save(hold.release(at=self.now, with_order=True))
            self.stock = give_back(self.stock, hold.lines)
        if order.is_due(at=self.now):  # to every reader it is over, swept or not
            with pytest.raises(OrderNotCancellable):
                order.cancel(at=self.now)
            return
        self.orders[order_id] = order.cancel(at=self.now)

    @rule(order_id=orders_made)
    def lapse(self, order_id: OrderId) -> None:
        order = self.orders[order_id]
        if order.is_due(at=self.now):
            self.orders[order_id] = order.expire(at=self.now)

    @rule(order_id=orders_made)
    def money_is_promised(self, order_id: OrderId) -> None:
        """In time the hold is converted; too late its stock is taken again, or there is none."""
        order = self.orders[order_id]
        if order.state not in (OrderState.PENDING_PAYMENT, OrderState.EXPIRED):
            return
        hold = self.holds[order.hold_id]
        if self.is_live(hold):
            self.save(hold.convert(at=self.now))
        else:
            with pytest.raises((HoldExpired, HoldNotActive)):
                hold.convert(at=self.now)
            if hold.is_due(at=self.now):
                self.expire([hold])
            fits = self.fits(order.lines)
            try:
                self.take_or_sweep(order.lines)
            except SoldOut:
                assert not fits
                return
            assert fits
        self.orders[order_id] = order.commit(at=self.now)

    @rule(order_id=orders_made, captured=st.booleans())
    def capture(self, order_id: OrderId, captured: bool) -> None:
        order = self.orders[order_id]
        if order.state is not OrderState.COMMITTING:
            return
        if captured:
            self.stock = sell(self.stock, order.lines)
            self.orders[order_id] = order.confirm(at=self.now)
        else:
            self.stock = give_back(self.stock, order.lines)
            self.orders[order_id] = order.fail(at=self.now)

    @invariant()
    def counters_equal_truth(self) -> None:
        """I3, counted from the holds and orders."""
        held: Counter[PoolId] = Counter()
        sold: Counter[PoolId] = Counter()
        for hold in self.holds.values():
            if hold.state is HoldState.ACTIVE:
                held += units_by_pool(hold.lines)
        for order in self.orders.values():
            if order.state is OrderState.COMMITTING:
                held += units_by_pool(order.lines)
            elif order.state is OrderState.CONFIRMED:
                sold += units_by_pool(order.lines)
        for pool, stock in self.stock.items():
            assert (stock.held, stock.sold) == (held[pool], sold[pool])

    @invariant()
    def nothing_is_oversold(self) -> None:
        """I1."""
        for stock in self.stock.values():
            assert stock.held >= 0 and stock.sold >= 0
            assert stock.held + stock.sold <= stock.capacity

    @invariant()
    def a_hold_ends_once(self) -> None:
        """I4: as many ends as its state says, told once."""
        for hold in self.holds.values():
            ends = sum(self.facts[hold.id, name] for name in ENDS)
            assert ends == (0 if hold.state is HoldState.ACTIVE else 1)
            assert (hold.ended_at is None) == (hold.state is HoldState.ACTIVE)
            assert self.facts[hold.id, "HoldPlaced"] == 1

    @invariant()
    def orders_own_what_they_sell(self) -> None:
        """A hold that was converted belongs to an order that went on."""
        for hold in self.holds.values():
            if hold.state is HoldState.CONVERTED:
                order = self.orders[order_id_of(hold)]
                assert order.state in LIVE | {OrderState.FAILED}

    def is_live(self, hold: Hold) -> bool:
        return hold.state is HoldState.ACTIVE and self.now < hold.expires_at

    def fits(self, lines: tuple[StockLine, ...]) -> bool:
        """Whether there is room beside what is live and what orders own: the plain definition."""
        used = units_by_pool(lines)
        for hold in self.holds.values():
            if self.is_live(hold):
                used += units_by_pool(hold.lines)
        for order in self.orders.values():
            if order.state in LIVE:
                used += units_by_pool(order.lines)
        return all(used[pool] <= stock.capacity for pool, stock in self.stock.items())

    def take_or_sweep(self, lines: tuple[StockLine, ...]) -> None:
        try:
            self.stock = take(self.stock, lines)
        except SoldOut:
            self.sweep()
            self.stock = take(self.stock, lines)

    def expire(self, holds: list[Hold]) -> None:
        for hold in holds:
            self.stock = give_back(self.stock, hold.lines)
            self.save(hold.expire(at=self.now))

    def save(self, hold: Hold) -> None:
        before = self.holds.get(hold.id)
        if before is not None and hold.facts:
            assert hold.version == before.version + 1
        self.facts.update((hold.id, type(fact).__name__) for fact in hold.facts)
        self.holds[hold.id] = replace(hold, facts=())


SaleMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestSale = SaleMachine.TestCase
