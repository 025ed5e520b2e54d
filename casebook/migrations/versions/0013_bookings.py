"""The calendar of mediators and rooms: nobody and nothing is booked twice at the same time."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("create extension if not exists btree_gist")
    op.execute(
        """
        create table booking (
            "case" text not null,
            ref text not null,
            calendar text not null,               -- real or drill: a drill takes nobody's time
            mediator text not null,
            room text,                            -- null: online
            during tstzrange not null,
            primary key ("case", ref),
            constraint mediator_is_free exclude using gist (calendar with =, mediator with =, during with &&),
            constraint room_is_free exclude using gist (calendar with =, room with =, during with &&)
        )
        """
    )
    op.execute("alter table booking enable row level security")
    op.execute("create policy centre on booking to onestop_centre using (true) with check (true)")
