"""Which links of parties are one person's: who came in by one goes over to the case of another."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute("alter table account add column held_with text")
    op.execute("create index account_held_with on account (held_with) where held_with is not null")
