"""Give the sides of the partnership an order of the blocks of their own."""

import sqlalchemy as sa
from alembic import op

revision = "f3d9e1b74c58"
down_revision = "f1c63a8e0d27"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("edition") as batch:
        batch.add_column(
            sa.Column("orders", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )


def downgrade() -> None:
    with op.batch_alter_table("edition") as batch:
        batch.drop_column("orders")
