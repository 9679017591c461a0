"""Keep what editions said, and never give the id of a block to another one.

A block that is brought back has its old id, so SQLite may not hand that out again once its row is
gone. What a dropped block said stood in the note of that event; the revisions hold it from now on.
"""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "a4d81c6be052"
down_revision = "a3f86c20b915"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edition_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("block_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_revision")),
        sa.UniqueConstraint(
            "edition_id", "version", name=op.f("uq_edition_revision_edition_id_version")
        ),
        _key("edition_id", "edition", ondelete="CASCADE"),
        _key("user_id", "user_account"),
        _key("event_id", "edition_event"),
        _key("of_id", "edition_revision", ondelete="SET NULL"),
    )
    events = sa.table("edition_event", sa.column("what"), sa.column("note"))
    op.execute(sa.update(events).where(events.c.what == "dropped").values(note=""))
    _copy_blocks(autoincrement=True)


def downgrade() -> None:
    _copy_blocks(autoincrement=False)
    op.drop_table("edition_revision")


def _key(column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_edition_revision_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)


def _copy_blocks(*, autoincrement: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    how = {"sqlite_autoincrement": autoincrement}
    with op.batch_alter_table("block", recreate="always", table_kwargs=how):
        pass
