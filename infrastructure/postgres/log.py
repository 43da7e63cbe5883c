"""The log on PostgreSQL: rows of the outbox, in the order in which they were numbered.

Positions of the outbox are taken by the inserts of transactions that are still under way, so a
reader who went by them would skip whoever commits late. Places in the log are given to what is
committed, by one at a time; they are visible at once, as all of a round are.
"""

import logging
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from application.messages import SYSTEM as THE_SYSTEM
from application.messages import Actor
from application.messaging.message import Message
from application.ports.log import FactLog
from infrastructure.postgres.connections import Lent, Record
from infrastructure.postgres.database import Database
from infrastructure.postgres.failures import raise_meaning
from infrastructure.postgres.identity import SYSTEM, Identity, assume
from infrastructure.postgres.wakes import LOG, NOTIFY
from shared.ids import OrderId, OrganizerId

_logger = logging.getLogger(__name__)

_TURN: Final = 0x6C6F672D7475726E
"""The advisory lock of whoever numbers; nobody locks that number for anything else."""

# Planned for few rows of large tables, whatever is known of them: by their keys.
_BEGIN = """
    BEGIN ISOLATION LEVEL READ COMMITTED;
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_bitmapscan = off;
    SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off
"""

_TRY = "SELECT pg_try_advisory_xact_lock($1) AS ours"

# A statement of its own behind the lock: it sees everything that whoever had it before has
# numbered. What a fact of a sale concerns says its event or its order; a guest or an item that
# needs attention may be of a test too.
_UNNUMBERED = """
    SELECT fact.id, coalesce(e.organizer_id, o.organizer_id, g.tests_of, a.organizer_id,
                             (fact.payload ->> 'organizer_id')::uuid) AS organizer_id,
           coalesce(e.live, o.live, a.live, g.tests_of IS NULL) AS live
    FROM (SELECT id, position, aggregate_type, aggregate_id, payload FROM outbox
          WHERE log_position IS NULL ORDER BY position LIMIT $1) AS fact
    LEFT JOIN events e ON e.id = (fact.payload ->> 'event_id')::uuid
    LEFT JOIN orders o ON fact.aggregate_type = 'order' AND o.id = fact.aggregate_id
    LEFT JOIN guests g ON fact.aggregate_type = 'guest' AND g.id = fact.aggregate_id
    LEFT JOIN attention a ON fact.aggregate_type = 'attention' AND a.id = fact.aggregate_id
    ORDER BY fact.position
"""

# Nobody else takes numbers meanwhile: they follow each other.
_PLACES = """
    SELECT min(nr) AS first
    FROM (SELECT nextval('holdfast_log_position') AS nr FROM generate_series(1, $1::int)) AS taken
"""

_NUMBER = """
    UPDATE outbox SET log_position = $4::bigint + new.nr - 1, organizer_id = new.organizer_id,
                      live = new.live
    FROM unnest($1::uuid[], $2::uuid[], $3::bool[])
         WITH ORDINALITY AS new (id, organizer_id, live, nr)
    WHERE outbox.id = new.id
"""

COLUMNS: Final = """
    id, log_position, type, version, aggregate_type, aggregate_id, payload, occurred_at,
    request_id, actor, organizer_id, live
"""

_SELECT = f"SELECT {COLUMNS} FROM outbox WHERE log_position > $1"  # nosec B608: constants only
_IN_ORDER = " ORDER BY log_position LIMIT $2"

HEAD: Final = "SELECT coalesce(max(log_position), 0) AS head FROM outbox"


class PostgresFactLog(FactLog):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def number(self, limit: int) -> int:
        connection = await self._database.lend()
        done = False
        try:
            await assume(connection, SYSTEM)
            await connection.execute(_BEGIN)
            (turn,) = await connection.fetch(_TRY, _TURN)
            numbered = await self._number(connection, limit) if turn["ours"] else 0
            await connection.execute("COMMIT")
            done = True
            return numbered
        except Exception as error:
            raise_meaning(error, connection)
        finally:
            await self._database.give_back(connection, rollback=not done)

    async def read(
        self,
        after: int,
        limit: int,
        *,
        organizer_id: OrganizerId | None = None,
        order_id: OrderId | None = None,
        types: Collection[str] | None = None,
        live: bool | None = None,
        actor: Actor = THE_SYSTEM,
    ) -> Sequence[Message]:
        # Conditions that do not apply are left out, so that each question finds its index.
        conditions: list[str] = []
        args: list[object] = [after, limit]
        for condition, value in (
            ("organizer_id = ${}::uuid", organizer_id),
            ("aggregate_type = 'order' AND aggregate_id = ${}::uuid", order_id),
            ("live = ${}::bool", live),
            ("type = ANY(${}::text[])", None if types is None else list(types)),
        ):
            if value is not None:
                args.append(value)
                conditions.append(" AND " + condition.format(len(args)))
        sql = _SELECT + "".join(conditions) + _IN_ORDER
        rows = await self._database.fetch(sql, *args, as_=Identity.of(actor))
        return [message_of(row) for row in rows]

    async def head(self) -> int:
        (row,) = await self._database.fetch(HEAD, as_=SYSTEM)
        return int(row["head"])

    async def _number(self, connection: Lent, limit: int) -> int:
        facts = await connection.fetch(_UNNUMBERED, limit)
        if not facts:
            return 0
        (places,) = await connection.fetch(_PLACES, len(facts))
        status = await connection.execute(
            _NUMBER,
            [fact["id"] for fact in facts],
            [fact["organizer_id"] for fact in facts],
            [fact["live"] for fact in facts],
            places["first"],
        )
        if status != f"UPDATE {len(facts)}":
            raise RuntimeError(f"of {len(facts)} facts not all were numbered: {status}")
        await connection.execute(NOTIFY, LOG)
        return len(facts)


def message_of(row: Record) -> Message:
    organizer_id: UUID | None = row["organizer_id"]
    return Message(
        id=row["id"],
        position=row["log_position"],
        type=row["type"],
        version=row["version"],
        aggregate=row["aggregate_type"],
        aggregate_id=row["aggregate_id"],
        payload=row["payload"],
        occurred_at=row["occurred_at"],
        request_id=row["request_id"],
        actor=row["actor"],
        organizer_id=None if organizer_id is None else OrganizerId(organizer_id),
        live=row["live"],
    )
