"""Accounts that are good for one sign-in: how a party comes in by link and code."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute(
        """
        alter table account
            add column invited_by text,
            add column expires_at timestamptz,
            add column used_at timestamptz
        """
    )
    op.execute("create index account_invited on account (scope, actor) where invited_by is not null")
