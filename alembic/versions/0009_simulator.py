"""The simulated provider keeps refunds and disputes, two modes apart, and webhooks it gave up.

Frozen: it says what was changed then, not what the tables are now.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UP = (
    # Play money: its tables are small, and nobody waits long for them.
    """
    -- squawk-ignore-file ban-drop-default, ban-drop-constraint, constraint-missing-not-valid
    -- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
    -- squawk-ignore-file ban-drop-column
    ALTER TABLE simulator.intents
        ADD COLUMN live     boolean NOT NULL DEFAULT true,
        ADD COLUMN disputed bigint  NOT NULL DEFAULT 0,
        ADD COLUMN refunds  jsonb   NOT NULL DEFAULT '[]',
        ADD COLUMN disputes jsonb   NOT NULL DEFAULT '[]'
    """,
    """
    ALTER TABLE simulator.intents
        ALTER COLUMN live DROP DEFAULT,
        ALTER COLUMN disputed DROP DEFAULT,
        ALTER COLUMN refunds DROP DEFAULT,
        ALTER COLUMN disputes DROP DEFAULT,
        DROP CONSTRAINT ck_intents_amounts,
        ADD CONSTRAINT ck_intents_amounts CHECK (amount > 0 AND captured BETWEEN 0 AND amount
            AND refunded BETWEEN 0 AND captured AND disputed BETWEEN 0 AND captured - refunded)
    """,
    """
    ALTER TABLE simulator.ledger
        DROP CONSTRAINT ck_ledger_kind,
        ADD CONSTRAINT ck_ledger_kind CHECK (kind IN ('authorized', 'captured', 'released',
            'refunded', 'returned', 'disputed', 'dispute_won'))
    """,
    "DROP INDEX simulator.uq_ledger_once",
    """
    CREATE UNIQUE INDEX uq_ledger_once ON simulator.ledger (reference, kind)
        WHERE kind IN ('authorized', 'captured', 'released')
    """,
    "CREATE INDEX ix_ledger_at ON simulator.ledger (at)",
    """
    ALTER TABLE simulator.deliveries
        ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()
    """,
    "ALTER TABLE simulator.deliveries ALTER COLUMN created_at DROP DEFAULT",
    """
    CREATE INDEX ix_deliveries_missed ON simulator.deliveries (created_at)
        WHERE due_at IS NULL AND delivered = 0
    """,
)

DOWN = (
    "DROP INDEX simulator.ix_deliveries_missed",
    "ALTER TABLE simulator.deliveries DROP COLUMN created_at",
    "DROP INDEX simulator.ix_ledger_at",
    "DELETE FROM simulator.ledger WHERE kind IN ('returned', 'disputed', 'dispute_won')",
    "DROP INDEX simulator.uq_ledger_once",
    """
    CREATE UNIQUE INDEX uq_ledger_once ON simulator.ledger (reference, kind)
        WHERE kind <> 'refunded'
    """,
    """
    ALTER TABLE simulator.ledger
        DROP CONSTRAINT ck_ledger_kind,
        ADD CONSTRAINT ck_ledger_kind
            CHECK (kind IN ('authorized', 'captured', 'released', 'refunded'))
    """,
    """
    ALTER TABLE simulator.intents
        DROP CONSTRAINT ck_intents_amounts,
        ADD CONSTRAINT ck_intents_amounts CHECK (amount > 0 AND captured BETWEEN 0 AND amount
            AND refunded BETWEEN 0 AND captured),
        DROP COLUMN live,
        DROP COLUMN disputed,
        DROP COLUMN refunds,
        DROP COLUMN disputes
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
