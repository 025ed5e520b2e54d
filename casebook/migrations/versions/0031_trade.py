"""In what the employer of a case deals, by which reports are broken down."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("alter table dispute add column trade text")
    op.execute("delete from figure")
