"""Remember what each person saw of an edition when they last judged it."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "d5f20c8a6e17"
down_revision = "b8e2d40f6a91"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edition_look",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("before_at", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_edition_look_edition_id_edition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_edition_look_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("edition_id", "user_id", name=op.f("pk_edition_look")),
    )


def downgrade() -> None:
    op.drop_table("edition_look")
