"""Which open cases share people with a case, for somebody to merge them."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("alter table dispute add column merge_with text[] not null default '{}'")
    op.execute("create index dispute_to_merge on dispute (filed_at) where merge_with <> '{}' and outcome is null")
