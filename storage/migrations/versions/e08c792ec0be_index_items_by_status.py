"""Index items by status: few of the many wait for an editor."""

from alembic import op

revision = "e08c792ec0be"
down_revision = "f94266fb9494"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_item_status_kind", "item", ["status", "kind"])


def downgrade() -> None:
    op.drop_index("ix_item_status_kind", table_name="item")
