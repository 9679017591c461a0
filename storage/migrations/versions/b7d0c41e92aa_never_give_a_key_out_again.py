"""Never give the key of an erased subscriber to another.

SQLite hands the highest key out again once its row is gone, and the links in mail hold that key:
whoever was erased could open and change the preferences of the next person. PostgreSQL never does.
"""

from alembic import op

revision = "b7d0c41e92aa"
down_revision = "68d247107d89"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _copy(autoincrement=True)


def downgrade() -> None:
    _copy(autoincrement=False)


def _copy(*, autoincrement: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    how = {"sqlite_autoincrement": autoincrement}
    with op.batch_alter_table("subscriber", recreate="always", table_kwargs=how):
        pass
