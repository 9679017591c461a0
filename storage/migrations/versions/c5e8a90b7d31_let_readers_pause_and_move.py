"""Let readers pause, and move to another address.

The key of a change stands in a link, so none is given out again.
"""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "c5e8a90b7d31"
down_revision = "b9d4e17a6c52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "subscriber",
        sa.Column("paused_until", storage.base.UtcDateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "address_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("asked_at", storage.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_address_change_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("address_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_address_change_subscriber_id"), ["subscriber_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_address_change_email_key"), ["email_key"], unique=False
        )


def downgrade() -> None:
    op.drop_table("address_change")
    # A pause is a status that older code does not know; nobody is mailed against their wish.
    op.execute("update subscriber set status = 'unsubscribed' where status = 'paused'")
    op.drop_column("subscriber", "paused_until")  # not as a copy: that would lose autoincrement
