"""Find log entries by folded words and by name, and items by all that is asked of many at once.

The log only grows: its triggers are taken off while its entries get the column, and put back.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.text import folded

revision = "b1f60d92e7a4"
down_revision = "e8b35d07f1c4"
branch_labels = None
depends_on = None

LONGEST = 4000
AT_ONCE = 1000
WORDS = [sa.column("about"), sa.column("note"), sa.column("detail", sa.JSON())]
LOG = sa.table("log_entry", sa.column("id"), sa.column("found_by"), *WORDS)
ASKED = ["status", "kind", "backlog", "starts_at", "first_seen_at", "published_at"]
SQLITE_OFF = "drop trigger log_entry_keeps"
SQLITE_ON = (
    "create trigger log_entry_keeps before update on log_entry"
    " begin select raise(abort, 'the log only grows'); end"
)
POSTGRESQL_OFF = "alter table log_entry disable trigger log_entry_stays"
POSTGRESQL_ON = "alter table log_entry enable trigger log_entry_stays"


def upgrade() -> None:
    op.drop_index("ix_item_status_kind", table_name="item")
    op.create_index("ix_item_status_kind", "item", ASKED)
    op.add_column("log_entry", sa.Column("found_by", sa.Text(), nullable=False, server_default=""))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(SQLITE_OFF if is_sqlite else POSTGRESQL_OFF)
    of, text = sa.bindparam("of"), sa.bindparam("text")
    fill = sa.update(LOG).where(LOG.c.id == of).values(found_by=text)
    for rows in _pages():
        values = [
            {"of": row.id, "text": folded(" ".join((row.about, row.note, *_figures(row.detail))))}
            for row in rows
        ]
        op.get_bind().execute(fill, [one | {"text": one["text"][:LONGEST]} for one in values])
    op.execute(SQLITE_ON if is_sqlite else POSTGRESQL_ON)
    op.create_index("ix_log_entry_what_id", "log_entry", ["what", "id"])


def downgrade() -> None:
    op.drop_index("ix_log_entry_what_id", table_name="log_entry")
    op.drop_column("log_entry", "found_by")
    op.drop_index("ix_item_status_kind", table_name="item")
    op.create_index("ix_item_status_kind", "item", ["status", "kind"])


def _pages() -> Iterator[Sequence[Any]]:
    said = sa.select(LOG.c.id, LOG.c.about, LOG.c.note, LOG.c.detail).order_by(LOG.c.id)
    last = 0
    while rows := op.get_bind().execute(said.where(LOG.c.id > last).limit(AT_ONCE)).all():
        yield rows
        last = rows[-1].id


def _figures(detail: object) -> Iterator[str]:
    if isinstance(detail, Mapping):
        detail = list(detail.values())
    if isinstance(detail, list):
        for one in detail:
            yield from _figures(one)
    elif detail is not None:
        yield str(detail)
