"""Which cases can't go on until somebody sees to them, and why."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("alter table dispute add column blocked text, add column blocked_since timestamptz")
    op.execute("create index dispute_blocked on dispute (blocked_since) where blocked is not null")
