"""Notices: an outbox beside the ledger, and where each party of a case can be reached."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        """
        create table contact (
            "case" text not null,
            ref text not null,
            audience text not null,
            language text not null default 'zh-CN',
            email text,                           -- sealed
            phone text,                           -- sealed
            primary key ("case", ref)
        )
        """
    )
    op.execute(
        """
        create table notice (
            "case" text not null,
            seq int not null,
            recipient text not null,
            audience text not null,
            event text not null,
            channel text not null,
            state text not null default 'waiting',
            not_before timestamptz not null,
            tries int not null default 0,
            problem text,
            sent_at timestamptz,
            primary key ("case", seq, recipient, channel)
        )
        """
    )
    op.execute("create index on notice (not_before) where state = 'waiting'")
    op.execute('create index on notice (recipient, "case", seq)')
    for table in ("contact", "notice"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy centre on {table} to onestop_centre using (true) with check (true)")
