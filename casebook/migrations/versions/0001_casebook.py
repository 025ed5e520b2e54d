"""The ledger, the rows that people search, and the agencies' exchange records."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    create table case_number (
        series text not null,
        year int not null,
        last int not null,
        primary key (series, year)
    )
    """,
    """
    create table dispute (
        "case" text primary key,
        case_number text unique,
        complaint_id text not null,
        jurisdiction text not null,
        channel text not null,
        drill boolean not null,
        employer_digest text not null,
        employer_name text not null,          -- sealed
        filed_at timestamptz not null,
        joined_to text references dispute ("case"),
        overlapping text[] not null default '{}',
        phase text not null default 'intake',
        case_class text,
        lane text,
        mediation_group text,
        mediator text,
        outcome text,
        claimants int not null,
        waits_on text[] not null default '{centre}',
        waits_for text not null default 'processing',
        waits_since timestamptz not null,
        waits_until timestamptz,
        closed boolean generated always as (outcome is not null) stored,
        seq int not null default 0
    )
    """,
    'create index on dispute (filed_at desc, "case")',
    "create index on dispute (phase, filed_at desc)",
    "create index on dispute (employer_digest) where not closed",
    "create index on dispute (waits_until) where not closed",
    "create index on dispute (mediator) where not closed",
    """
    create table claimant (
        "case" text not null references dispute ("case"),
        ref text not null,
        identity_digest text not null,
        identity_number text not null,        -- sealed
        name text not null,                   -- sealed
        phone text,                           -- sealed
        primary key ("case", ref)
    )
    """,
    "create index on claimant (identity_digest)",
    """
    create table ledger (
        "case" text not null,
        seq int not null,
        at timestamptz not null,
        kind text not null,
        actor_id text not null,
        actor_role text not null,
        actor_agency text,
        message_id text,
        facts text not null,                  -- sealed
        previous text not null,
        digest text not null,
        primary key ("case", seq)
    )
    """,
    """
    create function ledger_is_append_only() returns trigger language plpgsql as $$
    begin
        raise exception 'the ledger is append-only';
    end $$
    """,
    """
    create trigger append_only before update or delete on ledger
    for each row execute function ledger_is_append_only()
    """,
    """
    create trigger append_only_whole before truncate on ledger
    for each statement execute function ledger_is_append_only()
    """,
    """
    create table task (
        "case" text not null,
        task text not null,
        agency text not null,
        state text not null,
        officer text,
        opened_at timestamptz not null,
        due_at timestamptz not null,
        escalated boolean not null,
        seq int not null,
        primary key ("case", task)
    )
    """,
    "create index on task (agency, due_at, \"case\") where state in ('offered', 'claimed')",
    "create index on task (agency, officer, due_at) where state in ('offered', 'claimed')",
    """
    create table record (
        agency text not null,
        kind text not null,
        identity_digest text not null default '',
        employer_digest text not null default '',
        fields jsonb not null,
        digest text not null,
        loaded_at timestamptz not null default now(),
        primary key (agency, digest)
    )
    """,
    "create index on record (agency, identity_digest)",
    "create index on record (agency, employer_digest)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
