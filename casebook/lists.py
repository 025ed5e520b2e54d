"""Lists: cases, and what each mediator has to do. Pages are stable: each begins after a key."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import asyncpg
from pydantic import Field

from casebook.digests import keys_of_text
from domain.base import CENTRE_ZONE, Instant, Model, Ref
from domain.triage.roster import Load
from domain.views.waiting import WaitedFor
from domain.words import Agency, CaseClass, Lane, Outcome, Phase
from runtime.vault import Vault

PAGE: Final = 50
_NO_DAY: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for the deadline of what has none."""


class CaseOrder(StrEnum):
    """What a list of cases begins with."""

    FILED = "filed"
    """The latest filed."""
    DUE = "due"
    """What has to go on first."""


class CaseFilter(Model):
    """Which cases to list; what is left out does not filter."""

    phase: Phase | None = None
    case_class: CaseClass | None = None
    agency: Agency | None = None
    """Cases in which this agency has an open inquiry."""
    inquired_by: Agency | None = None
    """Cases in which this agency has or had an inquiry."""
    channel: Ref | None = None
    """Cases that this intake service filed, or that its complaints joined."""
    due_until: Instant | None = None
    """Cases that have to go on by this instant, or had to before."""
    employer: str | None = None
    """A name, present or former, or the credit code; a part of a name where nobody is called just that."""
    mediator: Ref | None = None
    outcome: Outcome | None = None
    drill: bool | None = None
    blocked: bool | None = None
    """Cases of which a step can't be done until somebody sees to it."""
    to_merge: bool | None = None
    """Open cases that share people with another open case against the same employer."""
    open: bool | None = None
    """Cases that have not closed, or those that have."""
    waits_on: Ref | None = None
    """Cases that wait on somebody: an agency, ``mediator``, ``supervisor``, a party."""
    waits_for: tuple[WaitedFor, ...] = ()
    """Cases that wait for one of these."""
    order: CaseOrder = CaseOrder.FILED
    after: tuple[Instant, Ref] | None = None
    """Key of the last line of the page before: ``CaseLine.key``."""
    limit: Annotated[int, Field(ge=1, le=500)] = PAGE


class CaseLine(Model):
    """A case in a list."""

    case: Ref
    case_number: str | None
    drill: bool
    employer: str
    claimants: int
    phase: Phase
    case_class: CaseClass | None
    lane: Lane | None
    mediator: Ref | None
    outcome: Outcome | None
    filed_at: Instant
    waits_on: tuple[str, ...]
    waits_for: WaitedFor
    waits_since: Instant
    waits_until: Instant | None
    blocked: str | None = None
    """The code of why a step can't be done."""
    blocked_since: Instant | None = None
    merge_with: tuple[str, ...] = ()
    """The numbers of open cases that have some of its people too."""

    def key(self, order: CaseOrder) -> tuple[Instant, Ref]:
        """Where the next page begins."""
        return (self.filed_at if order is CaseOrder.FILED else self.waits_until or _NO_DAY), self.case


_FILTERS: Final = """
    ($1::text is null or phase = $1)
    and ($2::text is null or case_class = $2)
    and ($3::text is null or exists (select from task t where t."case" = d."case"
         and t.agency = $3 and t.state in ('claimed', 'offered', 'signed', 'suspended')))
    and ($4::timestamptz is null or (not closed and waits_until <= $4))
    and ($5::text[] is null or employer_keys && $5 or ($13::text[] <> '{}' and employer_keys @> $13
         and not exists (select from dispute where employer_keys && $5)))
    and ($6::text is null or mediator = $6)
    and ($7::text is null or outcome = $7)
    and ($8::boolean is null or drill = $8)
    and ($9::boolean is null or (blocked is not null) = $9)
    and ($10::boolean is null or (merge_with <> '{}' and outcome is null) = $10)
    and ($11::text is null or exists (select from task t where t."case" = d."case" and t.agency = $11))
    and ($12::text is null or exists (select from dispute f where f.channel = $12
         and d."case" in (f."case", f.joined_to)))
    and ($14::text is null or $14 = any(waits_on))
    and ($15::text[] = '{}' or (not closed and waits_for = any($15)))
"""
_DUE: Final = "coalesce(waits_until, timestamptz '9999-12-31 00:00:00+00')"
_AFTER: Final = {
    CaseOrder.FILED: 'and ($16::timestamptz is null or (filed_at, "case") < ($16, $17))',
    CaseOrder.DUE: f'and ($16::timestamptz is null or ({_DUE}, "case") > ($16, $17))',
}
_ORDER: Final = {CaseOrder.FILED: 'filed_at desc, "case" desc', CaseOrder.DUE: f'{_DUE}, "case"'}
_STANDING: Final = {None: "", True: "and not closed", False: "and closed"}
"""Written out, so that the planner sees that the index of open cases holds them."""


def _values(vault: Vault, wanted: CaseFilter) -> tuple[Any, ...]:
    keys, parts = (None, None) if wanted.employer is None else keys_of_text(vault, wanted.employer)
    return (
        wanted.phase,
        wanted.case_class,
        wanted.agency,
        wanted.due_until,
        keys,
        wanted.mediator,
        wanted.outcome,
        wanted.drill,
        wanted.blocked,
        wanted.to_merge,
        wanted.inquired_by,
        wanted.channel,
        parts,
        wanted.waits_on,
        list(wanted.waits_for),
    )


