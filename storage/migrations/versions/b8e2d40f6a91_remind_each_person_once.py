"""Remind each person once of a deadline, unless they want no reminders."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "b8e2d40f6a91"
down_revision = "c8a1f4d27e63"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("begun_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_reminder_edition_id_edition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_reminder_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "edition_id",
            "user_id",
            "what",
            "due_on",
            name=op.f("uq_reminder_edition_id_user_id_what_due_on"),
        ),
    )
    op.add_column(
        "user_account",
        sa.Column("wants_reminders", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    op.drop_column("user_account", "wants_reminders")
    op.drop_table("reminder")
