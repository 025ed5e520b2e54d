"""A database role for the centre and for each agency, and row-level security between them; sealed exchange rows."""

from alembic import op

revision = "0002"
down_revision = "0001"

CENTRE = "onestop_centre"
AGENCIES = {
    "labor": "onestop_labor",
    "medical-insurance": "onestop_medical_insurance",
    "tax": "onestop_tax",
    "union": "onestop_union",
}
_GUARDED = ("case_number", "dispute", "claimant", "ledger", "task", "record")


_AGENCY = """
grant select, insert, update, delete on record to ROLE;
create policy ROLE on record to ROLE using (agency = 'AGENCY') with check (agency = 'AGENCY');
grant select on task to ROLE;
create policy ROLE on task for select to ROLE using (agency = 'AGENCY');
grant select ("case", case_number, drill, filed_at, phase, case_class, lane, claimants, closed) on dispute to ROLE;
create policy ROLE on dispute for select to ROLE
    using (exists (select from task where task."case" = dispute."case" and task.agency = 'AGENCY'))
"""
"""An agency has its own exchange rows, and sees its own inquiries with the line of their cases."""


def upgrade() -> None:
    for role in (CENTRE, *AGENCIES.values()):
        op.execute(
            f"""
            do $$ begin
                if not exists (select from pg_roles where rolname = '{role}') then
                    create role {role} nologin;
                end if;
            end $$
            """
        )
    op.execute(f"grant usage on schema public to {', '.join((CENTRE, *AGENCIES.values()))}")
    _centre()
    for agency, role in AGENCIES.items():
        for statement in _AGENCY.replace("ROLE", role).replace("AGENCY", agency).split(";"):
            op.execute(statement)
    # What was loaded before is sealed by casebook.records.seal_plain: a migration has no keys.
    op.execute("alter table record alter column fields type text using fields::text")


def _centre() -> None:
    """The centre sees all; the ledger it can only add to. Tables that come later are the centre's as well."""
    op.execute(f"grant select, insert, update, delete on all tables in schema public to {CENTRE}")
    op.execute(f"grant usage on all sequences in schema public to {CENTRE}")
    op.execute(f"alter default privileges in schema public grant select, insert, update, delete on tables to {CENTRE}")
    op.execute(f"alter default privileges in schema public grant usage on sequences to {CENTRE}")
    op.execute(f"revoke update, delete on ledger from {CENTRE}")
    for table in _GUARDED:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy centre on {table} to {CENTRE} using (true) with check (true)")