async def cases(pool: asyncpg.Pool, vault: Vault, wanted: CaseFilter) -> list[CaseLine]:
    """A page of cases, in the order that is wanted."""
    rows = await pool.fetch(
        f"select * from dispute d where {_FILTERS} {_STANDING[wanted.open]} {_AFTER[wanted.order]} "  # noqa: S608 - ours
        f"order by {_ORDER[wanted.order]} limit $18",
        *_values(vault, wanted),
        *(wanted.after or (None, None)),
        wanted.limit,
    )
    return [case_line(row, vault) for row in rows]


_CHANGES_MOST: Final = 1000
"""Cases that are told one by one."""


class Change(Model):
    """A case of which something changed, and how long its ledger is now."""

    case: Ref
    case_number: str | None
    seq: int


async def changes(
    pool: asyncpg.Pool, vault: Vault, wanted: CaseFilter, since: int | None
) -> tuple[int, list[Change] | None]:
    """What changed since a mark, and the next mark; the mark alone without one, with one of another database, and
    where more has changed than anybody reads one by one: then the lists are read anew.

    A mark is the oldest transaction that was still under way: what it and later ones change comes with the next.
    """
    mark = int(await pool.fetchval("select pg_snapshot_xmin(pg_current_snapshot())::text"))
    if since is None or since > mark:
        return mark, None
    rows = await pool.fetch(
        f'select "case", case_number, seq from dispute d where {_FILTERS} '  # noqa: S608 - ours
        "and changed >= $16 and changed < $17 order by changed limit $18",
        *_values(vault, wanted),
        since,
        mark,
        _CHANGES_MOST + 1,
    )
    if len(rows) > _CHANGES_MOST:
        return mark, None
    return mark, [Change.model_validate(dict(row)) for row in rows]


async def jurisdiction(pool: asyncpg.Pool, case: str) -> str:
    """Under whose rules a case stands. Raises LookupError for one that nobody knows."""
    found: str | None = await pool.fetchval('select jurisdiction from dispute where "case" = $1', case)
    if found is None:
        raise LookupError(case)
    return found


async def counts(pool: asyncpg.Pool, vault: Vault, whole: CaseFilter, parts: Sequence[CaseFilter]) -> list[int]:
    """How many cases of a whole each part finds, on all pages, in one pass over them.

    A part may differ from the whole in until when a case waits and for what, and in whether it is blocked or to be
    merged.
    """
    values: list[Any] = [*_values(vault, whole)]

    def given(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    each = ", ".join(
        f"count(*) filter (where {' and '.join(_narrowed(part, given)) or 'true'}) as n{at}"
        for at, part in enumerate(parts)
    )
    query = f"select {each} from dispute d where {_FILTERS} {_STANDING[whole.open]}"  # noqa: S608 - ours
    [row] = await pool.fetch(query, *values)
    return list(row.values())


def _narrowed(part: CaseFilter, given: Callable[[Any], str]) -> Iterator[str]:
    if part.due_until is not None:
        yield f"not closed and waits_until <= {given(part.due_until)}::timestamptz"
    if part.waits_for:
        yield f"not closed and waits_for = any({given(list(part.waits_for))}::text[])"
    if part.blocked is not None:
        yield f"(blocked is not null) = {given(part.blocked)}::boolean"
    if part.to_merge is not None:
        yield f"(merge_with <> '{{}}' and outcome is null) = {given(part.to_merge)}::boolean"


def case_line(row: asyncpg.Record, vault: Vault) -> CaseLine:
    """A row of ``dispute`` as lists show it, its employer unsealed."""
    fields = {name: row[name] for name in CaseLine.model_fields if name != "employer"}
    return CaseLine.model_validate(fields | {"employer": vault.open(row["employer_name"], "employer")})


async def mediator_loads(pool: asyncpg.Pool, drill: bool = False) -> dict[str, Load]:
    """What each mediator has to do, in earnest or in drills: open cases, and when the last one was assigned."""
    rows = await pool.fetch(
        """
        select mediator, count(*) filter (where not closed) as open_cases, max(mediator_since) as last_assigned
        from dispute where mediator is not null and drill = $1 group by mediator
        """,
        drill,
    )
    return {
        row["mediator"]: Load(
            open_cases=row["open_cases"], last_assigned=_day(row["last_assigned"]) if row["last_assigned"] else None
        )
        for row in rows
    }


def _day(at: datetime) -> date:
    return at.astimezone(CENTRE_ZONE).date()


async def is_drill(pool: asyncpg.Pool, case: str) -> bool:
    """Whether a case is a drill."""
    return bool(await pool.fetchval('select drill from dispute where "case" = $1', case))


async def find(pool: asyncpg.Pool, name: str) -> str | None:
    """The workflow id of a case, by its number or by the id itself; None when there is no such case."""
    found: str | None = await pool.fetchval(
        'select coalesce(joined_to, "case") from dispute where case_number = $1 or "case" = $1', name
    )
    return found
