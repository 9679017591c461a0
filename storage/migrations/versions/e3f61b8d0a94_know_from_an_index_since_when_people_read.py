"""Know from an index since when people read."""

from alembic import op

revision = "e3f61b8d0a94"
down_revision = "b2d95f40c7e1"
branch_labels = None
depends_on = None

TOLD = ["status", "audience", "wants_newsletter", "wants_announcements"]
ASKED = ["region", "role", "partnership", "organisation"]


def upgrade() -> None:
    op.drop_index("ix_subscriber_reach", table_name="subscriber")
    op.create_index("ix_subscriber_reach", "subscriber", [*TOLD, *ASKED, "since"])


def downgrade() -> None:
    op.drop_index("ix_subscriber_reach", table_name="subscriber")
    op.create_index("ix_subscriber_reach", "subscriber", [*TOLD, *ASKED])
