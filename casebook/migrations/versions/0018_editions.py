"""Editions of a paper under one number: drawn up to be signed, and as it was signed."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("alter table paper add column edition bigint not null default 1")
    op.execute("alter table paper drop constraint paper_number_key")
    op.execute("create unique index paper_edition on paper (number, edition)")
