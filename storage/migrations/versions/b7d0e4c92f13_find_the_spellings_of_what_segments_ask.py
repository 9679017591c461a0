"""Find the spellings of what segments ask for along an index."""

import sqlalchemy as sa
from alembic import op

revision = "b7d0e4c92f13"
down_revision = "c5e8a90b7d31"
branch_labels = None
depends_on = None

COLUMNS = ("region", "role", "partnership", "organisation")


def upgrade() -> None:
    for name in COLUMNS:
        filled = sa.text(f"{name} != ''")
        op.create_index(
            f"ix_subscriber_{name}",
            "subscriber",
            [name],
            sqlite_where=filled,
            postgresql_where=filled,
        )


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_index(f"ix_subscriber_{name}", table_name="subscriber")
