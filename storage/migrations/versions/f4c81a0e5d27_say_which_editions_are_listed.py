"""Say which editions the site names; those that are there stay named."""

import sqlalchemy as sa
from alembic import op

revision = "f4c81a0e5d27"
down_revision = "f5c3e81a0d42"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "edition", sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def downgrade() -> None:
    op.drop_column("edition", "listed")
