"""Keep with an edition why its items were proposed, and what was left."""

import sqlalchemy as sa
from alembic import op

revision = "d3b8f1a6c027"
down_revision = "d31f7a9b5c08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("filling", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )


def downgrade() -> None:
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_column("filling")
