"""Keep who came to an event."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "e8b35d07f1c4"
down_revision = "c7a4f19e3d52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["item.id"], name=op.f("fk_attendance_event_id_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_attendance_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_attendance_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("event_id", "subscriber_id", name=op.f("pk_attendance")),
    )
    op.create_index("ix_attendance_at", "attendance", ["at"])
    op.create_index("ix_attendance_subscriber_id", "attendance", ["subscriber_id"])


def downgrade() -> None:
    op.drop_table("attendance")
