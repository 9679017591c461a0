"""Remember what came back."""

import sqlalchemy as sa
from alembic import op

from storage.base import UtcDateTime

revision = "fffb514a29e7"
down_revision = "c4e91b7d20a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seen_mail",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_seen_mail")),
    )
    with op.batch_alter_table("seen_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_mail_at"), ["at"], unique=False)

    op.create_table(
        "unknown_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("sent_on", sa.String(length=100), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("dealt_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("dealt_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dealt_by_id"],
            ["user_account.id"],
            name=op.f("fk_unknown_mail_dealt_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unknown_mail")),
        sa.UniqueConstraint("mark", name=op.f("uq_unknown_mail_mark")),
    )
    with op.batch_alter_table("unknown_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unknown_mail_at"), ["at"], unique=False)

    op.create_table(
        "returned_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("proof", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("undone_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_returned_mail_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_returned_mail_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_mail")),
        sa.UniqueConstraint(
            "mark", "subscriber_id", name=op.f("uq_returned_mail_mark_subscriber_id")
        ),
    )
    with op.batch_alter_table("returned_mail", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_returned_mail_edition_id"), ["edition_id"], unique=False
        )
        batch_op.create_index("ix_returned_mail_outcome_at", ["outcome", "at"], unique=False)
        batch_op.create_index(
            "ix_returned_mail_subscriber_id_edition_id",
            ["subscriber_id", "edition_id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("returned_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_returned_mail_subscriber_id_edition_id")
        batch_op.drop_index("ix_returned_mail_outcome_at")
        batch_op.drop_index(batch_op.f("ix_returned_mail_edition_id"))

    op.drop_table("returned_mail")
    with op.batch_alter_table("unknown_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unknown_mail_at"))

    op.drop_table("unknown_mail")
    with op.batch_alter_table("seen_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_mail_at"))

    op.drop_table("seen_mail")
