"""Remember what the name servers said of the sender's domain."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "e7b20c4d6a19"
down_revision = "d3b8f1a6c027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "domain_look",
        sa.Column("sender", sa.String(length=253), nullable=False),
        sa.Column("bounces", sa.String(length=253), nullable=False),
        sa.Column("at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "bounces", name=op.f("pk_domain_look")),
    )


def downgrade() -> None:
    op.drop_table("domain_look")
