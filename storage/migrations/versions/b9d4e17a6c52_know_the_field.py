"""Know the field: what partnerships are and agreed to, and institutes that belong to several.

Somebody who is on a side said so, or whoever put them on the list did; who signed up on the site
said it in any case.
"""

import sqlalchemy as sa
from alembic import op

from storage.text import folded

revision = "b9d4e17a6c52"
down_revision = "a91e5d07c3f4"
branch_labels = None
depends_on = None

STAGES = {"starting": "aspirant", "experienced": "erkend", "academic": "academisch"}
PARTNERSHIP = sa.table("partnership", sa.column("stage"))
ORGANISATION = sa.table(
    "organisation",
    *map(sa.column, ("id", "name", "name_key", "partnership_id")),
)
MEMBER = sa.table("partnership_member", sa.column("partnership_id"), sa.column("organisation_id"))
SUBSCRIBER = sa.table(
    "subscriber", sa.column("audience"), sa.column("ground"), sa.column("audience_said", sa.Boolean)
)


def upgrade() -> None:
    op.add_column(
        "subscriber",
        sa.Column("audience_said", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    said = SUBSCRIBER.c.audience.is_not(None) | (SUBSCRIBER.c.ground == "asked")
    op.execute(sa.update(SUBSCRIBER).where(said).values(audience_said=sa.true()))
    _describe_partnerships()
    _let_organisations_belong_to_several()


def _describe_partnerships() -> None:
    text = {"nullable": False, "server_default": ""}
    op.add_column("partnership", sa.Column("sector", sa.String(length=10), **text))
    op.add_column("partnership", sa.Column("since_year", sa.Integer(), nullable=True))
    op.add_column("partnership", sa.Column("website", sa.String(length=500), **text))
    op.add_column("partnership", sa.Column("agreed_on", sa.Date(), nullable=True))
    op.add_column("partnership", sa.Column("agreed_by", sa.String(length=200), **text))
    op.add_column(
        "partnership", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    _rename_stages(STAGES)


def _let_organisations_belong_to_several() -> None:
    op.create_table(
        "partnership_member",
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"],
            ["partnership.id"],
            name=op.f("fk_partnership_member_partnership_id_partnership"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_partnership_member_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "partnership_id", "organisation_id", name=op.f("pk_partnership_member")
        ),
    )
    op.create_index(
        op.f("ix_partnership_member_organisation_id"), "partnership_member", ["organisation_id"]
    )
    text = {"nullable": False, "server_default": ""}
    op.add_column("organisation", sa.Column("name_key", sa.String(length=400), **text))
    op.add_column("organisation", sa.Column("city", sa.String(length=80), **text))
    op.add_column("organisation", sa.Column("region", sa.String(length=80), **text))
    op.add_column(
        "organisation", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    _fill_members()
    with op.batch_alter_table("organisation") as batch:
        batch.drop_index(op.f("ix_organisation_partnership_id"))
        batch.drop_constraint(op.f("fk_organisation_partnership_id_partnership"), "foreignkey")
        batch.drop_constraint(op.f("uq_organisation_name"), "unique")
        batch.drop_column("partnership_id")
        batch.create_unique_constraint(op.f("uq_organisation_name_key"), ["name_key"])


def _fill_members() -> None:
    """Give each its key; of two that differ in capitals or accents only, the first one stays."""
    known: dict[str, int] = {}
    members: set[tuple[int, int]] = set()
    connection = op.get_bind()
    kept = (ORGANISATION.c.id, ORGANISATION.c.name, ORGANISATION.c.partnership_id)
    for row in connection.execute(sa.select(*kept).order_by(ORGANISATION.c.id)).all():
        key = folded(row.name)[:400]
        first = known.setdefault(key, row.id)
        mine = ORGANISATION.c.id == row.id
        if first == row.id:
            connection.execute(sa.update(ORGANISATION).where(mine).values(name_key=key))
        else:
            connection.execute(sa.delete(ORGANISATION).where(mine))
        if row.partnership_id is not None:
            members.add((row.partnership_id, first))
    for partnership_id, organisation_id in sorted(members):
        member = {"partnership_id": partnership_id, "organisation_id": organisation_id}
        connection.execute(sa.insert(MEMBER).values(member))


def _rename_stages(words: dict[str, str]) -> None:
    for before, after in words.items():
        named = PARTNERSHIP.c.stage == before
        op.execute(sa.update(PARTNERSHIP).where(named).values(stage=after))


def downgrade() -> None:
    op.add_column("organisation", sa.Column("partnership_id", sa.Integer(), nullable=True))
    first = (
        sa.select(sa.func.min(MEMBER.c.partnership_id))
        .where(MEMBER.c.organisation_id == ORGANISATION.c.id)
        .scalar_subquery()
    )
    op.execute(sa.update(ORGANISATION).values(partnership_id=first))
    with op.batch_alter_table("organisation") as batch:
        batch.drop_constraint(op.f("uq_organisation_name_key"), "unique")
        batch.create_unique_constraint(op.f("uq_organisation_name"), ["name"])
        batch.create_foreign_key(
            op.f("fk_organisation_partnership_id_partnership"),
            "partnership",
            ["partnership_id"],
            ["id"],
        )
        batch.create_index(op.f("ix_organisation_partnership_id"), ["partnership_id"])
        for name in ("name_key", "city", "region", "version"):
            batch.drop_column(name)
    op.drop_table("partnership_member")
    _rename_stages({after: before for before, after in STAGES.items()})
    with op.batch_alter_table("partnership") as batch:
        for name in ("sector", "since_year", "website", "agreed_on", "agreed_by", "version"):
            batch.drop_column(name)
    op.drop_column("subscriber", "audience_said")
