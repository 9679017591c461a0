"""Remember which work account was used first with an account."""

import sqlalchemy as sa
from alembic import op

revision = "e92c7f1b0d64"
down_revision = "c7d14e9a3f52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("work_issuer", sa.String(length=500), nullable=True))
    op.add_column("user_account", sa.Column("work_subject", sa.String(length=255), nullable=True))
    columns = ["work_issuer", "work_subject"]
    op.create_index("ix_user_account_work", "user_account", columns, unique=True)


def downgrade() -> None:
    op.drop_index("ix_user_account_work", table_name="user_account")
    op.drop_column("user_account", "work_subject")
    op.drop_column("user_account", "work_issuer")
