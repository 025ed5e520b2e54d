"""Filters of lists that people keep by a name."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute(
        """
        create table saved_filter (
            owner text not null,
            page text not null,
            name text not null,
            query text not null,
            saved_at timestamptz not null default now(),
            primary key (owner, page, name)
        )
        """
    )
