"""Count the answers to the question of an edition."""

import sqlalchemy as sa
from alembic import op

revision = "f5c3e81a0d42"
down_revision = "e7a4c2d95b16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poll_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("block_id", sa.Integer(), nullable=False),
        sa.Column("voter", sa.String(length=64), nullable=True),
        sa.Column("segments", sa.Text(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_poll_vote_edition_id_edition"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_vote")),
        sa.UniqueConstraint("block_id", "voter", name=op.f("uq_poll_vote_block_id_voter")),
    )
    with op.batch_alter_table("poll_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_vote_edition_id"), ["edition_id"], unique=False)


def downgrade() -> None:
    op.drop_table("poll_vote")
