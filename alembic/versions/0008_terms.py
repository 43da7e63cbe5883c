"""How prices are made: taxes of ticket types, the fee of the platform, and offline payment.

Frozen: it says what was added then, not what the tables are now.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# What is there already was sold with no word of taxes and fees.
UP = (
    """
    ALTER TABLE events
        ADD COLUMN prices_include_tax boolean NOT NULL DEFAULT true,
        ADD COLUMN pass_on_fees boolean NOT NULL DEFAULT false,
        ADD COLUMN fee_name text NOT NULL DEFAULT 'Service fee',
        ADD COLUMN fee_basis_points integer NOT NULL DEFAULT 0,
        ADD COLUMN fee_per_ticket bigint NOT NULL DEFAULT 0,
        ADD COLUMN offline_payment_hours integer
    """,
    """
    ALTER TABLE ticket_types
        ADD COLUMN tax_name text NOT NULL DEFAULT 'Tax',
        ADD COLUMN tax_rate_basis_points integer NOT NULL DEFAULT 0
    """,
    "ALTER TABLE order_lines ADD COLUMN charges jsonb",
)

DOWN = (
    "ALTER TABLE order_lines DROP COLUMN charges",
    "ALTER TABLE ticket_types DROP COLUMN tax_name, DROP COLUMN tax_rate_basis_points",
    """
    ALTER TABLE events
        DROP COLUMN prices_include_tax,
        DROP COLUMN pass_on_fees,
        DROP COLUMN fee_name,
        DROP COLUMN fee_basis_points,
        DROP COLUMN fee_per_ticket,
        DROP COLUMN offline_payment_hours
    """,
)


def upgrade() -> None:
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWN:
        op.execute(statement)
