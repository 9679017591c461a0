"""Count the readers of an edition from an index."""

from alembic import op

revision = "f0d7a52c8e13"
down_revision = "e4b96d02c8f1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for wish in ("wants_newsletter", "wants_announcements"):
        op.create_index(f"ix_subscriber_status_{wish}", "subscriber", ["status", wish, "audience"])


def downgrade() -> None:
    for wish in ("wants_newsletter", "wants_announcements"):
        op.drop_index(f"ix_subscriber_status_{wish}", table_name="subscriber")
