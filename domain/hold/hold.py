"""The hold: stock taken for one buyer until `expires_at`; it ends exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from domain.hold.errors import (
    ExtensionLimitReached,
    HoldExpired,
    HoldHasOrder,
    HoldNotActive,
)
from domain.hold.facts import (
    HoldConverted,
    HoldExtended,
    HoldLapsed,
    HoldOrdered,
    HoldPlaced,
    HoldReleased,
)
from domain.lifecycle import Lifecycle
from domain.line import Line
from domain.stock import MOST_UNITS_PER_ORDER, LimitReached
from shared.checks import Checks
from shared.errors import Violation
from shared.facts import Aggregate
from shared.ids import EventId, HoldId, OrganizerId, TicketTypeId, UserId
from shared.money import Money

MOST_LINES = 50
MOST_UNITS_PER_LINE = 1_000_000


class HoldState(Enum):
    ACTIVE = "ACTIVE"
    CONVERTED = "CONVERTED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


LIFECYCLE = Lifecycle(
    name="Hold",
    transitions={
        HoldState.ACTIVE: frozenset(
            {HoldState.CONVERTED, HoldState.RELEASED, HoldState.EXPIRED},
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTerms:
    """How long a hold lasts: at first, and at the very most from its creation."""

    ttl: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Aggregate):
    """All or nothing over its lines. Whoever reads decides by the clock, not by a sweeper.

    `ordered`: an order was made from it, and from then on decides about it.
    """

    id: HoldId
    event_id: EventId
    organizer_id: OrganizerId
    live: bool
    buyer_id: UserId
    state: HoldState
    lines: tuple[Line, ...]
    total: Money
    expires_at: datetime
    latest_expiry: datetime
    extended_for_payment: bool
    ordered: bool
    created_at: datetime
    ended_at: datetime | None

    @staticmethod
    def check_lines(lines: Sequence[tuple[TicketTypeId, int]]) -> None:
        """The shape of a request, before anything is looked up. Raises FieldInvalid."""
        checks = Checks()
        if not 1 <= len(lines) <= MOST_LINES:
            checks.fail("lines", f"must be 1 to {MOST_LINES} lines")
        seen: set[TicketTypeId] = set()
        for position, (ticket_type_id, quantity) in enumerate(lines[:MOST_LINES]):
            line = checks.at("lines", position)
            line.number("quantity", quantity, least=1, most=MOST_UNITS_PER_LINE)
            if ticket_type_id in seen:
                line.fail("ticket_type_id", "is named twice")
            seen.add(ticket_type_id)
        checks.done()

    @staticmethod
    def place(
        *,
        id: HoldId,
        event_id: EventId,
        organizer_id: OrganizerId,
        live: bool = True,
        buyer_id: UserId,
        lines: tuple[Line, ...],
        currency: str,
        terms: HoldTerms,
        at: datetime,
    ) -> "Hold":
        """Raises LimitReached for more units than one hold may take."""
        units = sum(line.quantity for line in lines)
        if units > MOST_UNITS_PER_ORDER:
            said = f"asks for {units}, at most {MOST_UNITS_PER_ORDER} in one hold"
            raise LimitReached(
                violations=[Violation(("lines",), said)], metadata={"limit": "max_per_hold"}
            )
        total = Money.zero(currency)
        for line in lines:
            total = total + line.total
        expires_at = at + terms.ttl
        placed = HoldPlaced(
            hold_id=id,
            event_id=event_id,
            buyer_id=buyer_id,
            units=units,
            expires_at=expires_at,
            occurred_at=at,
        )
        return Hold(
            id=id,
            event_id=event_id,
            organizer_id=organizer_id,
            live=live,
            buyer_id=buyer_id,
            state=HoldState.ACTIVE,
            lines=lines,
            total=total,
            expires_at=expires_at,
            latest_expiry=at + max(terms.longest, terms.ttl),
            extended_for_payment=False,
            ordered=False,
            created_at=at,
            ended_at=None,
            facts=(placed,),
        )

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    def is_active(self, *, at: datetime) -> bool:
        return self.state is HoldState.ACTIVE and at < self.expires_at

    def is_due(self, *, at: datetime) -> bool:
        """Past its deadline, but nobody has given its stock back yet."""
        return self.state is HoldState.ACTIVE and at >= self.expires_at

    def state_at(self, at: datetime) -> HoldState:
        """The state as a reader must see it: past the deadline it is expired, swept or not."""
        return HoldState.EXPIRED if self.is_due(at=at) else self.state

    def require_active(self, *, at: datetime) -> None:
        """Raises HoldExpired or HoldNotActive."""
        state = self.state_at(at)
        if state is HoldState.EXPIRED:
            raise HoldExpired(metadata={"expires_at": _text(self.expires_at)})
        if state is not HoldState.ACTIVE:
            raise HoldNotActive(metadata={"state": state.value})

    def extend(self, *, by: timedelta, at: datetime) -> "Hold":
        """Until `at + by`, never earlier than now promised, never beyond the ceiling.

        Raises HoldExpired, HoldNotActive, ExtensionLimitReached.
        """
        self.require_active(at=at)
        expires_at = min(at + by, self.latest_expiry)
        if expires_at <= self.expires_at:
            if self.expires_at >= self.latest_expiry:
                raise ExtensionLimitReached(metadata={"latest_expiry": _text(self.latest_expiry)})
            return self
        return self._extended(expires_at, at)

    def extend_for_payment(self, *, by: timedelta, at: datetime) -> "Hold":
        """Once in its life, when a payment starts. Raises HoldExpired, HoldNotActive."""
        self.require_active(at=at)
        expires_at = min(at + by, self.latest_expiry)
        if self.extended_for_payment or expires_at <= self.expires_at:
            return self
        return self._extended(expires_at, at, extended_for_payment=True)

    def wait_for_transfer(self, until: datetime, *, at: datetime) -> "Hold":
        """Kept for money that takes days, beyond the ceiling that others have; never shortened.

        Raises HoldExpired, HoldNotActive.
        """
        self.require_active(at=at)
        if until <= self.expires_at:
            return self
        return replace(
            self._extended(until, at, extended_for_payment=True),
            latest_expiry=max(self.latest_expiry, until),
        )

    def convert(self, *, at: datetime) -> "Hold":
        """Its units now belong to an order. Raises HoldExpired, HoldNotActive."""
        self.require_active(at=at)
        fact = HoldConverted(hold_id=self.id, event_id=self.event_id, occurred_at=at)
        return self._ended(HoldState.CONVERTED, fact)

    def order(self, *, at: datetime) -> "Hold":
        """An order is made from it: once. Raises HoldExpired, HoldNotActive, HoldHasOrder."""
        if self.ordered:
            raise HoldHasOrder()
        self.require_active(at=at)
        fact = HoldOrdered(hold_id=self.id, event_id=self.event_id, occurred_at=at)
        return self._changed(fact, ordered=True)

    def release(self, *, at: datetime, with_order: bool = False) -> "Hold":
        """Given back by its buyer, or `with_order` when its order is cancelled; who saves it gives
        the stock back too.

        Raises HoldExpired, HoldNotActive, HoldHasOrder.
        """
        self.require_active(at=at)
        if self.ordered and not with_order:
            raise HoldHasOrder()
        fact = HoldReleased(hold_id=self.id, event_id=self.event_id, occurred_at=at)
        return self._ended(HoldState.RELEASED, fact)

    def expire(self, *, at: datetime) -> "Hold":
        """Its time is over; who saves it gives the stock back too. Only when `is_due`."""
        if not self.is_due(at=at):
            raise RuntimeError(f"hold {self.id} is not due")
        fact = HoldLapsed(hold_id=self.id, event_id=self.event_id, occurred_at=at)
        return self._ended(HoldState.EXPIRED, fact)

    def _extended(
        self, expires_at: datetime, at: datetime, *, extended_for_payment: bool | None = None
    ) -> "Hold":
        fact = HoldExtended(
            hold_id=self.id, event_id=self.event_id, expires_at=expires_at, occurred_at=at
        )
        if extended_for_payment is None:
            extended_for_payment = self.extended_for_payment
        return self._changed(fact, expires_at=expires_at, extended_for_payment=extended_for_payment)

    def _ended(self, state: HoldState, fact: HoldConverted | HoldReleased | HoldLapsed) -> "Hold":
        LIFECYCLE.require(self.state, state)
        return self._changed(fact, state=state, ended_at=fact.occurred_at)


def _text(moment: datetime) -> str:
    """RFC 3339 in UTC, written as in every answer."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
