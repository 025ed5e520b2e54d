"""In what the employer of a case deals, and how much its complaint asked for: both for reports."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("alter table dispute add column trade text")
    op.execute("alter table dispute add column claimed_a numeric, add column claimed_b numeric")
    op.execute("delete from figure")
