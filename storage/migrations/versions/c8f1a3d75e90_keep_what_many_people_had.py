"""Keep what people had before many of them were changed at once."""

import sqlalchemy as sa
from alembic import op

from storage.base import UtcDateTime

revision = "c8f1a3d75e90"
down_revision = "e3f61b8d0a94"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "many_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("undone_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_many_change_user_id_user_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_many_change"),
    )
    op.create_index("ix_many_change_user_id", "many_change", ["user_id"])
    op.create_table(
        "many_change_before",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=True),
        sa.Column("audience_said", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("partnership", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=80), nullable=False),
        sa.Column("had_theme", sa.Boolean(), nullable=False),
        sa.Column("lost_theme", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["many_change.id"],
            name="fk_many_change_before_change_id_many_change",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name="fk_many_change_before_subscriber_id_subscriber",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("change_id", "subscriber_id", name="pk_many_change_before"),
    )
    op.create_index("ix_many_change_before_subscriber_id", "many_change_before", ["subscriber_id"])


def downgrade() -> None:
    op.drop_table("many_change_before")
    op.drop_table("many_change")
