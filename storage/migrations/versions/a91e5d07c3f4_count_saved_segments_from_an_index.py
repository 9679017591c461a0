"""Count the readers of saved segments from an index."""

from alembic import op

revision = "a91e5d07c3f4"
down_revision = "d6a2f90c41b7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = ["status", "audience", "wants_newsletter", "wants_announcements"]
    asked = ["region", "role", "partnership", "organisation"]
    op.create_index("ix_subscriber_reach", "subscriber", [*told, *asked])


def downgrade() -> None:
    op.drop_index("ix_subscriber_reach", table_name="subscriber")
