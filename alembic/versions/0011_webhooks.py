"""Webhooks of organizers: where they want to be told, and what became of telling them.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE webhook_endpoints (
        id               uuid        NOT NULL,
        organizer_id     uuid        NOT NULL,
        live             boolean     NOT NULL,
        url              text        NOT NULL,
        types            text[]      NOT NULL,
        description      text        NOT NULL,
        secret           bytea       NOT NULL,
        old_secret       bytea,
        old_secret_until timestamptz,
        state            text        NOT NULL,
        disabled_by      text,
        failing_since    timestamptz,
        created_at       timestamptz NOT NULL,
        version          integer     NOT NULL,
        CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
        CONSTRAINT ck_webhook_endpoints_state CHECK (state IN ('ENABLED', 'FAILING', 'DISABLED')),
        CONSTRAINT ck_webhook_endpoints_disabled_by
            CHECK (disabled_by IN ('PERSON', 'FAILURES', 'GONE')),
        CONSTRAINT ck_webhook_endpoints_types CHECK (cardinality(types) > 0),
        CONSTRAINT ck_webhook_endpoints_old_secret
            CHECK ((old_secret IS NULL) = (old_secret_until IS NULL)),
        CONSTRAINT ck_webhook_endpoints_disabled
            CHECK ((state = 'DISABLED') = (disabled_by IS NOT NULL))
    )""",
    """
    CREATE INDEX ix_webhook_endpoints_organizer_id_created_at_id
        ON webhook_endpoints (organizer_id, created_at, id)""",
    """
    CREATE TABLE webhook_deliveries (
        id              uuid        NOT NULL,
        endpoint_id     uuid        NOT NULL,
        message_id      uuid        NOT NULL,
        type            text        NOT NULL,
        body            text        NOT NULL,
        state           text        NOT NULL,
        attempts        integer     NOT NULL,
        next_attempt_at timestamptz,
        status          integer,
        error           text,
        created_at      timestamptz NOT NULL,
        CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
        CONSTRAINT fk_webhook_deliveries_endpoint_id FOREIGN KEY (endpoint_id)
            REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
        CONSTRAINT uq_webhook_deliveries_endpoint_id UNIQUE (endpoint_id, message_id),
        CONSTRAINT ck_webhook_deliveries_state
            CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
        CONSTRAINT ck_webhook_deliveries_due
            CHECK ((state = 'PENDING') = (next_attempt_at IS NOT NULL))
    )""",
    """
    CREATE INDEX ix_webhook_deliveries_endpoint_id_created_at_id
        ON webhook_deliveries (endpoint_id, created_at, id)""",
    """
    CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at)
        WHERE next_attempt_at IS NOT NULL""",
    "CREATE INDEX ix_webhook_deliveries_created_at ON webhook_deliveries (created_at)",
)

TESTS_OF = "(SELECT NULLIF(current_setting('holdfast.tests_of', true), '')::uuid)"
ORGANIZERS = "(SELECT NULLIF(current_setting('holdfast.organizers', true), '')::uuid[])"
OWN = f"organizer_id = ANY ({ORGANIZERS}::uuid[])"
# Who belongs to the organizer sees to both modes, but for test keys: theirs are the tests alone.
SEEN = f"{OWN} AND ({TESTS_OF} IS NULL OR NOT live AND organizer_id = {TESTS_OF})"
ENDPOINT_SEEN = "EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = endpoint_id)"

APP = (
    ("webhook_endpoints", "SELECT", SEEN),
    ("webhook_endpoints", "INSERT", SEEN),
    ("webhook_endpoints", "UPDATE", SEEN),
    ("webhook_endpoints", "DELETE", SEEN),
    ("webhook_deliveries", "SELECT", ENDPOINT_SEEN),
    ("webhook_deliveries", "INSERT", ENDPOINT_SEEN),
    ("webhook_deliveries", "UPDATE", ENDPOINT_SEEN),
)

SYSTEM = {
    "webhook_endpoints": "SELECT, UPDATE",
    "webhook_deliveries": "SELECT, INSERT, UPDATE, DELETE",
}


def allow(role: str, table: str, right: str, rows: str) -> None:
    clauses = {"INSERT": "WITH CHECK ({0})", "UPDATE": "USING ({0}) WITH CHECK ({0})"}
    clause = clauses.get(right, "USING ({0})").format(rows)
    op.execute(f"GRANT {right} ON {table} TO holdfast_{role}")
    op.execute(
        f"CREATE POLICY {role}_{right.lower()} ON {table} FOR {right} TO holdfast_{role} {clause}"
    )


def upgrade() -> None:
    for statement in TABLES:
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
    op.execute("-- squawk-ignore-file ban-drop-table\nDROP TABLE webhook_deliveries")
    op.execute("DROP TABLE webhook_endpoints")
