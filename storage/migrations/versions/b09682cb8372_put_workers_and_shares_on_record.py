"""Put workers on record, the shares of editions that they are at, and who has a delivery in hand."""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "b09682cb8372"
down_revision = "fffb514a29e7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = storage.base.UtcDateTime(timezone=True)
    op.create_table(
        "worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("connections", sa.Integer(), nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("lease_until", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_worker_ended_at"), "worker", ["ended_at"], unique=False)
    op.create_table(
        "share",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_share_edition_id_edition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["worker_id"],
            ["worker.id"],
            name=op.f("fk_share_worker_id_worker"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("edition_id", "first_id", name=op.f("pk_share")),
    )
    op.create_index(op.f("ix_share_worker_id"), "share", ["worker_id"], unique=False)
    op.add_column("delivery", sa.Column("worker_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery", "worker_id")
    op.drop_table("share")
    op.drop_table("worker")
