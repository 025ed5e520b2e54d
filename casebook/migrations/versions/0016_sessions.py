"""When sessions end before their time: with the password's change, and when somebody ends all those of a person."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("alter table account add column password_set_at timestamptz not null default now()")
    op.execute("create table session_end (actor text primary key, ended_at timestamptz not null)")
