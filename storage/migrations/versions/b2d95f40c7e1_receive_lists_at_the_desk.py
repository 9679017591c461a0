"""Receive lists of people at the desk."""

import sqlalchemy as sa
from alembic import op

from storage.base import UtcDateTime

revision = "b2d95f40c7e1"
down_revision = "d17f3b6ac284"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "received_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folder", sa.String(length=40), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("thousandths", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_received_list_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_received_list"),
    )
    op.create_index("ix_received_list_user_id", "received_list", ["user_id"])


def downgrade() -> None:
    op.drop_table("received_list")
