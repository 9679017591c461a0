"""Keep what people decide about mails in doubt."""

import sqlalchemy as sa
from alembic import op

revision = "fe08e87bd1d0"
down_revision = "b82e5f10c9d4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "doubt_choice",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("is_left", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_doubt_choice_delivery_id_delivery"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["log_entry.id"], name=op.f("fk_doubt_choice_entry_id_log_entry")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_doubt_choice")),
    )
    op.create_index(op.f("ix_doubt_choice_entry_id"), "doubt_choice", ["entry_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_doubt_choice_entry_id"), table_name="doubt_choice")
    op.drop_table("doubt_choice")
