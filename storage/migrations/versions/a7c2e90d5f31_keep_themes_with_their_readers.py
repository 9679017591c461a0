"""Keep the themes that readers chose in their own rows: a bit for each theme."""

import sqlalchemy as sa
from alembic import op

revision = "a7c2e90d5f31"
down_revision = "c7a20e94d6b3"
branch_labels = None
depends_on = None

REACH = [
    *("status", "audience", "wants_newsletter", "wants_announcements"),
    *("region", "role", "partnership", "organisation", "since"),
]
MOST = 63
BIT = sa.table("theme_bit", sa.column("theme"), sa.column("bit"))


def upgrade() -> None:
    op.create_table(
        "theme_bit",
        sa.Column("theme", sa.String(length=80), nullable=False),
        sa.Column("bit", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("theme", name=op.f("pk_theme_bit")),
        sa.UniqueConstraint("bit", name=op.f("uq_theme_bit_bit")),
    )
    op.add_column(
        "subscriber", sa.Column("themes", sa.BigInteger(), nullable=False, server_default="0")
    )
    chosen = op.get_bind().execute(
        sa.text("select distinct theme from subscriber_theme order by theme")
    )
    themes = [row.theme for row in chosen]
    if len(themes) > MOST:
        raise ValueError(f"readers chose {len(themes)} themes, and {MOST} can be told apart")
    for place, theme in enumerate(themes):
        op.execute(sa.insert(BIT).values(theme=theme, bit=1 << place))
        theirs = sa.text(
            "update subscriber set themes = themes | :bit"
            " where id in (select subscriber_id from subscriber_theme where theme = :theme)"
        )
        op.execute(theirs.bindparams(sa.bindparam("bit", 1 << place, sa.BigInteger()), theme=theme))
    op.drop_table("subscriber_theme")
    op.drop_index("ix_subscriber_reach", table_name="subscriber")
    op.create_index("ix_subscriber_reach", "subscriber", [*REACH, "themes"])


def downgrade() -> None:
    op.create_table(
        "subscriber_theme",
        sa.Column("theme", sa.String(length=80), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_subscriber_theme_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("theme", "subscriber_id", name=op.f("pk_subscriber_theme")),
    )
    op.create_index(
        op.f("ix_subscriber_theme_subscriber_id"), "subscriber_theme", ["subscriber_id"]
    )
    op.execute(
        "insert into subscriber_theme (theme, subscriber_id)"
        " select theme_bit.theme, subscriber.id from subscriber, theme_bit"
        " where subscriber.themes & theme_bit.bit <> 0"
    )
    op.drop_index("ix_subscriber_reach", table_name="subscriber")
    op.create_index("ix_subscriber_reach", "subscriber", REACH)
    op.drop_column("subscriber", "themes")
    op.drop_table("theme_bit")
