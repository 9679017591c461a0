"""Find items by their words, folded: without capitals and accents, in one column."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.text import folded

revision = "c1f5a0d7e934"
down_revision = "e08c792ec0be"
branch_labels = None
depends_on = None

WORDS = ("title", "summary", "own_title", "own_summary", "location")
LONGEST = 4000
AT_ONCE = 1000
ITEM = sa.table("item", sa.column("id"), sa.column("found_by"), *map(sa.column, WORDS))


def upgrade() -> None:
    op.add_column("item", sa.Column("found_by", sa.Text(), nullable=False, server_default=""))
    of, text = sa.bindparam("of"), sa.bindparam("text")
    fill = sa.update(ITEM).where(ITEM.c.id == of).values(found_by=text)
    for rows in _pages():
        values = [
            {"of": row[0], "text": folded(" ".join(filter(None, row[1:])))[:LONGEST]}
            for row in rows
        ]
        op.get_bind().execute(fill, values)


def downgrade() -> None:
    with op.batch_alter_table("item") as batch:
        batch.drop_column("found_by")


def _pages() -> Iterator[Sequence[Any]]:
    said = sa.select(ITEM.c.id, *(ITEM.c[word] for word in WORDS)).order_by(ITEM.c.id)
    last = 0
    while rows := op.get_bind().execute(said.where(ITEM.c.id > last).limit(AT_ONCE)).all():
        yield rows
        last = rows[-1][0]
