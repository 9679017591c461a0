"""Keep which text somebody agreed to, besides its words."""

import sqlalchemy as sa
from alembic import op

revision = "d17f3b6ac284"
down_revision = "b7d0e4c92f13"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "consent",
        sa.Column(
            "text_version", sa.String(length=40), nullable=False, server_default=sa.text("''")
        ),
    )


def downgrade() -> None:
    op.drop_column("consent", "text_version")
