"""Inboxes that are searched in one table: what a line shows and is filtered by stands in the task's own row."""

from alembic import op

revision = "0003"
down_revision = "0002"

_OPEN = "state in ('claimed', 'offered', 'signed', 'suspended')"
_KEY = 'due_at, "case", task'
_STATEMENTS = (
    """
    alter table task
        add column case_number text,
        add column case_class text,
        add column employer_digest text,
        add column claimants int not null default 1,
        add column kinds text[] not null default '{}',
        add column priority int,
        add column remind_at timestamptz,
        add column reminded boolean not null default false,
        add column escalated_to text,
        add column delegated_by text[] not null default '{}'
    """,
    """
    update task t set case_number = d.case_number, case_class = d.case_class,
        employer_digest = d.employer_digest, claimants = d.claimants
    from dispute d where d."case" = t."case"
    """,
    "drop index task_agency_due_at_case_idx",
    "drop index task_agency_officer_due_at_idx",
    f"create index task_inbox on task (agency, {_KEY}) where {_OPEN}",
    f"create index task_open on task ({_KEY}) where {_OPEN}",
    f"create index task_officer on task (officer, {_KEY}) where {_OPEN}",
    f"create index task_class on task (case_class, agency, {_KEY}) where {_OPEN}",
    f"create index task_escalated on task (escalated_to, {_KEY}) where {_OPEN} and escalated_to is not null",
    f"create index task_state on task (agency, state, {_KEY})",
    f"create index task_employer on task (employer_digest, {_KEY})",
    "create index task_kinds on task using gin (kinds)",
    'create index task_number on task (case_number collate "C")',
    "create index task_serial on task (right(case_number, 6))",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
