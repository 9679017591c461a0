"""Seal the terms of an approval and the moment of a plan, and keep each approval by itself.

What is approved when this runs has no seal of its terms: it asks for approval once more.
"""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "c0a7e51b94d3"
down_revision = "a1c7e93d5b20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("terms_hash", "plan_hash"):
        op.add_column(
            "edition", sa.Column(name, sa.String(length=64), nullable=False, server_default="")
        )
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_approval_edition_id_edition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_approval_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("edition_id", "user_id", name=op.f("uq_approval_edition_id_user_id")),
    )


def downgrade() -> None:
    op.drop_table("approval")
    op.drop_column("edition", "plan_hash")
    op.drop_column("edition", "terms_hash")
