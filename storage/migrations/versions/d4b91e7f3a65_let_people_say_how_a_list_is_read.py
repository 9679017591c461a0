"""Let people say how a list is read."""

import sqlalchemy as sa
from alembic import op

revision = "d4b91e7f3a65"
down_revision = "c6f2a8d41e97"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, length in (("encoding", 20), ("delimiter", 1)):
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column("received_list", column)


def downgrade() -> None:
    with op.batch_alter_table("received_list") as batch:
        batch.drop_column("delimiter")
        batch.drop_column("encoding")
