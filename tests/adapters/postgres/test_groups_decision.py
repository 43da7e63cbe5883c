"""What a group decides is what the units of work would have come to one after the other."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from application.messages import Actor, ActorKind, Claim, Context
from application.ports.unit_of_work import KeyTaken, StaleWrite
from domain import stock as rule
from domain.hold.hoarding import Hoarding, HoardingLimits, check_hoarding
from domain.hold.hold import Hold
from domain.line import Line
from domain.stock import SoldOut, Stock, check_buyer_limit
from infrastructure.postgres.group.decide import decide
from infrastructure.postgres.group.look import Seen
from infrastructure.postgres.group.unit import Placing, Unit
from shared.errors import AppError
from shared.ids import EventId, HoldId, OrganizerId, PoolId, UserId
from shared.money import Money
from tests.domain.builders import AT, SECOND, TERMS, pool_id, type_id, uid

EVENTS = [EventId(uid(f"event {name}")) for name in "xy"]
BUYERS = [UserId(uid(f"buyer {nr}")) for nr in range(3)]
POOLS = [pool_id(name) for name in "abc"]
KEYS = ["one", "two", "stored"]
HOUR = timedelta(hours=1)


def a_hold(name: str, buyer: int, event: int, lines: list[tuple[list[int], int]]) -> Hold:
    return Hold.place(
        id=HoldId(uid(name)),
        event_id=EVENTS[event],
        organizer_id=OrganizerId(uid("organizer")),
        buyer_id=BUYERS[buyer],
        lines=tuple(
            Line(
                ticket_type_id=type_id(str(pools)),
                quantity=quantity,
                unit_price=Money.zero("EUR"),
                pool_ids=tuple(POOLS[nr] for nr in pools),
            )
            for pools, quantity in lines
        ),
        currency="EUR",
        terms=TERMS,
        at=AT,
    )


@dataclass(kw_only=True)
class Shop:
    """What is stored, and the plain adapter's way of changing it: one after the other."""

    stock: dict[PoolId, Stock]
    holds: dict[HoldId, Hold]
    keys: set[str] = field(default_factory=lambda: {"stored"})
    made: defaultdict[UserId, int] = field(default_factory=lambda: defaultdict(int))
    ended: defaultdict[tuple[UserId, EventId], int] = field(
        default_factory=lambda: defaultdict(int)
    )

    def owned(self, buyer_id: UserId, event_id: EventId) -> int:
        mine = [each for each in self.holds.values() if each.buyer_id == buyer_id]
        return sum(each.units for each in mine if each.event_id == event_id)

    def perform(self, unit: Unit) -> None:
        key = unit.ctx.claim.key if unit.ctx.claim else None
        if key in self.keys:
            raise KeyTaken
        for hold in unit.holds:
            if hold.id not in self.holds or hold.version != self.holds[hold.id].version + 1:
                raise StaleWrite
        for placing in unit.placings:
            hold = placing.hold
            owned = self.owned(hold.buyer_id, hold.event_id)
            counted = owned + self.ended[hold.buyer_id, hold.event_id]
            check_hoarding(
                Hoarding(units=counted, holds=self.made[hold.buyer_id]),
                wanted=hold.units,
                limits=placing.hoarding,
            )
            check_buyer_limit(owned=owned, wanted=hold.units, limit=placing.max_per_buyer)
        self.stock = rule.take(rule.give_back(self.stock, unit.given_back), unit.taken)
        self.keys |= {key} if key else set()
        for hold in unit.holds:
            ended = self.holds.pop(hold.id)
            self.ended[ended.buyer_id, ended.event_id] += ended.units
        for placing in unit.placings:
            self.holds[placing.hold.id] = placing.hold
            self.made[placing.hold.buyer_id] += 1


numbers = st.integers(0, 2)
lines = st.lists(
    st.tuples(st.lists(numbers, min_size=1, max_size=2, unique=True), st.integers(1, 4)),
    min_size=1,
    max_size=2,
)
wishes = st.tuples(numbers, st.integers(0, 1), lines)
limits = st.builds(
    HoardingLimits,
    units=st.integers(2, 12),
    cooling=st.just(HOUR),
    holds=st.integers(1, 6),
    window=st.just(HOUR),
)
keys = st.none() | st.sampled_from(KEYS)


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    stored = [a_hold(f"stored {nr}", *wish) for nr, wish in enumerate(draw(st.lists(wishes)))]
    held = rule.take(
        {each: Stock(pool_id=each, capacity=1_000) for each in POOLS},
        [line for hold in stored for line in hold.lines],
    )
    left = draw(st.tuples(*[st.integers(0, 5)] * 3))
    stock = {
        each.pool_id: replace(each, capacity=each.held + more)
        for each, more in zip(held.values(), left, strict=True)
    }
    shop = Shop(stock=stock, holds={each.id: each for each in stored})
    for hold in stored:
        shop.made[hold.buyer_id] += 1
    return shop


