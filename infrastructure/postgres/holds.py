"""Holds."""

from typing import Protocol

from application.errors import TokenRevoked
from application.messages import Actor
from application.ports.repositories import HoldRepository
from application.ports.unit_of_work import StaleWrite
from domain.hold.hoarding import Hoarding, HoardingLimits, check_hoarding
from domain.hold.hold import Hold
from domain.order.order import LIVE
from domain.stock import check_buyer_limit
from infrastructure.postgres.clock import Stamp
from infrastructure.postgres.group.unit import Placing
from infrastructure.postgres.hold_rows import SELECT, hold_of
from infrastructure.postgres.lines import line_json
from infrastructure.postgres.notes import Notes, stored_version
from infrastructure.postgres.session import Session
from infrastructure.postgres.stock import PostgresStockLedger
from infrastructure.postgres.sweep import Sweep
from shared.ids import HoldId

_INSERT = """
    INSERT INTO holds (id, event_id, organizer_id, live, buyer_id, state, total, currency,
                       expires_at, latest_expiry, extended_for_payment, ordered, created_at,
                       ended_at, version, lines, units)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""

# Of ids in the order of their making the newest are together, at the end of today's index.
_IS_SELLING = """
    SELECT EXISTS (
        SELECT FROM holds
        WHERE id >= holdfast_uuid7_floor(statement_timestamp() - interval '1 s')
          AND id < holdfast_uuid7_floor(statement_timestamp() + interval '1 day')
    ) AS selling
"""

# The deadline is looked at once more: between the decision to convert and this moment it may have
# come, and then readers count the hold's units as free. Run again, the operation sees that.
_UPDATE = """
    UPDATE holds
    SET state = $3, expires_at = $4, latest_expiry = greatest(latest_expiry, $4),
        extended_for_payment = $5, ordered = $6, ended_at = $7, version = $8
    WHERE id = $1 AND version = $2 AND ($3 <> 'CONVERTED' OR expires_at > clock_timestamp())
"""

# All from one snapshot, behind the buyer's lock. A hold past its deadline lapsed at that moment,
# whenever it is swept. Those that may count at all were made within the longest life of a hold and
# the time for which they count afterwards, and a day to be on the safe side. Older ones wait for a
# transfer: their units are counted by their orders, whose deadline is theirs.
_SO_FAR = """
    SELECT coalesce(recent.owned, 0) + bought.units + bought.waiting AS owned,
           coalesce(recent.counted, 0) + bought.waiting AS counted, recent.made,
           EXISTS (SELECT FROM guests g
                   WHERE g.id = $2 AND g.claimed_by IS NOT NULL) AS claimed
    FROM (SELECT sum(h.units) FILTER (
                     WHERE h.event_id = $1 AND h.state = 'ACTIVE'
                       AND h.expires_at > statement_timestamp()) AS owned,
                 sum(h.units) FILTER (
                     WHERE h.event_id = $1 AND h.state <> 'CONVERTED'
                       AND h.expires_at > statement_timestamp() - $4::interval
                       AND (h.ended_at IS NULL
                            OR h.ended_at > statement_timestamp() - $4::interval)) AS counted,
                 count(*) FILTER (
                     WHERE h.created_at > statement_timestamp() - $5::interval) AS made
          FROM holds h
          WHERE h.buyer_id = $2
            AND h.id >= holdfast_uuid7_floor(
                    statement_timestamp() - greatest($4::interval, $5::interval)
                    - interval '2 days')
         ) AS recent,
         (SELECT coalesce(sum(l.quantity) FILTER (WHERE o.state = ANY($3)), 0) AS units,
                 coalesce(sum(l.quantity) FILTER (
                     WHERE o.state = 'PENDING_PAYMENT' AND o.deadline > statement_timestamp()
                       AND o.hold_id < holdfast_uuid7_floor(
                               statement_timestamp() - greatest($4::interval, $5::interval)
                               - interval '2 days')), 0) AS waiting
          FROM orders o JOIN order_lines l ON l.order_id = o.id
          WHERE o.buyer_id = $2 AND o.event_id = $1) AS bought
"""


class CombinedHolds(Protocol):
    """Reads of many callers as one."""

    async def hold(self, hold_id: HoldId, actor: Actor) -> tuple[Hold, Stamp] | None: ...


class PostgresHoldRepository(HoldRepository):
    def __init__(
        self,
        session: Session,
        stock: PostgresStockLedger,
        sweep: Sweep,
        combined: CombinedHolds | None = None,
    ) -> None:
        self._session = session
        self._combined = combined
        self._stock = stock
        self._sweep = sweep
        self.placings: list[Placing] = []
        self.notes: Notes[Hold] = Notes()

    async def get(self, hold_id: HoldId) -> Hold | None:
        if self._combined is not None and not self._session.begun:
            await self._session.touch()
            return self._session.seen(await self._combined.hold(hold_id, self._session.ctx.actor))
        row = await self._session.fetchrow(f"{SELECT} WHERE h.id = $1", hold_id)
        return hold_of(row) if row else None

    def place(self, hold: Hold, *, max_per_buyer: int | None, hoarding: HoardingLimits) -> None:
        self.notes.add(hold.id, hold)
        self._stock.take(hold.lines)
        self.placings.append(Placing(hold, max_per_buyer, hoarding))

    def save(self, hold: Hold) -> None:
        self.notes.save(hold.id, hold)

    async def is_selling(self) -> bool:
        (row,) = await self._session.fetch(_IS_SELLING)
        return bool(row["selling"])

    async def expire_due(self, *, limit: int) -> int:
        return await self._sweep.run(limit=limit)

    async def check_limits(self) -> None:
        """The buyers are locked. Raises LimitReached, and TokenRevoked for a guest who was claimed
        meanwhile: nobody would own the hold."""
        for placing in self.placings:
            hold, limits = placing.hold, placing.hoarding
            (row,) = await self._session.fetch(
                _SO_FAR,
                hold.event_id,
                hold.buyer_id,
                [state.value for state in LIVE],
                limits.cooling,
                limits.window,
            )
            if row["claimed"]:
                raise TokenRevoked()
            so_far = Hoarding(units=int(row["counted"]), holds=row["made"])
            check_hoarding(so_far, wanted=hold.units, limits=limits)
            check_buyer_limit(
                owned=int(row["owned"]), wanted=hold.units, limit=placing.max_per_buyer
            )

    async def write_added(self) -> None:
        for hold in self.notes.added:
            await self._session.execute(
                _INSERT,
                hold.id,
                hold.event_id,
                hold.organizer_id,
                hold.live,
                hold.buyer_id,
                hold.state.value,
                hold.total.amount,
                hold.total.currency,
                hold.expires_at,
                hold.latest_expiry,
                hold.extended_for_payment,
                hold.ordered,
                hold.created_at,
                hold.ended_at,
                hold.version,
                line_json(hold.lines),
                hold.units,
            )

    async def write_saved(self) -> None:
        """Raises StaleWrite."""
        for hold in self.notes.saved:
            written = await self._session.execute(
                _UPDATE,
                hold.id,
                stored_version(hold),
                hold.state.value,
                hold.expires_at,
                hold.extended_for_payment,
                hold.ordered,
                hold.ended_at,
                hold.version,
            )
            if written != 1:
                raise StaleWrite
