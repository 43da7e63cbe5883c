"""Mails to buyers: about their orders, and the events that they have tickets for.

Frozen: it says what was created then, not what the tables are now.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = "'VERIFY_EMAIL', 'RESET_PASSWORD', 'PASSWORD_CHANGED', 'INVITATION'"
NEW = """'ORDER_CONFIRMED', 'ORDER_CANCELLED', 'ORDER_FAILED', 'ORDER_LAPSED', 'PAYMENT_LATE',
    'REFUND_COMPLETED', 'EVENT_CHANGED', 'EVENT_CANCELLED'"""


def upgrade() -> None:
    # Few mails wait at a time, so looking at all of them takes no time.
    op.execute(f"""
        -- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
        ALTER TABLE mails
            DROP CONSTRAINT ck_mails_kind,
            ADD CONSTRAINT ck_mails_kind CHECK (kind IN ({BEFORE}, {NEW}))""")


def downgrade() -> None:
    op.execute(f"DELETE FROM mails WHERE kind IN ({NEW})")  # nosec B608: constants only
    op.execute(f"""
        ALTER TABLE mails
            DROP CONSTRAINT ck_mails_kind,
            ADD CONSTRAINT ck_mails_kind CHECK (kind IN ({BEFORE}))""")
