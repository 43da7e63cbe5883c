"""The audit: what must be true at every commit, checked over the whole database in one snapshot.

All of it is one statement, and a statement is a snapshot: two would see the moments before and
after somebody's commit, and call that a discrepancy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from infrastructure.postgres.connections import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """A broken invariant (its id in docs/architecture.md, or a word), the row, and how it is."""

    invariant: str
    subject: str
    detail: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.subject}: {self.detail}"


_TRUTH = """
    held AS (
        SELECT pool_id, sum(quantity) AS units
        FROM (
            SELECT l.pool_ids, l.quantity
            FROM holds h
            CROSS JOIN LATERAL jsonb_to_recordset(h.lines) AS l (quantity int, pool_ids uuid[])
            WHERE h.state = 'ACTIVE'
            UNION ALL
            SELECT l.pool_ids, l.quantity
            FROM orders o JOIN order_lines l ON l.order_id = o.id
            WHERE o.state = 'COMMITTING'
        ) AS line
        CROSS JOIN unnest(line.pool_ids) AS drawn (pool_id)
        GROUP BY pool_id
    ),
    sold AS (
        SELECT pool_id, count(*) AS units
        FROM tickets t
        JOIN ticket_types k ON k.id = t.ticket_type_id
        CROSS JOIN unnest(k.pool_ids) AS drawn (pool_id)
        WHERE t.state <> 'VOID' OR t.keeps_place
        GROUP BY pool_id
    ),
    moved AS (
        SELECT source_id, split_part(kind, '_', 1) AS what, sum(entry.amount) AS amount
        FROM postings CROSS JOIN unnest(accounts, amounts) AS entry (account, amount)
        WHERE entry.account = 'PROVIDER'
        GROUP BY source_id, split_part(kind, '_', 1)
    ),
    ends AS (
        SELECT aggregate_id AS hold_id,
               count(*) FILTER (WHERE type = 'hold.created') AS created,
               count(*) FILTER (WHERE type <> 'hold.created') AS ended,
               max(type) FILTER (WHERE type <> 'hold.created') AS how,
               max(occurred_at) FILTER (WHERE type = 'hold.converted') AS converted_at
        FROM outbox
        WHERE type IN ('hold.created', 'hold.converted', 'hold.released', 'hold.expired')
        GROUP BY aggregate_id
    )
