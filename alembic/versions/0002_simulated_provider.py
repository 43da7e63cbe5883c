"""The simulated payment provider's own schema: intents, keys, ledger and webhooks.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE SCHEMA simulator",
    """
    CREATE TABLE simulator.intents (
        reference   text        NOT NULL,
        payment_id  uuid        NOT NULL,
        order_id    uuid        NOT NULL,
        amount      bigint      NOT NULL,
        currency    text        NOT NULL,
        method      text        NOT NULL,
        description text        NOT NULL,
        state       text        NOT NULL,
        captured    bigint      NOT NULL,
        refunded    bigint      NOT NULL,
        failure     text,
        token       text,
        ripens_at   timestamptz,
        created_at  timestamptz NOT NULL,
        updated_at  timestamptz NOT NULL,
        CONSTRAINT pk_intents PRIMARY KEY (reference),
        CONSTRAINT ck_intents_state CHECK (state IN ('requires_action', 'processing',
            'authorized', 'captured', 'cancelled', 'failed')),
        CONSTRAINT ck_intents_amounts CHECK (amount > 0 AND captured BETWEEN 0 AND amount
            AND refunded BETWEEN 0 AND captured)
    ) WITH (fillfactor = 80)""",
    "CREATE UNIQUE INDEX uq_intents_payment_id ON simulator.intents (payment_id)",
    """
    CREATE INDEX ix_intents_ripe ON simulator.intents (ripens_at)
        WHERE ripens_at IS NOT NULL""",
    """
    CREATE TABLE simulator.operations (
        key         text        NOT NULL,
        fingerprint bytea       NOT NULL,
        answer      jsonb,
        created_at  timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_operations PRIMARY KEY (key)
    )""",
    """
    CREATE TABLE simulator.ledger (
        position   bigint      GENERATED ALWAYS AS IDENTITY,
        reference  text        NOT NULL,
        payment_id uuid        NOT NULL,
        kind       text        NOT NULL,
        amount     bigint      NOT NULL,
        currency   text        NOT NULL,
        at         timestamptz NOT NULL,
        CONSTRAINT pk_ledger PRIMARY KEY (position),
        CONSTRAINT fk_ledger_reference
            FOREIGN KEY (reference) REFERENCES simulator.intents (reference),
        CONSTRAINT ck_ledger_kind
            CHECK (kind IN ('authorized', 'captured', 'released', 'refunded')),
        CONSTRAINT ck_ledger_amount CHECK (amount > 0)
    )""",
    "CREATE INDEX ix_ledger_reference ON simulator.ledger (reference)",
    """
    CREATE UNIQUE INDEX uq_ledger_once ON simulator.ledger (reference, kind)
        WHERE kind <> 'refunded'""",
    """
    CREATE TABLE simulator.deliveries (
        event_id  text        NOT NULL,
        body      bytea       NOT NULL,
        due_at    timestamptz,
        attempts  integer     NOT NULL,
        delivered integer     NOT NULL,
        CONSTRAINT pk_deliveries PRIMARY KEY (event_id)
    ) WITH (fillfactor = 80)""",
    """
    CREATE INDEX ix_deliveries_due ON simulator.deliveries (due_at)
        WHERE due_at IS NOT NULL""",
)

TABLES = ("deliveries", "ledger", "operations", "intents")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE simulator.{table}")
    op.execute("DROP SCHEMA simulator")
