"""Forms that somebody has filled in by half, to be gone on with later."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute(
        """
        create table kept_form (
            owner text not null,
            page text not null,
            content text not null,
            kept_at timestamptz not null default now(),
            primary key (owner, page)
        )
        """
    )
