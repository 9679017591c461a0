"""Say when a relay that is away is tried again, and whether the people of a sending were told.

Of what was finished before, nobody is told any more.
"""

import sqlalchemy as sa
from alembic import op

from storage.base import UtcDateTime

revision = "c7d14e9a3f52"
down_revision = "d5e90b3c7a18"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edition", sa.Column("retry_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("edition", sa.Column("told_at", UtcDateTime(timezone=True), nullable=True))
    op.execute("update edition set told_at = status_since where status in ('sent', 'cancelled')")


def downgrade() -> None:
    op.drop_column("edition", "told_at")
    op.drop_column("edition", "retry_at")
