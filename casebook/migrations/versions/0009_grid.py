"""Mediations at the posts of the grassroots grid."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        """
        create table grid_case (
            "case" text primary key,
            post text not null,
            post_kind text not null,
            drill boolean not null,
            employer_digest text not null,
            employer_name text not null,          -- sealed
            complaint_id text,
            since text,
            opened_at timestamptz not null,
            due_at timestamptz not null,
            outcome text,
            ended_at timestamptz,
            forwarded_to text,
            seq int not null
        )
        """
    )
    op.execute('create index on grid_case (opened_at desc, "case")')
    op.execute("create index on grid_case (employer_digest) where outcome is null")
    op.execute("alter table grid_case enable row level security")
    op.execute("create policy centre on grid_case to onestop_centre using (true) with check (true)")
