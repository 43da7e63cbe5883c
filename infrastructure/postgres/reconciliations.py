"""Reports of reconciliations. Row policies say who sees which of the discrepancies."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from application.ports.money import Discrepancy, Reconciliation, ReconciliationRepository
from infrastructure.postgres.connections import Record
from infrastructure.postgres.session import Session
from shared.ids import OrderId, OrganizerId, PaymentId

_LATEST = """
    SELECT latest.*, coalesce(found.lines, '[]') AS lines
    FROM (SELECT DISTINCT ON (provider) id, provider, live, since, until, compared, created_at
          FROM reconciliations
          WHERE live = $1
          ORDER BY provider, until DESC, created_at DESC) AS latest
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(to_jsonb(d) ORDER BY d.position) AS lines
        FROM discrepancies d WHERE d.reconciliation_id = latest.id
    ) AS found
    ORDER BY latest.provider
"""

_LAST_UNTIL = """
    SELECT max(until) AS until FROM reconciliations WHERE live = $1 AND provider = $2
"""

_INSERT = """
    INSERT INTO reconciliations (id, provider, live, since, until, compared, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

_INSERT_LINES = """
    INSERT INTO discrepancies (reconciliation_id, position, kind, reference, ours, theirs, currency,
                               payment_id, order_id, organizer_id)
    SELECT $1, l.position - 1, l.kind, l.reference, l.ours, l.theirs, l.currency, l.payment_id,
           l.order_id, l.organizer_id
    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::uuid[],
                $8::uuid[], $9::uuid[]) WITH ORDINALITY
         AS l (kind, reference, ours, theirs, currency, payment_id, order_id, organizer_id,
               position)
"""


class PostgresReconciliationRepository(ReconciliationRepository):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._added: list[Reconciliation] = []

    async def latest(self, *, live: bool) -> Sequence[Reconciliation]:
        return [_report(row) for row in await self._session.fetch(_LATEST, live)]

    async def last_until(self, provider: str, *, live: bool) -> datetime | None:
        (row,) = await self._session.fetch(_LAST_UNTIL, live, provider)
        until: datetime | None = row["until"]
        return until

    def add(self, report: Reconciliation) -> None:
        self._added.append(report)

    def __bool__(self) -> bool:
        return bool(self._added)

    async def write(self) -> None:
        for report in self._added:
            await self._session.execute(
                _INSERT,
                report.id,
                report.provider,
                report.live,
                report.since,
                report.until,
                report.compared,
                report.created_at,
            )
            lines = report.discrepancies
            if not lines:
                continue
            await self._session.execute(
                _INSERT_LINES,
                report.id,
                [line.kind for line in lines],
                [line.reference for line in lines],
                [line.ours for line in lines],
                [line.theirs for line in lines],
                [line.currency for line in lines],
                [line.payment_id for line in lines],
                [line.order_id for line in lines],
                [line.organizer_id for line in lines],
            )


def _report(row: Record) -> Reconciliation:
    return Reconciliation(
        id=row["id"],
        provider=row["provider"],
        live=row["live"],
        since=row["since"],
        until=row["until"],
        compared=row["compared"],
        discrepancies=tuple(map(_discrepancy, row["lines"])),
        created_at=row["created_at"],
    )


def _discrepancy(line: Mapping[str, Any]) -> Discrepancy:
    payment_id, order_id = line["payment_id"], line["order_id"]
    organizer_id = line["organizer_id"]
    return Discrepancy(
        kind=line["kind"],
        reference=line["reference"],
        ours=line["ours"],
        theirs=line["theirs"],
        currency=line["currency"],
        payment_id=None if payment_id is None else PaymentId(UUID(payment_id)),
        order_id=None if order_id is None else OrderId(UUID(order_id)),
        organizer_id=None if organizer_id is None else OrganizerId(UUID(organizer_id)),
    )
