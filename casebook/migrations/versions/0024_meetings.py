"""Joint meetings with their ledgers, and the orders that they set."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute(
        """
        create table meeting (
            meeting text primary key,
            number text unique,
            kind text not null,
            drill boolean not null,
            stage text not null,
            starts timestamptz not null,
            items int not null,
            open_items int not null,
            decisions int not null,
            seq int not null
        )
        """
    )
    op.execute(
        """
        create table meeting_order (
            meeting text not null,
            ref text not null,
            agency text not null,
            what text not null,
            due date,
            colour text not null,
            state text not null,
            drill boolean not null,
            primary key (meeting, ref)
        )
        """
    )
    op.execute("create table meeting_number (meeting text primary key, number text not null unique)")
    for table in ("meeting", "meeting_order", "meeting_number"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy centre on {table} to onestop_centre using (true) with check (true)")
