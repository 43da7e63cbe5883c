"""Writing holds, with the indexes of those that have not ended and of their buyers."""

from dataclasses import replace
from datetime import datetime

from application.ports.unit_of_work import StaleWrite
from domain.hold.hoarding import Hoarding, HoardingLimits
from domain.hold.hold import Hold, HoldState
from infrastructure.memory.session import Writing
from infrastructure.memory.tables import Tables
from shared.ids import HoldId, UserId


def write_hold(writing: Writing, hold: Hold) -> None:
    """A changed hold. Raises StaleWrite, also when its deadline came between the decision to
    convert it and this moment: from then on readers count its units as free."""
    stored = writing.tables.holds.get(hold.id)
    lapsed = stored is not None and stored.is_due(at=writing.now)
    if lapsed and hold.state is HoldState.CONVERTED:
        raise StaleWrite()
    writing.update(writing.tables.holds, hold.id, hold)
    index_hold(writing, hold)


def index_hold(writing: Writing, hold: Hold) -> None:
    active = writing.tables.active_holds
    before, its = active.get(hold.event_id, frozenset()), frozenset({hold.id})
    after = before | its if hold.state is HoldState.ACTIVE else before - its
    if after != before:
        writing.journal.put(active, hold.event_id, after)


def move_hold(writing: Writing, hold_id: HoldId, *, to: UserId) -> None:
    """It is somebody else's from now on."""
    tables, journal = writing.tables, writing.journal
    hold = tables.holds[hold_id]
    journal.put(tables.holds, hold_id, replace(hold, buyer_id=to, version=hold.version + 1))
    journal.discard(tables.holds_of_buyer, hold.buyer_id, hold_id)
    journal.append(tables.holds_of_buyer, to, hold_id)


def hoarded(tables: Tables, wanted: Hold, *, limits: HoardingLimits, at: datetime) -> Hoarding:
    """What the buyer of `wanted` has done so far. What was not let go counts while it lasts, swept
    or not; what was bought does not count at all."""
    mine = [tables.holds[each] for each in tables.holds_of_buyer.get(wanted.buyer_id, ())]
    counted = [
        hold
        for hold in mine
        if hold.event_id == wanted.event_id
        and hold.state is not HoldState.CONVERTED
        and at - min(hold.ended_at or hold.expires_at, hold.expires_at) < limits.cooling
    ]
    made = [hold for hold in mine if at - hold.created_at < limits.window]
    return Hoarding(units=sum(hold.units for hold in counted), holds=len(made))


def expire(writing: Writing, hold: Hold) -> None:
    """Ends a hold past its deadline; the caller gives its stock back."""
    lapsed = hold.expire(at=writing.now)
    write_hold(writing, lapsed)
    writing.facts.extend(lapsed.facts)
