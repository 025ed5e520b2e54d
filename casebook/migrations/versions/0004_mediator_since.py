"""Since when a case has been its mediator's: whoever was assigned longest ago is next."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("alter table dispute add column mediator_since timestamptz")
    op.execute("update dispute set mediator_since = waits_since where mediator is not null")
