"""Local accounts: who may log in where no OpenID Connect provider is."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        """
        create table account (
            name text primary key,
            password text not null,               -- Argon2id
            actor text not null,
            role text not null,
            agency text,
            scope text not null,                  -- workflow id of the case, or *
            failures int not null default 0,      -- in a row
            locked_until timestamptz,
            disabled_at timestamptz,
            created_at timestamptz not null default now()
        )
        """
    )
