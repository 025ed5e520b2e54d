"""Who an exchange row is about, for the agency itself: without it nobody could be warned of."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("alter table record add column employer text")  # sealed
    op.execute("create index on record (agency, kind, employer_digest, digest)")
