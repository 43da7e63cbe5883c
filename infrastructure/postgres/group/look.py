"""What a group must know before anything is decided: locked and read by one statement.

Rows are locked in the order of the whole adapter (`UnitOfWork`): orders, stock by pool, holds,
payments, each by id; keys and buyers have been locked before, by a statement of its own, so that
this one sees what others have committed under them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from domain.order.order import LIVE
from domain.stock import Stock
from infrastructure.postgres.advisory import buyer_lock, in_order, key_lock
from infrastructure.postgres.connections import Record
from infrastructure.postgres.group.unit import Unit
from infrastructure.postgres.hold_rows import DUE, POOLS, RECENT
from infrastructure.postgres.literals import literal, literal_of
from shared.ids import PoolId

_STATES = ", ".join(f"'{state.value}'" for state in sorted(LIVE, key=lambda state: state.value))

# Each part answers (kind, id, nr, a, b, c): what these are is said where they are read, in `Seen`.
_TRANSACTION = """
    SELECT 'x' AS kind, NULL::uuid AS id, pg_current_xact_id()::text::bigint AS nr,
           0::bigint AS a, 0::bigint AS b, 0::bigint AS c
"""

_KEYS = """
    SELECT 'k', NULL, asked.nr, 0, 0, 0
    FROM unnest({}::text::text[], {}::text::text[], {}::text::text[]) WITH ORDINALITY
         AS asked (actor, operation, key, nr)
    WHERE EXISTS (
        SELECT FROM idempotency_keys i
        WHERE i.actor = asked.actor AND i.operation = asked.operation AND i.key = asked.key
    )
"""

# Behind the buyers' locks. A hold past its deadline lapsed at that moment, whenever it is swept.
# Those made too long ago to be looked at wait for a transfer: their orders count their units.
_BUYERS = f"""
    SELECT 'b', NULL, asked.nr, had.active + bought.units + bought.waiting,
           had.counted + bought.waiting,
           CASE WHEN claimed.by_somebody THEN -1 ELSE had.made END
    FROM unnest({{}}::text::uuid[], {{}}::text::uuid[], {{}}::text::interval[],
                {{}}::text::interval[]) WITH ORDINALITY
         AS asked (event_id, buyer_id, cooling, span, nr)
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(h.units) FILTER (
                   WHERE h.event_id = asked.event_id AND h.state = 'ACTIVE'
                     AND h.expires_at > statement_timestamp()), 0) AS active,
               coalesce(sum(h.units) FILTER (
                   WHERE h.event_id = asked.event_id AND h.state <> 'CONVERTED'
                     AND h.expires_at > statement_timestamp() - asked.cooling
                     AND (h.ended_at IS NULL
                          OR h.ended_at > statement_timestamp() - asked.cooling)), 0) AS counted,
               count(*) FILTER (
                   WHERE h.created_at > statement_timestamp() - asked.span) AS made
        FROM holds h
        WHERE h.buyer_id = asked.buyer_id
          AND h.id >= holdfast_uuid7_floor(statement_timestamp() - {{}}::interval)
    ) AS had
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.quantity) FILTER (WHERE o.state IN ({_STATES})), 0) AS units,
               coalesce(sum(l.quantity) FILTER (
                   WHERE o.state = 'PENDING_PAYMENT' AND o.deadline > statement_timestamp()
                     AND o.hold_id < holdfast_uuid7_floor(
                             statement_timestamp() - {{}}::interval)), 0) AS waiting
        FROM orders o JOIN order_lines l ON l.order_id = o.id
        WHERE o.buyer_id = asked.buyer_id AND o.event_id = asked.event_id
    ) AS bought
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM guests g
                       WHERE g.id = asked.buyer_id AND g.claimed_by IS NOT NULL) AS by_somebody
    ) AS claimed
"""  # nosec B608: constants only

_ORDERS = """
    SELECT 'o', id, version, 0, 0, 0 FROM (
        SELECT id, version FROM orders
        WHERE id = ANY({}::text::uuid[]) ORDER BY id FOR NO KEY UPDATE
    ) AS locked
"""

_STOCK = """
    SELECT 's', pool_id, 0, capacity, held, sold FROM (
        SELECT pool_id, capacity, held, sold FROM stock
        WHERE pool_id = ANY({}::text::uuid[]) ORDER BY pool_id FOR UPDATE
    ) AS locked
"""

_HOLDS = """
    SELECT 'h', id, version, (expires_at > clock_timestamp())::int, 0, 0 FROM (
        SELECT id, version, expires_at FROM holds
        WHERE id = ANY({}::text::uuid[]) ORDER BY id FOR NO KEY UPDATE
    ) AS locked
