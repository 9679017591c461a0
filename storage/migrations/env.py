"""Alembic's environment: engine and metadata are handed in, so that nothing here looks up."""

from alembic import context

from storage.migrate import is_of_both

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    render_as_batch=True,  # SQLite cannot alter a constraint; Alembic copies the table instead
    compare_type=True,
    include_object=is_of_both,
)
with context.begin_transaction():
    context.run_migrations()
