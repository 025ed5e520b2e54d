"""Alembic's entry point: it is handed the open connection of ``casebook.migrations.upgrade``."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
