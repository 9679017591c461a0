"""Find people by a part of their address on PostgreSQL, along an index of parts of three letters.

Its extension comes with PostgreSQL, and the database's owner may turn it on. Where it is not there
or may not be, everything works as well, and such a search reads the whole list.
"""

import sqlalchemy as sa
from alembic import op

revision = "d2b7f60e94a1"
down_revision = "d4b91e7f3a65"
branch_labels = None
depends_on = None

INDEX = "ix_subscriber_email_key_trgm"
MAY = sa.text(
    "select exists (select 1 from pg_extension where extname = 'pg_trgm') or exists ("
    " select 1 from pg_available_extension_versions where name = 'pg_trgm'"
    " and (current_setting('is_superuser') = 'on' or (trusted"
    " and has_database_privilege(current_database(), 'CREATE'))))"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or not connection.scalar(MAY):
        return
    op.execute("create extension if not exists pg_trgm")
    op.create_index(
        INDEX,
        "subscriber",
        ["email_key"],
        postgresql_using="gin",
        postgresql_ops={"email_key": "gin_trgm_ops"},
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"drop index if exists {INDEX}")
