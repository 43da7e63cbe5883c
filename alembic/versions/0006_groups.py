"""Who commits for many at once may write what they write: holds and orders.

Frozen: it says what was granted then, not what the tables are now.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("holds", "orders", "order_lines")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"GRANT INSERT ON {table} TO holdfast_system")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"REVOKE INSERT ON {table} FROM holdfast_system")
