"""Each case says in which transaction it changed last: who follows changes misses none and reads an index."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("alter table dispute add column changed bigint not null default (pg_current_xact_id()::text::bigint)")
    op.execute("create index on dispute (changed)")
