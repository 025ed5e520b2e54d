"""How the centre's queues stand: what is open, unclaimed, late and soon due, by agency, phase, class and mediator."""

from datetime import datetime, timedelta

import asyncpg

from casebook.inbox import literals
from domain.base import Instant, Model
from domain.inquiry.tasks import SHOWN_OPEN
from domain.words import Agency, CaseClass, Phase

SOON = timedelta(days=3)


class AgencyQueue(Model):
    """An agency's open inquiries."""

    agency: Agency
    open: int
    unclaimed: int
    overdue: int
    soon: int
    """Due within three days, and not overdue."""
    oldest: Instant | None


class OfficerQueue(Model):
    """What an officer holds."""

    agency: Agency
    officer: str
    open: int
    overdue: int


class MediatorQueue(Model):
    """A mediator's open cases."""

    mediator: str
    open: int
    overdue: int


class Health(Model):
    """All queues at one time."""

    at: Instant
    open: int
    overdue: int
    soon: int
    blocked: int
    to_merge: int
    without_mediator: int
    """In mediation, and nobody mediates."""
    oldest: Instant | None
    agencies: tuple[AgencyQueue, ...]
    officers: tuple[OfficerQueue, ...]
    mediators: tuple[MediatorQueue, ...]
    phases: dict[Phase, int]
    classes: dict[CaseClass, int]


async def health(pool: asyncpg.Pool, now: datetime, *, drill: bool | None = None) -> Health:
    """How the queues stand now; ``drill``: of drills only, or of earnest cases only."""
    soon = now + SOON
    async with pool.acquire() as connection, connection.transaction(readonly=True, isolation="repeatable_read"):
        cases = await connection.fetchrow(
            """
            select count(*) as open, count(*) filter (where waits_until <= $1) as overdue,
                count(*) filter (where waits_until > $1 and waits_until <= $2) as soon,
                count(*) filter (where blocked is not null) as blocked,
                count(*) filter (where merge_with <> '{}' and outcome is null) as to_merge,
                count(*) filter (where phase = 'mediation' and mediator is null) as without_mediator,
                min(filed_at) as oldest
            from dispute where not closed and ($3::boolean is null or drill = $3)
            """,
            *(now, soon, drill),
        )
        agencies = await connection.fetch(
            f"""
            select agency, count(*) as open, count(*) filter (where t.state = 'offered') as unclaimed,
                count(*) filter (where due_at <= $1) as overdue,
                count(*) filter (where due_at > $1 and due_at <= $2) as soon, min(t.opened_at) as oldest
            from task t where t.state in {literals(SHOWN_OPEN)}
              and ($3::boolean is null or exists (select from dispute d where d."case" = t."case" and d.drill = $3))
            group by agency order by agency
            """,  # noqa: S608 - the states are our own
            *(now, soon, drill),
        )
        officers = await connection.fetch(
            f"""
            select agency, officer, count(*) as open, count(*) filter (where due_at <= $1) as overdue
            from task t where officer is not null and t.state in {literals(SHOWN_OPEN)}
              and ($2::boolean is null or exists (select from dispute d where d."case" = t."case" and d.drill = $2))
            group by agency, officer order by overdue desc, open desc, officer limit 50
            """,  # noqa: S608 - the states are our own
            *(now, drill),
        )
        mediators = await connection.fetch(
            """
            select mediator, count(*) as open, count(*) filter (where waits_until <= $1) as overdue
            from dispute where mediator is not null and not closed and ($2::boolean is null or drill = $2)
            group by mediator order by open desc, mediator limit 200
            """,
            *(now, drill),
        )
        by_column = {
            column: await connection.fetch(
                f"""
                select {column}, count(*) as open from dispute
                where not closed and {column} is not null and ($1::boolean is null or drill = $1) group by {column}
                """,  # noqa: S608 - the columns are our own
                drill,
            )
            for column in ("phase", "case_class")
        }
    assert cases is not None
    return Health(
        at=now,
        **dict(cases),
        agencies=tuple(AgencyQueue.model_validate(dict(row)) for row in agencies),
        officers=tuple(OfficerQueue.model_validate(dict(row)) for row in officers),
        mediators=tuple(MediatorQueue.model_validate(dict(row)) for row in mediators),
        phases={Phase(row["phase"]): row["open"] for row in by_column["phase"]},
        classes={CaseClass(row["case_class"]): row["open"] for row in by_column["case_class"]},
    )
