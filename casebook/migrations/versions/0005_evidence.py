"""Evidence: files of a case, sealed; the centre's only."""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    create table evidence (
        "case" text not null,
        sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
        task text,
        title text not null,                  -- sealed
        media_type text not null,
        size int not null check (size between 1 and 20000000),
        added_by text not null,
        added_at timestamptz not null default now(),
        key_id text not null,
        content bytea not null,               -- sealed
        primary key ("case", sha256)
    )
    """,
    "alter table evidence alter column content set storage external",  # what is sealed does not compress
    "alter table evidence enable row level security",
    "create policy centre on evidence to onestop_centre using (true) with check (true)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
