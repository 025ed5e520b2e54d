"""Every key by which an employer is known, so that another name, a former one or a part of one finds it."""

from alembic import op

revision = "0017"
down_revision = "0016"

_STATEMENTS = (
    "alter table dispute add column employer_keys text[] not null default '{}', add column employer_code text",
    "update dispute set employer_keys = array[employer_digest]",
    "create index dispute_employer_keys on dispute using gin (employer_keys)",
    "drop index task_employer",
    "alter table task drop column employer_digest",
    "alter table case_employer add column keys text[] not null default '{}'",
    "update case_employer set keys = array[digest]",
    "alter table case_employer drop column digest",
    "create index case_employer_keys on case_employer using gin (keys)",
    "alter table record add column employer_name_digest text not null default ''",
    "create index record_employer_name on record (agency, employer_name_digest)",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
