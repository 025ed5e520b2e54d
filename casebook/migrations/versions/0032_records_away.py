"""Which open inquiries lack their agency's records, and since when."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("alter table task add column records_away_since timestamptz")
    op.execute("create index task_records_away on task (records_away_since) where records_away_since is not null")
