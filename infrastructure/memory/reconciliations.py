"""Reports of reconciliations."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from application.messages import Actor
from application.ports.money import Reconciliation, ReconciliationRepository
from infrastructure.memory.session import Phase, Session, Writing


class MemoryReconciliations(ReconciliationRepository):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def latest(self, *, live: bool) -> Sequence[Reconciliation]:
        reports = (await self._session.read()).reconciliations.values()
        ours = sorted((each for each in reports if each.live == live), key=_age)
        latest = {report.provider: report for report in ours}
        actor = self._session.actor
        return [_shown(latest[provider], actor) for provider in sorted(latest)]

    async def last_until(self, provider: str, *, live: bool) -> datetime | None:
        reports = (await self._session.read()).reconciliations.values()
        return max(
            (each.until for each in reports if (each.provider, each.live) == (provider, live)),
            default=None,
        )

    def add(self, report: Reconciliation) -> None:
        def write(writing: Writing) -> None:
            writing.journal.put(writing.tables.reconciliations, report.id, report)

        self._session.note(Phase.ATTENTION, write)


def _age(report: Reconciliation) -> tuple[datetime, datetime]:
    return report.until, report.created_at


def _shown(report: Reconciliation, actor: Actor) -> Reconciliation:
    if actor.is_system or actor.superuser:
        return report
    seen = (each for each in report.discrepancies if each.organizer_id in actor.organizer_ids)
    return replace(report, discrepancies=tuple(seen))
