"""Choose the organisation at the desk, and keep its logo for ever."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "a3f86c20b915"
down_revision = "c1f5a0d7e934"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "image", sa.Column("lasting", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "chosen_organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("logo_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["logo_id"], ["image.id"], name=op.f("fk_chosen_organisation_logo_id_image")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_chosen_organisation_user_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chosen_organisation")),
    )


def downgrade() -> None:
    op.drop_table("chosen_organisation")
    with op.batch_alter_table("image") as batch:
        batch.drop_column("lasting")
