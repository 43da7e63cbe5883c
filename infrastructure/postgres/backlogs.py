"""How much waits, by the indexes that whoever does the work reads."""

from application.ports.backlog import MOST_COUNTED, Backlog, Backlogs, Waiting
from infrastructure.postgres.connections import Record
from infrastructure.postgres.cursors import LAGS
from infrastructure.postgres.database import Database
from infrastructure.postgres.identity import SYSTEM

_WAITING = """
    SELECT what, waiting,
           greatest(coalesce(extract(epoch FROM statement_timestamp() - since), 0), 0) AS seconds
    FROM (
        SELECT 'inbox' AS what, count(*) AS waiting, min(received_at) AS since
        FROM (SELECT received_at FROM provider_events
              WHERE processed_at IS NULL ORDER BY due_at LIMIT $1) AS events
        UNION ALL
        SELECT 'payments', count(*), min(due_at)
        FROM (SELECT due_at FROM payments
              WHERE due_at <= statement_timestamp() ORDER BY due_at LIMIT $1) AS payments
        UNION ALL
        SELECT 'refunds', count(*), min(due_at)
        FROM (SELECT due_at FROM refunds
              WHERE due_at <= statement_timestamp() ORDER BY due_at LIMIT $1) AS refunds
        UNION ALL
        SELECT 'outbox', count(*), min(occurred_at)
        FROM (SELECT occurred_at FROM outbox
              WHERE log_position IS NULL ORDER BY position LIMIT $1) AS facts
        UNION ALL
        SELECT 'webhooks', count(*), min(next_attempt_at)
        FROM (SELECT d.next_attempt_at FROM webhook_endpoints e
              CROSS JOIN LATERAL (
                  SELECT next_attempt_at FROM webhook_deliveries
                  WHERE endpoint_id = e.id AND next_attempt_at <= statement_timestamp()
                  ORDER BY next_attempt_at LIMIT $1
              ) AS d LIMIT $1) AS deliveries
    ) AS backlogs
"""

_ATTENTION = """
    SELECT kind, count(*) AS waiting
    FROM (SELECT kind FROM attention WHERE state = 'OPEN' LIMIT $1) AS open
    GROUP BY kind
"""

_PARKED = """
    SELECT consumer_group, count(*) AS waiting,
           greatest(extract(epoch FROM statement_timestamp() - min(since)), 0) AS seconds
    FROM (SELECT consumer_group, (headers ->> 'ce_time')::timestamptz AS since
          FROM parked_messages LIMIT $1) AS parked
    GROUP BY consumer_group
"""

_DEAD = """
    SELECT consumer_group, count(*) AS waiting
    FROM (SELECT consumer_group FROM dead_letters LIMIT $1) AS dead
    GROUP BY consumer_group
"""


class PostgresBacklogs(Backlogs):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self) -> Backlog:
        rows = await self._database.fetch(_WAITING, MOST_COUNTED, as_=SYSTEM)
        kinds = await self._database.fetch(_ATTENTION, MOST_COUNTED, as_=SYSTEM)
        lags = await self._database.fetch(LAGS, MOST_COUNTED, as_=SYSTEM)
        parked = await self._database.fetch(_PARKED, MOST_COUNTED, as_=SYSTEM)
        dead = await self._database.fetch(_DEAD, MOST_COUNTED, as_=SYSTEM)
        waiting = {str(row["what"]): _waiting(row) for row in rows}
        return Backlog(
            inbox=waiting["inbox"],
            payments=waiting["payments"],
            refunds=waiting["refunds"],
            outbox=waiting["outbox"],
            webhooks=waiting["webhooks"],
            attention={str(row["kind"]): int(row["waiting"]) for row in kinds},
            readers={str(row["reader"]): _waiting(row) for row in lags},
            parked={str(row["consumer_group"]): _waiting(row) for row in parked},
            dead={str(row["consumer_group"]): int(row["waiting"]) for row in dead},
        )


def _waiting(row: Record) -> Waiting:
    return Waiting(count=int(row["waiting"]), oldest_seconds=float(row["seconds"]))