"""

# Each finds (subject, detail) of what breaks it.
_CHECKS: Mapping[str, str] = {
    "I1": """
        SELECT s.pool_id, format('held %s, sold %s, capacity %s', s.held, s.sold, s.capacity)
        FROM stock s
        WHERE s.held < 0 OR s.sold < 0 OR s.held + s.sold > s.capacity
    """,
    "I1 capacity": """
        SELECT coalesce(p.id, s.pool_id),
               format('the pool has %s, its counters have %s', p.capacity, s.capacity)
        FROM pools p FULL JOIN stock s ON s.pool_id = p.id
        WHERE p.capacity IS DISTINCT FROM s.capacity
    """,
    "I3 held": """
        SELECT coalesce(s.pool_id, held.pool_id),
               format('counted %s, lines hold %s', s.held, coalesce(held.units, 0))
        FROM stock s FULL JOIN held ON held.pool_id = s.pool_id
        WHERE s.held IS DISTINCT FROM coalesce(held.units, 0)
    """,
    "I3 sold": """
        SELECT coalesce(s.pool_id, sold.pool_id),
               format('counted %s, tickets take %s', s.sold, coalesce(sold.units, 0))
        FROM stock s FULL JOIN sold ON sold.pool_id = s.pool_id
        WHERE s.sold IS DISTINCT FROM coalesce(sold.units, 0)
    """,
    "I3 units": """
        SELECT h.id, format('counts %s, its lines %s', h.units, l.units)
        FROM holds h
        CROSS JOIN LATERAL (SELECT sum(quantity) AS units
                            FROM jsonb_to_recordset(h.lines) AS l (quantity int)) AS l
        WHERE h.units IS DISTINCT FROM l.units
    """,
    "I4": """
        SELECT h.id, format('is %s after %s ends, the last %s', h.state, ends.ended, ends.how)
        FROM holds h JOIN ends ON ends.hold_id = h.id
        WHERE ends.created = 1 AND CASE h.state
            WHEN 'ACTIVE' THEN ends.ended <> 0
            ELSE ends.ended <> 1 OR ends.how <> 'hold.' || lower(h.state) END
    """,
    "I4 order": """
        SELECT h.id, format('is %s and its order %s', h.state, coalesce(o.state, 'is missing'))
        FROM holds h LEFT JOIN orders o ON o.hold_id = h.id
        WHERE h.state = 'CONVERTED' AND coalesce(o.state, '') NOT IN
                  ('COMMITTING', 'CONFIRMED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'FAILED')
           OR h.state = 'ACTIVE' AND o.state IN
                  ('COMMITTING', 'CONFIRMED', 'PARTIALLY_REFUNDED', 'REFUNDED')
    """,
    "I4 moment": """
        SELECT h.id, format('is %s and ended at %s', h.state, coalesce(h.ended_at::text, 'no time'))
        FROM holds h
        WHERE (h.state = 'ACTIVE') <> (h.ended_at IS NULL)
    """,
    "I5": """
        SELECT h.id, format('expired at %s, converted at %s', h.expires_at, ends.converted_at)
        FROM holds h JOIN ends ON ends.hold_id = h.id
        WHERE ends.converted_at >= h.expires_at
    """,
    "I6": """
        SELECT o.id, format('total %s, captured %s in %s payments',
                            o.total, sum(p.amount), count(*))
        FROM orders o JOIN payments p ON p.order_id = o.id
        WHERE p.state = 'CAPTURED'
        GROUP BY o.id
        HAVING count(*) > 1 OR sum(p.amount) > o.total
    """,
    "I6 total": """
        SELECT o.id, format('total %s, lines %s', o.total, sum(l.quantity * (l.unit_price + c.top)))
        FROM orders o JOIN order_lines l ON l.order_id = o.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((c ->> 'amount')::bigint), 0) AS top
            FROM jsonb_array_elements(l.charges) AS c WHERE NOT (c ->> 'included')::boolean
        ) AS c
        GROUP BY o.id
        HAVING o.total <> sum(l.quantity * (l.unit_price + c.top))
    """,
    "I6 paid": """
        SELECT o.id, format('%s with a total of %s and nothing captured', o.state, o.total)
        FROM orders o
        WHERE o.state IN ('CONFIRMED', 'PARTIALLY_REFUNDED', 'REFUNDED') AND o.total > 0
          AND NOT EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.state = 'CAPTURED')
    """,
    "I8": """
        SELECT t.id, format('its order is %s', o.state)
        FROM tickets t JOIN orders o ON o.id = t.order_id
        WHERE o.state NOT IN ('CONFIRMED', 'PARTIALLY_REFUNDED', 'REFUNDED')
    """,
    "I8 count": """
        SELECT o.id, format('ticket type %s: %s bought, %s issued', coalesce(b.type_id, i.type_id),
                            coalesce(b.units, 0), coalesce(i.units, 0))
        FROM (SELECT order_id, ticket_type_id AS type_id, sum(quantity) AS units
              FROM order_lines GROUP BY order_id, ticket_type_id) AS b
        FULL JOIN (SELECT order_id, ticket_type_id AS type_id, count(*) AS units
                   FROM tickets GROUP BY order_id, ticket_type_id) AS i
               ON i.order_id = b.order_id AND i.type_id = b.type_id
        JOIN orders o ON o.id = coalesce(b.order_id, i.order_id)
        WHERE o.state IN ('CONFIRMED', 'PARTIALLY_REFUNDED', 'REFUNDED')
          AND coalesce(b.units, 0) <> coalesce(i.units, 0)
    """,
    "I9": """
        SELECT p.id, format('captured %s, refunds %s',
                            CASE p.state WHEN 'CAPTURED' THEN p.amount ELSE 0 END, sum(r.amount))
        FROM payments p JOIN refunds r ON r.payment_id = p.id
        WHERE r.state <> 'FAILED'
        GROUP BY p.id
        HAVING sum(r.amount) > CASE p.state WHEN 'CAPTURED' THEN p.amount ELSE 0 END
    """,
    "I9 refunded": """
        SELECT o.id, format('says %s, refunds that succeeded %s', o.refunded, coalesce(r.amount, 0))
        FROM orders o
        LEFT JOIN (SELECT order_id, sum(amount) AS amount FROM refunds
                   WHERE state = 'SUCCEEDED' GROUP BY order_id) AS r ON r.order_id = o.id
        WHERE o.refunded <> coalesce(r.amount, 0)
    """,
    "I11": """
        SELECT k.key, format('of %s for %s has neither answer nor refusal', k.actor, k.operation)
        FROM idempotency_keys k
        WHERE k.answer IS NULL AND k.refusal IS NULL
    """,
    "I11 once": """
        SELECT k.key, format('of %s for %s is there %s times', k.actor, k.operation, count(*))
        FROM idempotency_keys k
        GROUP BY k.actor, k.operation, k.key
        HAVING count(*) > 1
    """,
    "I15 tenant": """
        SELECT sold.id, format('%s of organizer %s, its event of %s',
                               sold.kind, sold.organizer_id, e.organizer_id)
        FROM (SELECT 'hold' AS kind, id, event_id, organizer_id FROM holds
              UNION ALL SELECT 'order', id, event_id, organizer_id FROM orders) AS sold
        LEFT JOIN events e ON e.id = sold.event_id
        WHERE e.organizer_id IS DISTINCT FROM sold.organizer_id
    """,
    "I15 tests": """
        SELECT sold.id, format('%s that is live: %s, its event: %s', sold.kind, sold.live, e.live)
        FROM (SELECT 'hold' AS kind, id, event_id, live FROM holds
              UNION ALL SELECT 'order', id, event_id, live FROM orders) AS sold
        JOIN events e ON e.id = sold.event_id
        WHERE e.live <> sold.live
    """,
    "I15 claimed": """
        SELECT own.id, format('%s of guest %s, whom %s has claimed', own.kind, g.id, g.claimed_by)
        FROM (SELECT 'hold' AS kind, id, buyer_id FROM holds
              UNION ALL SELECT 'order', id, buyer_id FROM orders) AS own
        JOIN guests g ON g.id = own.buyer_id
        WHERE g.claimed_by IS NOT NULL
    """,
    "I16": """
        SELECT o.id, format('%s members, none of them an owner',
                            (SELECT count(*) FROM members m WHERE m.organizer_id = o.id))
        FROM organizers o
        WHERE NOT EXISTS (SELECT FROM members m
                          WHERE m.organizer_id = o.id AND m.role = 'OWNER')
    """,
    "I17": """
        SELECT u.id, format('one of %s founders', count(*) OVER ())
        FROM users u
        WHERE u.founder
        ORDER BY u.created_at OFFSET 1
    """,
    "I17 superuser": """
        SELECT u.id, 'founded this installation, and nobody is an active superuser'
        FROM users u
        WHERE u.founder
          AND NOT EXISTS (SELECT FROM users s WHERE s.superuser AND s.active)
    """,
    "I18 balance": """
        SELECT b.order_id, format('postings sum to %s', sum(entry.amount))
        FROM postings b CROSS JOIN unnest(b.amounts) AS entry (amount)
        GROUP BY b.order_id
        HAVING sum(entry.amount) <> 0
    """,
    "I18 captured": """
        SELECT coalesce(p.id, b.source_id),
               format('payment %s of %s, booked %s', p.state, p.amount, b.amount)
        FROM (SELECT id, state, amount FROM payments WHERE state = 'CAPTURED') AS p
        FULL JOIN (SELECT source_id, amount FROM moved WHERE what = 'CHARGE') AS b
               ON b.source_id = p.id
        WHERE b.amount IS DISTINCT FROM p.amount
    """,
    "I18 refunded": """
        SELECT coalesce(r.id, b.source_id),
               format('refund %s of %s, booked %s', r.state, r.amount, b.amount)
        FROM (SELECT id, state, amount FROM refunds WHERE state = 'SUCCEEDED') AS r
        FULL JOIN (SELECT source_id, amount FROM moved WHERE what = 'REFUND' AND amount <> 0) AS b
               ON b.source_id = r.id
        WHERE -b.amount IS DISTINCT FROM r.amount
    """,
}

_AUDIT = (
    f"WITH {_TRUTH}"  # nosec B608: constants only
    + " UNION ALL ".join(
        f"SELECT '{name}' AS invariant, found.subject::text, found.detail"  # nosec B608: as above
        f" FROM ({check}) AS found (subject, detail)"
        for name, check in _CHECKS.items()
    )
    + " ORDER BY invariant, subject"
)


class Reader(Protocol):
    """A connection or a `Database`."""

    async def fetch(self, sql: str, /) -> list[Record]: ...


async def audit(connection: Reader) -> list[Discrepancy]:
    """Everything that is not as it must be; empty when all is well."""
    return [
        Discrepancy(invariant=row["invariant"], subject=row["subject"], detail=row["detail"])
        for row in await connection.fetch(_AUDIT)
    ]
