"""Closed cases as they were handed over, and what goes on after them."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        """
        create table closed_case (
            "case" text primary key,
            handover text not null                -- sealed
        )
        """
    )
    op.execute(
        """
        create table aftercare (
            "case" text primary key,
            of text not null references closed_case ("case"),
            case_number text not null,
            drill boolean not null,
            awaits boolean not null,
            to_visit int not null,
            visited int not null,
            satisfaction numeric,
            state text not null,                  -- sealed
            seq int not null
        )
        """
    )
    op.execute(
        """
        create table referral_letter (
            "case" text not null references aftercare ("case"),
            ref text not null,
            target text not null,
            sent_on date not null,
            receipt_due date not null,
            items int not null,
            unreceived int not null,
            open int not null,
            escalated boolean not null,
            silent boolean not null,
            primary key ("case", ref)
        )
        """
    )
    op.execute("create index on referral_letter (receipt_due) where open > 0")
    for table in ("closed_case", "aftercare", "referral_letter"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy centre on {table} to onestop_centre using (true) with check (true)")
