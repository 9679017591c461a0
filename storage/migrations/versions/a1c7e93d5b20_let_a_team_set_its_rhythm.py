"""Let a team set the rhythm of its editions, and decide otherwise about one."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "a1c7e93d5b20"
down_revision = "b3e7d52c9a10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chosen_rhythm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_chosen_rhythm_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chosen_rhythm")),
    )
    op.create_table(
        "slot_choice",
        sa.Column("slot_on", sa.Date(), nullable=False),
        sa.Column("moved_to", storage.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_slot_choice_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("slot_on", name=op.f("pk_slot_choice")),
    )


def downgrade() -> None:
    op.drop_table("slot_choice")
    op.drop_table("chosen_rhythm")
