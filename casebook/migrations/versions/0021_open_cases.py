"""Open cases are few among all that there ever were: counted by an index of their own."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute('create index dispute_open on dispute (phase, case_class, mediator, "case") where not closed')
