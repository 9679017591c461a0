"""Tell colleagues at once what is put before them, unless they want no such mail."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "d6a2f90c41b7"
down_revision = "f0d7a52c8e13"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matter",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("settled_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["log_entry.id"], name=op.f("fk_matter_entry_id_log_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_matter")),
    )
    op.create_index(op.f("ix_matter_settled_at"), "matter", ["settled_at"])
    op.create_table(
        "matter_told",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["matter.entry_id"], name=op.f("fk_matter_told_entry_id_matter")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_matter_told_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_told")),
        sa.UniqueConstraint("entry_id", "user_id", name=op.f("uq_matter_told_entry_id_user_id")),
    )
    op.add_column(
        "user_account",
        sa.Column("wants_news", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    op.drop_column("user_account", "wants_news")
    op.drop_table("matter_told")
    op.drop_index(op.f("ix_matter_settled_at"), "matter")
    op.drop_table("matter")
