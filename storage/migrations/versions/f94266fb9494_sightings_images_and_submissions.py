"""Sightings, pace, images, and what readers send in.

Each item that a source gave is a sighting of that source.
"""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "f94266fb9494"
down_revision = "b7d0c41e92aa"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("created_at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
        sa.UniqueConstraint("digest", name=op.f("uq_image_digest")),
    )
    op.create_table(
        "sighting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("first_seen_at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_sighting_item_id_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_sighting_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sighting")),
        sa.UniqueConstraint("source_id", "key", name=op.f("uq_sighting_source_id_key")),
    )
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sighting_item_id"), ["item_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("status_since", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("partnership", sa.String(length=200), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("edited", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("audiences", sa.JSON(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.Column("image_alt", sa.Text(), nullable=False),
        sa.Column("permission_version", sa.String(length=40), nullable=False),
        sa.Column("permission_text", sa.Text(), nullable=False),
        sa.Column("confirmed_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("agreed_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("agreed_mark", sa.String(length=64), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["image_id"], ["image.id"], name=op.f("fk_submission_image_id_image")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_submission_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_image_id"), ["image_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_item_id"), ["item_id"], unique=False)
        batch_op.create_index(
            "ix_submission_status_status_since", ["status", "status_since"], unique=False
        )

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "link_key", sa.String(length=64), nullable=False, server_default=sa.text("''")
            )
        )
        batch_op.add_column(
            sa.Column(
                "text_key", sa.String(length=64), nullable=False, server_default=sa.text("''")
            )
        )
        batch_op.add_column(
            sa.Column("because", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.add_column(
            sa.Column("before", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
        batch_op.add_column(
            sa.Column("backlog", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("image_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("missing_since", storage.base.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(
            sa.Column("vanished_at", storage.base.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.create_index(batch_op.f("ix_item_image_id"), ["image_id"], unique=False)
        batch_op.create_index("ix_item_link_key", ["link_key"], unique=False)
        batch_op.create_index("ix_item_text_key", ["text_key"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_item_image_id_image"), "image", ["image_id"], ["id"]
        )

    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("previous_url", sa.Text(), nullable=False, server_default=sa.text("''"))
        )
        batch_op.add_column(
            sa.Column("recent", sa.String(length=20), nullable=False, server_default=sa.text("''"))
        )

    _drop_defaults("item", ("link_key", "text_key", "because", "before", "backlog"))
    _drop_defaults("source", ("previous_url", "recent"))
    op.execute(
        "insert into sighting (item_id, source_id, key, url, first_seen_at)"
        " select id, source_id, key, url, first_seen_at from item where source_id is not null"
    )


def _drop_defaults(table: str, columns: tuple[str, ...]) -> None:
    """Rows that were there have a value now; for new ones the classes give it."""
    with op.batch_alter_table(table, schema=None) as batch_op:
        for column in columns:
            batch_op.alter_column(column, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_column("recent")
        batch_op.drop_column("previous_url")

    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_item_image_id_image"), type_="foreignkey")
        batch_op.drop_index("ix_item_text_key")
        batch_op.drop_index("ix_item_link_key")
        batch_op.drop_index(batch_op.f("ix_item_image_id"))
        batch_op.drop_column("vanished_at")
        batch_op.drop_column("missing_since")
        batch_op.drop_column("image_id")
        batch_op.drop_column("backlog")
        batch_op.drop_column("before")
        batch_op.drop_column("because")
        batch_op.drop_column("text_key")
        batch_op.drop_column("link_key")

    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_status_status_since")
        batch_op.drop_index(batch_op.f("ix_submission_item_id"))
        batch_op.drop_index(batch_op.f("ix_submission_image_id"))

    op.drop_table("submission")
    with op.batch_alter_table("sighting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sighting_item_id"))

    op.drop_table("sighting")
    op.drop_table("image")
