"""A case has a receipt of its notices until it is told; each channel has its own queue."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("alter table notice add column receipt int, add column told boolean not null default false")
    op.execute("update notice set told = true where state <> 'waiting'")
    op.execute("create index notice_due on notice (channel, not_before) where state = 'waiting'")
    op.execute("create index notice_untold on notice (channel) where state <> 'waiting' and not told")
    op.execute("drop index notice_not_before_idx")
