"""Remember what was seen where links lead."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "d31f7a9b5c08"
down_revision = "c5e0b7d9f214"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_look",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("leads_to", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_link_look")),
    )
    op.create_index(op.f("ix_link_look_at"), "link_look", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_link_look_at"), table_name="link_look")
    op.drop_table("link_look")
