"""Let editions go without a fixed block."""

import sqlalchemy as sa
from alembic import op

revision = "e7a4c2d95b16"
down_revision = "d2a94c7f1b60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("without", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
        )


def downgrade() -> None:
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_column("without")
