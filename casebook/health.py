"""How the centre's queues stand: what is open, unclaimed, late and soon due, by agency, phase, class and mediator."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeVar

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


_WHOLE, _PHASE, _CLASS, _MEDIATOR = 7, 3, 5, 6
"""What a row is counted by: the bits of ``grouping`` of those columns that it is not counted by."""
_CASES: Final = """
    select grouping(phase, case_class, mediator) as by, phase, case_class, mediator,
        count(*) as open, count(*) filter (where waits_until <= $1) as overdue,
        count(*) filter (where waits_until > $1 and waits_until <= $2) as soon,
        count(*) filter (where blocked is not null) as blocked,
        count(*) filter (where merge_with <> '{}' and outcome is null) as to_merge,
        count(*) filter (where phase = 'mediation' and mediator is null) as without_mediator,
        min(filed_at) as oldest
    from dispute where not closed and ($3::boolean is null or drill = $3)
    group by grouping sets ((), (phase), (case_class), (mediator))
"""
_TASKS: Final = f"""
    select grouping(officer) = 1 as of_agency, agency, officer,
        count(*) as open, count(*) filter (where t.state = 'offered') as unclaimed,
        count(*) filter (where due_at <= $1) as overdue,
        count(*) filter (where due_at > $1 and due_at <= $2) as soon, min(t.opened_at) as oldest
    from task t where t.state in {literals(SHOWN_OPEN)}
        and ($3::boolean is null or exists (select from dispute d where d."case" = t."case" and d.drill = $3))
    group by grouping sets ((agency), (agency, officer))
"""  # noqa: S608 - the states are our own


async def health(pool: asyncpg.Pool, now: datetime, *, drill: bool | None = None) -> Health:
    """How the queues stand now; ``drill``: of drills only, or of earnest cases only.

    Open cases and open inquiries are each gone through once, whatever they are counted by.
    """
    asked = (now, now + SOON, drill)
    cases, tasks = await asyncio.gather(pool.fetch(_CASES, *asked), pool.fetch(_TASKS, *asked))
    whole = next(dict(row) for row in cases if row["by"] == _WHOLE)
    by_mediator = (row for row in cases if row["by"] == _MEDIATOR and row["mediator"] is not None)
    by_officer = (row for row in tasks if not row["of_agency"] and row["officer"] is not None)
    return Health(
        at=now,
        **{name: whole[name] for name in Health.model_fields if name in whole},
        agencies=_rows(AgencyQueue, sorted((r for r in tasks if r["of_agency"]), key=lambda r: str(r["agency"]))),
        officers=_rows(OfficerQueue, sorted(by_officer, key=lambda r: (-r["overdue"], -r["open"], r["officer"]))[:50]),
        mediators=_rows(MediatorQueue, sorted(by_mediator, key=lambda r: (-r["open"], r["mediator"]))[:200]),
        phases={Phase(row["phase"]): row["open"] for row in cases if row["by"] == _PHASE},
        classes={
            CaseClass(row["case_class"]): row["open"] for row in cases if row["by"] == _CLASS and row["case_class"]
        },
    )


Q = TypeVar("Q", bound=Model)


def _rows(model: type[Q], rows: Iterable[asyncpg.Record]) -> tuple[Q, ...]:
    return tuple(model.model_validate({name: row[name] for name in model.model_fields}) for row in rows)
