"""How many people work on where premiums have stopped, and whether the post has been there."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("alter table grid_case add column workers integer, add column visited boolean not null default false")
