"""Cut editions by saved segments: a block may be for one, and each person has a cut.

What was approved and is being sent keeps its variants: the cut of each is its audience.
"""

import sqlalchemy as sa
from alembic import op

revision = "d2a94c7f1b60"
down_revision = "e7b20c4d6a19"
branch_labels = None
depends_on = None

VARIANT = sa.table("edition_variant", sa.column("audience"), sa.column("cut"))
NO_SIDE = "overig"


def upgrade() -> None:
    op.add_column("block", sa.Column("segment", sa.String(length=80), nullable=True))
    op.add_column("delivery", sa.Column("cut", sa.String(length=300), nullable=True))
    op.add_column("edition_variant", sa.Column("cut", sa.String(length=300), nullable=True))
    op.execute(sa.update(VARIANT).values(cut=sa.func.coalesce(VARIANT.c.audience, NO_SIDE)))
    with op.batch_alter_table("edition_variant") as batch:
        batch.alter_column("cut", existing_type=sa.String(length=300), nullable=False)
        batch.drop_column("audience")


def downgrade() -> None:
    op.add_column("edition_variant", sa.Column("audience", sa.String(length=20), nullable=True))
    known = sa.case((VARIANT.c.cut != NO_SIDE, VARIANT.c.cut), else_=None)
    op.execute(sa.delete(VARIANT).where(VARIANT.c.cut.contains(".")))
    op.execute(sa.update(VARIANT).values(audience=known))
    with op.batch_alter_table("edition_variant") as batch:
        batch.drop_column("cut")
    op.drop_column("delivery", "cut")
    op.drop_column("block", "segment")
