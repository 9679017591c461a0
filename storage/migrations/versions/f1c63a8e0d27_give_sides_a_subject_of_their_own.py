"""Give the sides of the partnership a subject and a preheader of their own."""

import sqlalchemy as sa
from alembic import op

revision = "f1c63a8e0d27"
down_revision = "f4c81a0e5d27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("edition") as batch:
        batch.add_column(
            sa.Column("heads", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )


def downgrade() -> None:
    with op.batch_alter_table("edition") as batch:
        batch.drop_column("heads")
