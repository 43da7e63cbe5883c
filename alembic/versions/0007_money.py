"""Money: refunds of parts, tickets that become void, disputes, double entry, what needs the
attention of a person, and reports of reconciliations.

What was captured and given back so far is booked as if this had been there: nothing of it was tax
or fee. The previous release goes on beside it: whatever it does not know has a default. Orders wait
until it is through, which takes about as long as making one index over them.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = (
    """
    -- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
    -- squawk-ignore-file adding-not-nullable-field, ban-drop-column, ban-drop-table
    -- squawk-ignore-file constraint-missing-not-valid
    ALTER TABLE refunds
        ADD COLUMN ticket_ids uuid[]  NOT NULL DEFAULT '{}',
        ADD COLUMN retry_of   uuid,
        ADD COLUMN reference  text,
        ADD COLUMN due_at     timestamptz,
        ADD COLUMN looks      integer NOT NULL DEFAULT 0""",
    "UPDATE refunds SET due_at = updated_at WHERE state IN ('REQUESTED', 'PENDING')",
    "DROP INDEX uq_refunds_late_payment",
    """
    CREATE UNIQUE INDEX uq_refunds_late_payment ON refunds (payment_id)
        WHERE reason = 'LATE_PAYMENT' AND retry_of IS NULL""",
    "CREATE INDEX ix_refunds_order_id ON refunds (order_id, created_at, id)",
    "CREATE INDEX ix_refunds_due ON refunds (due_at) WHERE due_at IS NOT NULL",
    """
    CREATE INDEX ix_refunds_event_cancelled ON refunds (order_id)
        WHERE reason = 'EVENT_CANCELLED'""",
    """
    ALTER TABLE orders
        ADD COLUMN refunded bigint NOT NULL DEFAULT 0,
        ADD CONSTRAINT ck_orders_refunded CHECK (refunded BETWEEN 0 AND total)""",
    """
    UPDATE orders SET refunded = gone.amount
    FROM (SELECT order_id, sum(amount) AS amount FROM refunds
          WHERE state = 'SUCCEEDED' GROUP BY order_id) AS gone
    WHERE orders.id = gone.order_id""",
    """
    CREATE INDEX ix_orders_paid ON orders (event_id, id)
        WHERE state IN ('CONFIRMED', 'PARTIALLY_REFUNDED')""",
    "CREATE INDEX ix_events_cancelled ON events (id) WHERE state = 'CANCELLED'",
    """
    ALTER TABLE tickets
        ADD COLUMN keeps_place boolean NOT NULL DEFAULT false,
        ADD COLUMN disputed    boolean NOT NULL DEFAULT false""",
    """
    ALTER TABLE provider_events
        ADD COLUMN topic      text NOT NULL DEFAULT 'PAYMENT',
        ADD COLUMN payment_id uuid,
        ADD CONSTRAINT ck_provider_events_topic
            CHECK (topic IN ('PAYMENT', 'REFUND', 'DISPUTE'))""",
)

# The last wall: who adds a refund has looked, but two may look at once. Locking the payment first,
# the second sees what the first has added. It runs as the tables' owner, and so sees every refund.
WALL = (
    """
    CREATE FUNCTION holdfast_check_refunds() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, public, pg_temp
    AS $$
    DECLARE
        taken bigint;
        back  numeric;
    BEGIN
        SELECT amount INTO taken FROM payments WHERE id = NEW.payment_id FOR NO KEY UPDATE;
        SELECT sum(amount) INTO back FROM refunds
        WHERE payment_id = NEW.payment_id AND state <> 'FAILED';
        IF back > taken THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation', TABLE = 'refunds',
                CONSTRAINT = 'ck_refunds_left_of_payment',
                MESSAGE = format('refunds of %s would be more than payment %s of %s',
                                 back, NEW.payment_id, taken);
        END IF;
        RETURN NULL;
    END $$""",
    """
    CREATE TRIGGER holdfast_check_new_refund AFTER INSERT ON refunds
        FOR EACH ROW WHEN (NEW.state <> 'FAILED') EXECUTE FUNCTION holdfast_check_refunds()""",
    """
    CREATE TRIGGER holdfast_check_changed_refund AFTER UPDATE OF state, amount, payment_id
        ON refunds
        FOR EACH ROW WHEN (NEW.state <> 'FAILED' AND (OLD.state = 'FAILED'
            OR NEW.amount <> OLD.amount OR NEW.payment_id <> OLD.payment_id))
        EXECUTE FUNCTION holdfast_check_refunds()""",
)

TABLES = (
    """
    CREATE TABLE disputes (
        id         uuid        NOT NULL,
        payment_id uuid        NOT NULL,
        order_id   uuid        NOT NULL,
        reference  text        NOT NULL,
        amount     bigint      NOT NULL,
        currency   text        NOT NULL,
        reason     text        NOT NULL,
        state      text        NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version    integer     NOT NULL,
        CONSTRAINT pk_disputes PRIMARY KEY (id),
        CONSTRAINT fk_disputes_payment_id FOREIGN KEY (payment_id) REFERENCES payments (id),
        CONSTRAINT uq_disputes_payment_id_reference UNIQUE (payment_id, reference),
        CONSTRAINT ck_disputes_state CHECK (state IN ('OPEN', 'WON', 'LOST')),
        CONSTRAINT ck_disputes_amount CHECK (amount > 0)
    )""",
    "CREATE INDEX ix_disputes_undecided ON disputes (payment_id) WHERE state = 'OPEN'",
    """
    CREATE FUNCTION holdfast_sum(amounts bigint[]) RETURNS numeric
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        BEGIN ATOMIC
            SELECT sum(amount) FROM unnest(amounts) AS amount;
        END""",
    """
    CREATE TABLE postings (
        kind         text        NOT NULL,
        source_id    uuid        NOT NULL,
        id           uuid        NOT NULL,
        organizer_id uuid        NOT NULL,
        event_id     uuid        NOT NULL,
        order_id     uuid        NOT NULL,
        payment_id   uuid        NOT NULL,
        live         boolean     NOT NULL,
        provider     text        NOT NULL,
        currency     text        NOT NULL,
        accounts     text[]      NOT NULL,
        amounts      bigint[]    NOT NULL,
        occurred_at  timestamptz NOT NULL,
        CONSTRAINT pk_postings PRIMARY KEY (kind, source_id),
        CONSTRAINT fk_postings_payment_id FOREIGN KEY (payment_id) REFERENCES payments (id),
        CONSTRAINT ck_postings_kind CHECK (kind IN (
            'CHARGE', 'REFUND', 'REFUND_FAILED', 'DISPUTE', 'DISPUTE_WON', 'DISPUTE_LOST',
            'PROVIDER_FEE')),
        CONSTRAINT ck_postings_accounts CHECK (
            accounts <@ ARRAY['PROVIDER', 'DISPUTED', 'ORGANIZER', 'TAX', 'PLATFORM']),
        CONSTRAINT ck_postings_entries CHECK (
            cardinality(accounts) > 0 AND cardinality(accounts) = cardinality(amounts)
            AND array_position(amounts, NULL) IS NULL AND 0 <> ALL (amounts)),
        CONSTRAINT ck_postings_balance CHECK (holdfast_sum(amounts) = 0)
    )""",
    "CREATE INDEX ix_postings_order_id ON postings (order_id)",
    "CREATE INDEX ix_postings_organizer_id_live ON postings (organizer_id, live)",
    "CREATE INDEX ix_postings_moment ON postings (provider, live, occurred_at)",
    """
    CREATE TABLE attention (
        id           uuid        NOT NULL,
        kind         text        NOT NULL,
        subject_id   uuid        NOT NULL,
        organizer_id uuid,
        order_id     uuid,
        live         boolean     NOT NULL,
        detail       text        NOT NULL,
        state        text        NOT NULL,
        choice       text,
        note         text,
        resolved_by  uuid,
        created_at   timestamptz NOT NULL,
        resolved_at  timestamptz,
        version      integer     NOT NULL,
        CONSTRAINT pk_attention PRIMARY KEY (id),
        CONSTRAINT ck_attention_kind CHECK (kind IN (
            'REFUND_FAILED', 'REFUND_BY_HAND', 'PAYMENT_STUCK', 'PAYMENT_MISMATCH', 'DISPUTE',
            'LEDGERS_DIFFER')),
        CONSTRAINT ck_attention_state CHECK (state IN ('OPEN', 'RESOLVED')),
        CONSTRAINT ck_attention_choice CHECK (choice IN (
            'RETRY', 'DONE_BY_HAND', 'LOOK_AGAIN', 'DISMISS')),
        CONSTRAINT ck_attention_resolved CHECK (
            (state = 'RESOLVED') = (choice IS NOT NULL)
            AND (state = 'RESOLVED') = (resolved_at IS NOT NULL))
    )""",
    "CREATE UNIQUE INDEX uq_attention_open ON attention (kind, subject_id) WHERE state = 'OPEN'",
    "CREATE INDEX ix_attention_subject_id ON attention (subject_id)",
    "CREATE INDEX ix_attention_created_at_id ON attention (created_at, id)",
    "CREATE INDEX ix_attention_organizer_id ON attention (organizer_id, created_at, id)",
    """
    CREATE TABLE reconciliations (
        id         uuid        NOT NULL,
        provider   text        NOT NULL,
        live       boolean     NOT NULL,
        since      timestamptz NOT NULL,
        until      timestamptz NOT NULL,
        compared   integer     NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_reconciliations PRIMARY KEY (id),
        CONSTRAINT ck_reconciliations_span CHECK (since <= until)
    )""",
    """
    CREATE INDEX ix_reconciliations_latest
        ON reconciliations (live, provider, until, created_at)""",
    # Rows of their own, not JSON in the report: each is somebody's, and row policies say whose.
    """
    CREATE TABLE discrepancies (
        reconciliation_id uuid    NOT NULL,
        position          integer NOT NULL,
        kind              text    NOT NULL,
        reference         text    NOT NULL,
        ours              bigint,
        theirs            bigint,
        currency          text    NOT NULL,
        payment_id        uuid,
        order_id          uuid,
        organizer_id      uuid,
        CONSTRAINT pk_discrepancies PRIMARY KEY (reconciliation_id, position),
        CONSTRAINT fk_discrepancies_reconciliation_id
            FOREIGN KEY (reconciliation_id) REFERENCES reconciliations (id)
    )""",
)

BOOK = (
    """
    INSERT INTO postings (kind, source_id, id, organizer_id, event_id, order_id, payment_id, live,
                          provider, currency, accounts, amounts, occurred_at)
    SELECT 'CHARGE', p.id, gen_random_uuid(), o.organizer_id, o.event_id, o.id, p.id, o.live,
           p.provider, p.currency, ARRAY['PROVIDER', 'ORGANIZER'], ARRAY[p.amount, -p.amount],
           p.updated_at
    FROM payments p JOIN orders o ON o.id = p.order_id
    WHERE p.state = 'CAPTURED'""",
    """
    INSERT INTO postings (kind, source_id, id, organizer_id, event_id, order_id, payment_id, live,
                          provider, currency, accounts, amounts, occurred_at)
    SELECT 'REFUND', r.id, gen_random_uuid(), o.organizer_id, o.event_id, o.id, p.id, o.live,
           p.provider, r.currency, ARRAY['PROVIDER', 'ORGANIZER'], ARRAY[-r.amount, r.amount],
           r.updated_at
    FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = r.order_id
    WHERE r.state = 'SUCCEEDED'""",
)

TESTS_OF = "(SELECT NULLIF(current_setting('holdfast.tests_of', true), '')::uuid)"
ORGANIZERS = "(SELECT NULLIF(current_setting('holdfast.organizers', true), '')::uuid[])"
SUPERUSER = "(SELECT current_setting('holdfast.superuser', true) = 't')"

OWN = f"organizer_id = ANY ({ORGANIZERS}::uuid[])"
MODE = f"(live AND {TESTS_OF} IS NULL OR NOT live AND organizer_id = {TESTS_OF})"
# Policies apply inside of policies: an order that is not seen is nobody's.
OWN_ORDER = (
    f"EXISTS (SELECT FROM orders o WHERE o.id = order_id AND o.{OWN})"  # nosec B608: constants only
)

APP = (
    ("tickets", "UPDATE", OWN_ORDER),
    ("refunds", "INSERT", OWN_ORDER),
    ("refunds", "UPDATE", OWN_ORDER),
    ("disputes", "SELECT", OWN_ORDER),
    ("postings", "SELECT", f"{MODE} AND {OWN}"),
    ("postings", "INSERT", f"{MODE} AND {OWN} AND {OWN_ORDER}"),
    ("attention", "SELECT", f"{MODE} AND {OWN} OR {SUPERUSER}"),
    ("attention", "INSERT", f"{MODE} AND {OWN}"),
    ("attention", "UPDATE", f"{MODE} AND {OWN} OR {SUPERUSER}"),
    # A report has the figures of a whole installation, but for the number of its movements none of
    # anybody; who sells nothing has no business with it.
    (
        "reconciliations",
        "SELECT",
        f"live = ({TESTS_OF} IS NULL) AND cardinality({ORGANIZERS}) > 0 OR {SUPERUSER}",
    ),
    (
        "discrepancies",
        "SELECT",
        f"({OWN} OR {SUPERUSER}) AND EXISTS (SELECT FROM reconciliations r"  # nosec B608: as above
        " WHERE r.id = reconciliation_id)",
    ),
)

# Every row, of every table; but these rights only.
SYSTEM = {
    "disputes": "SELECT, INSERT, UPDATE",
    "postings": "SELECT, INSERT",
    "attention": "SELECT, INSERT, UPDATE",
    "reconciliations": "SELECT, INSERT",
    "discrepancies": "SELECT, INSERT",
}

RIGHTS = (
    "REVOKE ALL ON FUNCTION holdfast_sum(bigint[]), holdfast_check_refunds() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION holdfast_sum(bigint[]) TO holdfast_app, holdfast_system",
)

BACK = (
    "DROP TRIGGER holdfast_check_new_refund ON refunds",
    "DROP TRIGGER holdfast_check_changed_refund ON refunds",
    "DROP FUNCTION holdfast_check_refunds()",
    "DROP TABLE discrepancies",
    "DROP TABLE reconciliations",
    "DROP TABLE attention",
    "DROP TABLE postings",
    "DROP FUNCTION holdfast_sum(bigint[])",
    "DROP TABLE disputes",
    "DROP INDEX ix_refunds_due, ix_refunds_order_id, ix_refunds_event_cancelled",
    "DROP INDEX uq_refunds_late_payment",
    # The first of each payment is late money's; those that repeat it are other refunds from now on.
    """
    UPDATE refunds SET reason = 'LATE_PAYMENT_RETRY'
    WHERE reason = 'LATE_PAYMENT' AND retry_of IS NOT NULL""",
    """
    ALTER TABLE refunds
        DROP COLUMN ticket_ids,
        DROP COLUMN retry_of,
        DROP COLUMN reference,
        DROP COLUMN due_at,
        DROP COLUMN looks""",
    """
    CREATE UNIQUE INDEX uq_refunds_late_payment ON refunds (payment_id)
        WHERE reason = 'LATE_PAYMENT'""",
    "DROP INDEX ix_orders_paid, ix_events_cancelled",
    "ALTER TABLE orders DROP CONSTRAINT ck_orders_refunded, DROP COLUMN refunded",
    "ALTER TABLE tickets DROP COLUMN keeps_place, DROP COLUMN disputed",
    """
    ALTER TABLE provider_events
        DROP CONSTRAINT ck_provider_events_topic,
        DROP COLUMN topic,
        DROP COLUMN payment_id""",
)


def allow(role: str, table: str, right: str, rows: str) -> None:
    clauses = {"INSERT": "WITH CHECK ({0})", "UPDATE": "USING ({0}) WITH CHECK ({0})"}
    clause = clauses.get(right, "USING ({0})").format(rows)
    op.execute(f"GRANT {right} ON {table} TO holdfast_{role}")
    op.execute(
        f"CREATE POLICY {role}_{right.lower()} ON {table} FOR {right} TO holdfast_{role} {clause}"
    )


def upgrade() -> None:
    for statement in (*COLUMNS, *WALL, *TABLES, *BOOK, *RIGHTS):
        op.execute(statement)
    for table, rights in SYSTEM.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"GRANT {rights} ON {table} TO holdfast_system")
        op.execute(
            f"CREATE POLICY system ON {table} TO holdfast_system USING (true) WITH CHECK (true)"
        )
    for table, right, rows in APP:
        allow("app", table, right, rows)


def downgrade() -> None:
    for table, right, _ in APP:
        op.execute(f"DROP POLICY app_{right.lower()} ON {table}")
        op.execute(f"REVOKE {right} ON {table} FROM holdfast_app")
    for statement in BACK:
        op.execute(statement)
