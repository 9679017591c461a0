"""Invite, switch off and mail links to colleagues; count wrong passwords; hold forms."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "c8a1f4d27e63"
down_revision = "c0a7e51b94d3"
branch_labels = None
depends_on = None

MOMENT = storage.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    for name in ("invited_at", "seen_at", "disabled_at"):
        op.add_column("user_account", sa.Column(name, MOMENT, nullable=True))
    op.drop_column("user_account", "failed_logins")  # counted in sign_in_wait from now on
    op.drop_column("user_account", "locked_until")
    for name, length in (("step", 10), ("agent", 300)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("desk_session", column)
    op.create_table(
        "account_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_account_link_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_link")),
        sa.UniqueConstraint("user_id", "purpose", name=op.f("uq_account_link_user_id_purpose")),
    )
    op.create_table(
        "sign_in_wait",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_sign_in_wait")),
    )
    op.create_index(op.f("ix_sign_in_wait_last_at"), "sign_in_wait", ["last_at"])
    op.create_table(
        "held_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_held_form_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_form")),
        sa.UniqueConstraint("user_id", "path", name=op.f("uq_held_form_user_id_path")),
    )
    op.create_index(op.f("ix_held_form_at"), "held_form", ["at"])


def downgrade() -> None:
    for table in ("held_form", "sign_in_wait", "account_link"):
        op.drop_table(table)
    for name in ("agent", "step"):
        op.drop_column("desk_session", name)
    op.add_column("user_account", sa.Column("locked_until", MOMENT, nullable=True))
    op.add_column(
        "user_account",
        sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0"),
    )
    for name in ("disabled_at", "seen_at", "invited_at"):
        op.drop_column("user_account", name)
