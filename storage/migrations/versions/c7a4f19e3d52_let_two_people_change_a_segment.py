"""Let two people change a segment without undoing each other's."""

import sqlalchemy as sa
from alembic import op

revision = "c7a4f19e3d52"
down_revision = "d2b7f60e94a1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("segment", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("segment", "version")