"""

_PAYMENTS = """
    SELECT 'p', id, version, 0, 0, 0 FROM (
        SELECT id, version FROM payments
        WHERE id = ANY({}::text::uuid[]) ORDER BY id FOR NO KEY UPDATE
    ) AS locked
"""


@dataclass(slots=True, kw_only=True)
class Seen:
    """What the look saw. `taken_keys`: positions of units whose key is in the store already;
    `buyers`: by the position of a placing, (units owned, units counted, holds made), where -1
    holds stand for a guest who was claimed; `holds`: version, and whether the deadline is ahead."""

    transaction: int = 0
    taken_keys: set[int] = field(default_factory=set)
    buyers: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    stock: dict[PoolId, Stock] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    ahead: set[UUID] = field(default_factory=set)


class Look:
    """The questions of one group."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._claims = [
            (nr, unit.ctx.claim)
            for nr, unit in enumerate(units)
            if unit.ctx.claim is not None and not unit.ctx.claim.held
        ]
        self._placings = [placing for unit in units for placing in unit.placings]
        self._buyers = {placing.hold.buyer_id for placing in self._placings}
        self._buyers |= {order.buyer_id for unit in units for order in unit.new_orders}
        self._pools = sorted({pool_id for unit in units for pool_id in unit.pool_ids})
        self._orders = sorted({order.id for unit in units for order in unit.orders})
        self._holds = sorted({hold.id for unit in units for hold in unit.holds})
        self._payments = sorted({payment.id for unit in units for payment in unit.payments})

    @property
    def locks(self) -> list[int]:
        """Keys before buyers, each in order."""
        keys = (key_lock(claim.actor, claim.operation, claim.key) for _, claim in self._claims)
        return [*in_order(keys), *in_order(buyer_lock(each) for each in self._buyers)]

    @property
    def _counts_for(self) -> timedelta:
        """Holds made before that count for none of the buyers any more: nobody's life is longer
        than a day, and one more is to be on the safe side."""
        limits = [placing.hoarding for placing in self._placings]
        return max(max(each.cooling, each.window) for each in limits) + timedelta(days=2)

    def statement(self) -> tuple[str, list[object]]:
        """The SQL and its arguments."""
        parts: list[str] = []
        args: list[object] = []
        if self._claims:
            parts.append(_KEYS)
            claims = [claim for _, claim in self._claims]
            args += [
                literal_of("text", [each.actor for each in claims]),
                literal_of("text", [each.operation for each in claims]),
                literal_of("text", [each.key for each in claims]),
            ]
        if self._placings:
            parts.append(_BUYERS)
            args += [
                literal(each.hold.event_id for each in self._placings),
                literal(each.hold.buyer_id for each in self._placings),
                literal(each.hoarding.cooling for each in self._placings),
                literal(each.hoarding.window for each in self._placings),
                self._counts_for,
                self._counts_for,
            ]
        for part, ids in (
            (_ORDERS, self._orders),
            (_STOCK, self._pools),
            (_HOLDS, self._holds),
            (_PAYMENTS, self._payments),
        ):
            if ids:
                parts.append(part)
                args.append(literal(ids))
        return _joined(tuple(parts)), args

    def read(self, rows: Iterable[Record]) -> Seen:
        seen = Seen()
        for kind, id, nr, a, b, c in rows:
            match kind:
                case "b":
                    seen.buyers[nr - 1] = (a, b, c)
                case "s":
                    pool_id = PoolId(id)
                    seen.stock[pool_id] = Stock(pool_id=pool_id, capacity=a, held=b, sold=c)
                case "k":
                    seen.taken_keys.add(self._claims[nr - 1][0])
                case "h":
                    seen.versions[id] = nr
                    if a:
                        seen.ahead.add(id)
                case "x":
                    seen.transaction = nr
                case _:
                    seen.versions[id] = nr
        return seen


HELPED = f"""
    SELECT DISTINCT drawn.pool_id FROM holds h {POOLS}
    CROSS JOIN unnest(l.pool_ids) AS drawn (pool_id)
    WHERE {DUE} AND {RECENT} AND h.event_id = ANY($1) AND h.id <> ALL($2::uuid[])
"""  # nosec B608: constants only
"""The pools of these events that holds which are due draw on, apart from some holds."""


@lru_cache(maxsize=64)
def _joined(parts: tuple[str, ...]) -> str:
    """One statement; its parts are performed in this order."""
    text = " UNION ALL ".join((_TRANSACTION, *parts))
    return text.format(*(f"${nr}" for nr in range(1, text.count("{}") + 1)))
