"""What each agency's own inbox calls the employer of a case: sealed and found by the agency's own keys."""

from alembic import op

revision = "0012"
down_revision = "0011"

_AGENCIES = {
    "labor": "onestop_labor",
    "medical-insurance": "onestop_medical_insurance",
    "tax": "onestop_tax",
    "union": "onestop_union",
}

_OWN = """
create policy ROLE on case_employer for select to ROLE using (agency = 'AGENCY' and exists
    (select from task where task."case" = case_employer."case" and task.agency = 'AGENCY'))
"""


def upgrade() -> None:
    op.execute(
        """
        create table case_employer (
            "case" text not null references dispute ("case"),
            agency text not null,
            name text not null,                   -- sealed
            digest text not null,
            primary key ("case", agency)
        )
        """
    )
    op.execute("create index on case_employer (agency, digest)")
    op.execute("alter table case_employer enable row level security")
    op.execute("create policy centre on case_employer to onestop_centre using (true) with check (true)")
    for agency, role in _AGENCIES.items():
        op.execute(f"grant select on case_employer to {role}")
        op.execute(_OWN.replace("ROLE", role).replace("AGENCY", agency))
