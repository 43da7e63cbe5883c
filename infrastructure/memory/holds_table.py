"""Writing holds, with the index of those that have not ended."""

from application.ports.unit_of_work import StaleWrite
from domain.hold.hold import Hold, HoldState
from infrastructure.memory.session import Writing


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


def expire(writing: Writing, hold: Hold) -> None:
    """Ends a hold past its deadline; the caller gives its stock back."""
    lapsed = hold.expire(at=writing.now)
    write_hold(writing, lapsed)
    writing.facts.extend(lapsed.facts)