def ctx_of(buyer_id: UserId, key: str | None) -> Context:
    actor = Actor(kind=ActorKind.GUEST, user_id=buyer_id)
    claim = key and Claim(actor="all", operation="X", key=key, fingerprint=b"")
    return Context(request_id="x", actor=actor, claim=claim or None)


@st.composite
def units_for(draw: st.DrawFn, shop: Shop) -> list[Unit]:
    units: list[Unit] = []
    stored = list(shop.holds.values())
    for nr in range(draw(st.integers(1, 8))):
        key = draw(keys)
        releases = draw(st.booleans())
        if stored and releases:
            old = draw(st.sampled_from(stored))
            loaded = replace(old, facts=(), version=old.version + draw(st.sampled_from([0, 0, 7])))
            units.append(
                Unit(
                    ctx=ctx_of(old.buyer_id, key),
                    answer=None,
                    final=True,
                    holds=(loaded.release(at=AT + SECOND),),
                    given_back=old.lines,
                )
            )
            continue
        hold = a_hold(f"new {nr}", *draw(wishes))
        most = draw(st.none() | st.integers(1, 8))
        units.append(
            Unit(
                ctx=ctx_of(hold.buyer_id, key),
                answer=None,
                final=True,
                placings=(Placing(hold, most, draw(limits)),),
                taken=hold.lines,
            )
        )
    return units


def seen_by(units: list[Unit], shop: Shop) -> Seen:
    placed = [placing.hold for unit in units for placing in unit.placings]
    return Seen(
        taken_keys={
            nr
            for nr, unit in enumerate(units)
            if unit.ctx.claim and unit.ctx.claim.key in shop.keys
        },
        buyers={
            nr: (owned := shop.owned(hold.buyer_id, hold.event_id), owned, shop.made[hold.buyer_id])
            for nr, hold in enumerate(placed)
        },
        stock=dict(shop.stock),
        versions={hold.id: hold.version for hold in shop.holds.values()},
        ahead=set(shop.holds),
    )


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_group_is_a_row_of_single_commits(data: st.DataObject) -> None:
    """Whoever takes nothing comes first; beyond that, whoever came first. Nobody who is refused
    stands in the way of those after."""
    shop = data.draw(shops())
    units = data.draw(units_for(shop))
    decision = decide(units, seen_by(units, shop))
    accepted: list[Unit] = []
    refused: list[tuple[Unit, type[Exception], str]] = []
    for unit in sorted(units, key=lambda each: bool(each.taken)):
        try:
            shop.perform(unit)
        except (AppError, KeyTaken, StaleWrite) as refusal:
            refused.append((unit, type(refusal), repr(getattr(refusal, "metadata", ""))))
        else:
            accepted.append(unit)
    assert decision.accepted == accepted
    told = {
        unit: (type(error), repr(getattr(error, "metadata", "")))
        for unit, error in (*decision.refused, *decision.short)
    }
    assert told == {unit: (kind, more) for unit, kind, more in refused}
    assert {unit for unit, _ in decision.short} == {
        unit for unit, kind, _ in refused if kind is SoldOut
    }
    assert decision.stock == shop.stock


def test_a_row_is_written_once_in_a_group() -> None:
    """Also where nothing is raised that would count: the second has read what is about to change,
    and must not make the group's statement fail."""
    held = a_hold("stored", 0, 0, [([0], 1)])
    saved = replace(held, facts=())
    first, second = (
        Unit(ctx=ctx_of(held.buyer_id, None), answer=None, final=True, holds=(saved,))
        for _ in range(2)
    )
    seen = Seen(versions={held.id: 1}, ahead={held.id})
    decision = decide([first, second], seen)
    assert decision.accepted == [first]
    assert [(unit, type(error)) for unit, error in decision.refused] == [(second, StaleWrite)]
