"""Remember where mail that nobody understood stays in the mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "b82e5f10c9d4"
down_revision = "b09682cb8372"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("unknown_mail", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("place", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("unknown_mail", schema=None) as batch_op:
        batch_op.drop_column("settled")
        batch_op.drop_column("place")
