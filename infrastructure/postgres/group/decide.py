"""Who of a group gets what they want: first come, first served, by the domain's rules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from application.errors import TokenRevoked
from application.ports.unit_of_work import KeyTaken, StaleWrite
from domain import stock as rule
from domain.hold.hoarding import Hoarding, check_hoarding
from domain.hold.hold import HoldState
from domain.stock import SoldOut, Stock, StockLine, check_buyer_limit
from infrastructure.postgres.group.look import Seen
from infrastructure.postgres.group.unit import Placing, Unit
from infrastructure.postgres.notes import stored_version
from shared.errors import AppError
from shared.facts import Aggregate
from shared.ids import EventId, PoolId, UserId


@dataclass(slots=True, kw_only=True)
class Decision:
    """`short` are refused for want of stock and may look again once due holds are expired."""

    accepted: list[Unit] = field(default_factory=list)
    refused: list[tuple[Unit, Exception]] = field(default_factory=list)
    short: list[tuple[Unit, SoldOut]] = field(default_factory=list)
    stock: Mapping[PoolId, Stock] = field(default_factory=dict)


def decide(units: Sequence[Unit], seen: Seen) -> Decision:
    """Units that take nothing come first: what they give back can be had by the others. Beyond
    that, whoever came earlier. Who is refused takes nothing from those after."""
    decision = _Deciding(seen)
    placings = 0
    order: list[tuple[bool, int, int, Unit]] = []
    for nr, unit in enumerate(units):
        order.append((bool(unit.taken), nr, placings, unit))
        placings += len(unit.placings)
    order.sort(key=lambda each: each[:2])
    for _, nr, first_placing, unit in order:
        decision.about(unit, nr, first_placing)
    return decision.made


class _Deciding:
    def __init__(self, seen: Seen) -> None:
        self.made = Decision()
        self._seen = seen
        self._stock = dict(seen.stock)
        self.made.stock = self._stock
        self._versions = dict(seen.versions)
        self._keys: set[tuple[str, str, str]] = set()
        # What the same buyers got, and let go, earlier in this very group.
        self._owned: defaultdict[tuple[UserId, EventId], int] = defaultdict(int)
        self._counted: defaultdict[tuple[UserId, EventId], int] = defaultdict(int)
        self._made: defaultdict[UserId, int] = defaultdict(int)

    def about(self, unit: Unit, nr: int, first_placing: int) -> None:
        try:
            self._check_key(unit, nr)
            self._check_versions(unit)
            for offset, placing in enumerate(unit.placings):
                self._check_buyer(placing, first_placing + offset)
            moved = self._moved(unit)
        except SoldOut as refusal:
            self.made.short.append((unit, refusal))
            return
        except (AppError, KeyTaken, StaleWrite) as refusal:
            self.made.refused.append((unit, refusal))
            return
        self._accept(unit, moved)

    def _check_key(self, unit: Unit, nr: int) -> None:
        if nr in self._seen.taken_keys or _scope(unit) in self._keys:
            raise KeyTaken

    def _check_versions(self, unit: Unit) -> None:
        changed: tuple[tuple[UUID, Aggregate], ...] = (
            *((hold.id, hold) for hold in unit.holds),
            *((order.id, order) for order in unit.orders),
            *((payment.id, payment) for payment in unit.payments),
        )
        for id, aggregate in changed:
            if self._versions.get(id) != stored_version(aggregate):
                raise StaleWrite
        # Between the decision to convert and this moment the deadline may have come, and then
        # readers count the hold's units as free.
        for hold in unit.holds:
            if hold.state is HoldState.CONVERTED and hold.id not in self._seen.ahead:
                raise StaleWrite

    def _check_buyer(self, placing: Placing, nr: int) -> None:
        hold = placing.hold
        owned, counted, made = self._seen.buyers[nr]
        if made < 0:
            raise TokenRevoked
        scope = hold.buyer_id, hold.event_id
        check_hoarding(
            Hoarding(units=counted + self._counted[scope], holds=made + self._made[hold.buyer_id]),
            wanted=hold.units,
            limits=placing.hoarding,
        )
        owned += self._owned[scope]
        check_buyer_limit(owned=owned, wanted=hold.units, limit=placing.max_per_buyer)

    def _moved(self, unit: Unit) -> dict[PoolId, Stock]:
        """The pools of the unit after its movements. Raises SoldOut."""
        pools = {pool_id: self._stock[pool_id] for pool_id in unit.pool_ids}
        pools = _given_back(pools, unit.given_back)
        if unit.taken:
            pools = rule.take(pools, unit.taken)
        return rule.sell(pools, unit.sold) if unit.sold else pools

    def _accept(self, unit: Unit, moved: dict[PoolId, Stock]) -> None:
        self._stock.update(moved)
        if (scope := _scope(unit)) is not None:
            self._keys.add(scope)
        for placing in unit.placings:
            hold = placing.hold
            self._owned[hold.buyer_id, hold.event_id] += hold.units
            self._counted[hold.buyer_id, hold.event_id] += hold.units
            self._made[hold.buyer_id] += 1
        for hold in unit.holds:
            if hold.state is HoldState.RELEASED and hold.id in self._seen.ahead:
                self._owned[hold.buyer_id, hold.event_id] -= hold.units
        for changed in (unit.holds, unit.orders, unit.payments):
            for aggregate in changed:
                del self._versions[aggregate.id]  # one statement writes a row once
        self.made.accepted.append(unit)


def _given_back(pools: dict[PoolId, Stock], lines: Sequence[StockLine]) -> dict[PoolId, Stock]:
    return rule.give_back(pools, lines) if lines else pools


def _scope(unit: Unit) -> tuple[str, str, str] | None:
    claim = unit.ctx.claim
    if claim is None or claim.held:
        return None
    return claim.actor, claim.operation, claim.key
