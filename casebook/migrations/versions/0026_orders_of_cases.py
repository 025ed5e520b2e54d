"""Orders are listed by the cases that they are about, and for the agencies that help."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute(
        "alter table meeting_order add column helping text[] not null default '{}',"
        " add column cases text[] not null default '{}'"
    )
    op.execute("create index on meeting_order using gin (cases)")
