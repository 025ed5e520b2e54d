"""Papers: numbered without gaps, their matter and document sealed, seen by the centre only."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        create table paper (
            key text primary key,
            "case" text not null,
            kind text not null,
            number text not null unique,
            issued_on date not null,
            matter text not null,                 -- sealed
            sha256 text,
            document bytea,                       -- sealed
            document_key text
        )
        """
    )
    op.execute('create index on paper ("case")')
    op.execute("alter table paper enable row level security")
    op.execute("create policy centre on paper to onestop_centre using (true) with check (true)")
