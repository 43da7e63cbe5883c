"""The SQL of the provider's storage."""

from typing import Final

CLAIM: Final = """
    INSERT INTO simulator.operations (key, fingerprint) VALUES ($1, $2)
    ON CONFLICT (key) DO NOTHING
    RETURNING true
"""

ANSWER: Final = "SELECT fingerprint, answer FROM simulator.operations WHERE key = $1"

_COLUMNS: Final = """
    reference, payment_id, order_id, live, amount, currency, method, description, state, captured,
    refunded, disputed, refunds, disputes, failure, token, ripens_at, created_at, updated_at
"""

INTENT: Final = f"""
    SELECT {_COLUMNS} FROM simulator.intents WHERE reference = $1 FOR NO KEY UPDATE
"""  # nosec B608: constants only

INTENT_OF: Final = f"""
    SELECT {_COLUMNS} FROM simulator.intents WHERE payment_id = $1 FOR NO KEY UPDATE
"""  # nosec B608: constants only

RIPE: Final = f"""
    SELECT {_COLUMNS} FROM simulator.intents WHERE ripens_at <= $1
    ORDER BY ripens_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""  # nosec B608: constants only

# A whole record in one trip. $1 to $19: the intent, or nulls; $20, $21: its movements of money;
# $22 to $25: the webhook, or nulls; $26, $27: the key and its answer, or nulls.
WRITE: Final = f"""
    WITH intent AS (
        INSERT INTO simulator.intents ({_COLUMNS})
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14::jsonb, $15, $16,
            $17, $18, $19
        WHERE $1::text IS NOT NULL
        ON CONFLICT (reference) DO UPDATE SET
            state = excluded.state, captured = excluded.captured, refunded = excluded.refunded,
            disputed = excluded.disputed, refunds = excluded.refunds, disputes = excluded.disputes,
            failure = excluded.failure, ripens_at = excluded.ripens_at,
            updated_at = excluded.updated_at
    ), entries AS (
        INSERT INTO simulator.ledger (reference, payment_id, kind, amount, currency, at)
        SELECT $1, $2, movement.kind, movement.amount, $6, $19
        FROM unnest($20::text[], $21::bigint[])
            WITH ORDINALITY AS movement (kind, amount, position)
        ORDER BY movement.position
    ), delivery AS (
        INSERT INTO simulator.deliveries (event_id, body, created_at, due_at, attempts, delivered)
        SELECT $22, $23, $24, $25, 0, 0
        WHERE $22::text IS NOT NULL
    )
    UPDATE simulator.operations SET answer = $27::jsonb WHERE key = $26
"""  # nosec B608: constants only

DUE: Final = """
    UPDATE simulator.deliveries SET due_at = $2, attempts = attempts + 1
    WHERE event_id IN (
        SELECT event_id FROM simulator.deliveries WHERE due_at <= $1
        ORDER BY due_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING event_id, body, created_at, due_at, attempts, delivered
"""

# Locked in one order first: two couriers may settle the same webhooks, one of them too late.
SETTLE: Final = """
    WITH locked AS MATERIALIZED (
        SELECT event_id FROM simulator.deliveries WHERE event_id = ANY($1::text[])
        ORDER BY event_id FOR NO KEY UPDATE
    )
    UPDATE simulator.deliveries
    SET due_at = outcome.due_at, delivered = delivered + outcome.acknowledged::integer
    FROM unnest($1::text[], $2::boolean[], $3::timestamptz[])
        AS outcome (event_id, acknowledged, due_at)
    JOIN locked USING (event_id)
    WHERE deliveries.event_id = outcome.event_id
"""

UNDELIVERED: Final = "SELECT count(*) FROM simulator.deliveries WHERE due_at IS NOT NULL"

MISSED: Final = """
    SELECT event_id, body, created_at, due_at, attempts, delivered FROM simulator.deliveries
    WHERE due_at IS NULL AND delivered = 0 AND created_at >= $1
    ORDER BY created_at, event_id
"""

LEDGER: Final = """
    SELECT position, reference, payment_id, kind, amount, currency, at FROM simulator.ledger
    ORDER BY position
"""

MOVED: Final = """
    SELECT position, reference, entry.payment_id, kind, entry.amount, entry.currency, at
    FROM simulator.ledger AS entry JOIN simulator.intents USING (reference)
    WHERE live = $1 AND at >= $2 AND at < $3
    ORDER BY at, position
"""
