"""Cases in numbers, drawn from their ledgers, and reports as they were published."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(
        """
        create table figure (
            "case" text primary key references dispute ("case"),
            drill boolean not null,
            seq int not null,
            after_seq int not null,
            numbers jsonb not null
        )
        """
    )
    op.execute(
        """
        create table published_report (
            period text primary key,
            published_at timestamptz not null,
            published_by text not null,
            content jsonb not null
        )
        """
    )
    for table in ("figure", "published_report"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy centre on {table} to onestop_centre using (true) with check (true)")
