"""Open cases are listed by when they have to go on; what has no day comes last."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute("drop index dispute_waits_until_idx")
    op.execute(
        "create index dispute_due on dispute ((coalesce(waits_until, timestamptz '9999-12-31 00:00:00+00')), \"case\")"
        " where not closed"
    )
