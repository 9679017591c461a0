"""One log of who did what, that only grows: it takes over what happened to editions.

Entries keep the ids that they had as events: revisions refer to them. The triggers refuse every
change and removal, also a REPLACE on SQLite and a TRUNCATE on PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

import storage.base

revision = "b3e7d52c9a10"
down_revision = "f3d9e1b74c58"
branch_labels = None
depends_on = None

SQLITE = (
    "create trigger log_entry_keeps before update on log_entry"
    " begin select raise(abort, 'the log only grows'); end",
    "create trigger log_entry_stays before delete on log_entry"
    " begin select raise(abort, 'the log only grows'); end",
    "create trigger log_entry_is_new before insert on log_entry"
    " when exists (select 1 from log_entry where id = new.id)"
    " begin select raise(abort, 'the log only grows'); end",
)
POSTGRESQL = (
    "create function log_only_grows() returns trigger language plpgsql as"
    " $$ begin raise exception 'the log only grows'; end $$",
    "create trigger log_entry_stays before update or delete or truncate on log_entry"
    " for each statement execute function log_only_grows()",
)
MOMENT = storage.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "log_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entry")),
        _key("log_entry", "user_id", "user_account"),
        _key("log_entry", "edition_id", "edition"),
    )
    op.create_index(op.f("ix_log_entry_at"), "log_entry", ["at"])
    op.create_index(op.f("ix_log_entry_user_id"), "log_entry", ["user_id"])
    op.create_index("ix_log_entry_edition_id_id", "log_entry", ["edition_id", "id"])
    op.execute(
        "insert into log_entry (id, at, user_id, via, what, edition_id, about, note, detail)"
        " select id, at, user_id, '', 'edition.' || what, edition_id, '', note, '{}'"
        " from edition_event order by id"
    )
    _refer_to("log_entry", instead_of="edition_event")
    op.drop_table("edition_event")
    _go_on_counting("log_entry")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    op.create_table(
        "edition_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_event")),
        _key("edition_event", "edition_id", "edition", ondelete="CASCADE"),
        _key("edition_event", "user_id", "user_account"),
    )
    op.create_index(op.f("ix_edition_event_edition_id"), "edition_event", ["edition_id"])
    op.execute(
        "insert into edition_event (id, edition_id, at, user_id, what, note)"
        " select id, edition_id, at, user_id, substr(what, 9, 40), note"
        " from log_entry where what like 'edition.%' order by id"
    )
    _refer_to("edition_event", instead_of="log_entry")
    op.drop_table("log_entry")
    _go_on_counting("edition_event")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("drop function log_only_grows()")


def _key(
    table: str, column: str, other: str, *, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _refer_to(table: str, *, instead_of: str) -> None:
    with op.batch_alter_table("edition_revision") as batch:
        batch.drop_constraint(op.f(f"fk_edition_revision_event_id_{instead_of}"), "foreignkey")
        batch.create_foreign_key(
            op.f(f"fk_edition_revision_event_id_{table}"), table, ["event_id"], ["id"]
        )


def _go_on_counting(table: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            sa.select(
                sa.func.setval(
                    sa.func.pg_get_serial_sequence(table, "id"),
                    sa.select(sa.func.coalesce(sa.func.max(sa.column("id")), 0) + 1)
                    .select_from(sa.table(table))
                    .scalar_subquery(),
                    sa.false(),
                )
            )
        )
