"""Count the deliveries of an edition from an index alone, and find who left through it."""

from alembic import op

revision = "e4b96d02c8f1"
down_revision = "e2b9f4d71c38"
branch_labels = None
depends_on = None

COUNTED = ["edition_id", "audience", "state", "resends"]


def upgrade() -> None:
    op.create_index("ix_delivery_counts", "delivery", COUNTED)
    op.create_index("ix_consent_edition_id", "consent", ["edition_id"])


def downgrade() -> None:
    op.drop_index("ix_consent_edition_id", table_name="consent")
    op.drop_index("ix_delivery_counts", table_name="delivery")
