"""Count forms for all processes."""

import sqlalchemy as sa
from alembic import op

from storage.base import UtcDateTime

revision = "c6f2a8d41e97"
down_revision = "c8f1a3d75e90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taken",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_taken"),
    )
    op.create_index("ix_taken_what_mark_at", "taken", ["what", "mark", "at"])
    op.create_index("ix_taken_at", "taken", ["at"])


def downgrade() -> None:
    op.drop_table("taken")
