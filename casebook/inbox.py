"""Inboxes: inquiries by agency, officer, state, due day, class, employer and text. Pages are stable.

A page begins after the key of the line before, and reads one index in its order (``bench/inbox.py`` shows the
plans). Text finds case numbers and what is claimed; personal data lies sealed and is not searched.
"""

from typing import Annotated, Any, Final

import asyncpg
from pydantic import Field

import texts
from casebook.digests import keys_of_text
from domain.base import Instant, Model, Ref
from domain.inquiry.tasks import SHOWN_OPEN, SHOWN_WAITING
from domain.words import Agency, CaseClass, ClaimKind, Language
from runtime.vault import Vault

PAGE: Final = 50
UNNAMED: Final = "—"
"""For an agency's own login: the employer of a case from before it was named for the agencies."""
_WORDS_MAX: Final = 5


_NAMED: Final = {
    True: 'd.employer_name from ({page}) t join dispute d using ("case")',
    False: 'e.name as employer_name from ({page}) t left join case_employer e using ("case", agency)',
}
_EMPLOYER: Final = {
    True: '"case" in (select "case" from dispute where {found})',
    False: '("case", agency) in (select "case", agency from case_employer where {found})',
}


class TaskFilter(Model):
    """Which inquiries to list; what is left out does not filter."""

    agency: Agency | None = None
    officer: Ref | None = None
    """Who holds it."""
    state: Annotated[str, Field(pattern="^[a-z]{1,20}$")] | None = None
    """Left out: every state in which somebody has to act."""
    due_from: Instant | None = None
    due_until: Instant | None = None
    case_class: CaseClass | None = None
    employer: str | None = None
    """A name, present or former, or the credit code; a part of a name where nobody is called just that."""
    escalated_to: Ref | None = None
    waiting: bool = False
    """Only those in which nobody can go on: for want of the second signature, or because the case stands still."""
    records_away: bool = False
    """Only those for which the agency's records can't be read."""
    text: Annotated[str, Field(max_length=200)] | None = None
    """Words: (the beginning of) a case number, its serial number, or what is claimed, in either language."""
    after: tuple[Instant, Ref, Ref] | None = None
    """Key of the last line of the page before: ``TaskLine.key``."""
    limit: Annotated[int, Field(ge=1, le=500)] = PAGE


class TaskLine(Model):
    """An inquiry in an inbox."""

    case: Ref
    case_number: str | None
    task: Ref
    agency: Agency
    state: str
    officer: Ref | None
    delegated_by: tuple[Ref, ...]
    priority: int | None
    opened_at: Instant
    due_at: Instant
    remind_at: Instant | None
    reminded: bool
    escalated: bool
    escalated_to: Ref | None
    case_class: CaseClass | None
    kinds: tuple[ClaimKind, ...]
    records_away_since: Instant | None = None
    employer: str
    claimants: int

    @property
    def key(self) -> tuple[Instant, Ref, Ref]:
        """Where the next page begins."""
        return self.due_at, self.case, self.task


async def tasks(pool: asyncpg.Pool, vault: Vault, wanted: TaskFilter) -> list[TaskLine]:
    """A page of inquiries, the most urgent first."""
    query, values = selection(vault, wanted)
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        # What is rare and what is common among the words and filters decides which index is read.
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        rows = await connection.fetch(query, *values)
    return [
        TaskLine.model_validate(
            {name: row[name] for name in TaskLine.model_fields if name != "employer"}
            | {"employer": vault.open(row["employer_name"], "employer") if row["employer_name"] else UNNAMED}
        )
        for row in rows
    ]


async def count(pool: asyncpg.Pool, vault: Vault, wanted: TaskFilter) -> int:
    """How many inquiries a filter finds on all its pages."""
    where, values = _where(vault, wanted.model_copy(update={"after": None}))
    found: int = await pool.fetchval(f"select count(*) from task where {where}", *values)  # noqa: S608 - ours
    return found


async def held_by(pool: asyncpg.Pool, agency: Agency, officer: str) -> list[tuple[str, str]]:
    """Cases, by number, and inquiries that an officer holds or has delegated: what moves when they leave."""
    rows = await pool.fetch(
        f"""
        select coalesce(case_number, "case") as "case", task from task
        where agency = $1 and state in {literals(SHOWN_OPEN)} and (officer = $2 or $2 = any(delegated_by))
        order by due_at, "case", task
        """,  # noqa: S608 - the states are our own
        agency,
        officer,
    )
    return [(row["case"], row["task"]) for row in rows]


def selection(vault: Vault, wanted: TaskFilter) -> tuple[str, list[Any]]:
    """The query of a page, and its values. An agency's own vault holds no other: it asks what is named for it."""
    where, values = _where(vault, wanted)
    order = 'order by due_at, "case", task'
    page = f"select * from task where {where} {order} limit ${len(values) + 1}"  # noqa: S608 - ours
    line = f"select t.*, {_NAMED[bool(vault.agencies)].format(page=page)} {order}"
    return line, [*values, wanted.limit]


def _where(vault: Vault, wanted: TaskFilter) -> tuple[str, list[Any]]:
    centre = bool(vault.agencies)
    values: list[Any] = []

    def given(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    where = [f"state in {literals((wanted.state,) if wanted.state else SHOWN_OPEN)}"]
    if wanted.agency is not None:
        where.append(f"agency = {given(wanted.agency)}")
    if wanted.officer is not None:
        where.append(f"officer = {given(wanted.officer)}")
    if wanted.case_class is not None:
        where.append(f"case_class = {given(wanted.case_class)}")
    if wanted.escalated_to is not None:
        where.append(f"escalated_to = {given(wanted.escalated_to)}")
    if wanted.waiting:
        where.append(f"state in {literals(SHOWN_WAITING)}")
    if wanted.records_away:
        where.append("records_away_since is not null")
    if wanted.employer is not None:
        keys, parts = keys_of_text(vault, wanted.employer)
        column, table = ("employer_keys", "dispute") if centre else ("keys", "case_employer")
        found = exact = f"{column} && {given(keys)}::text[]"
        if parts:
            nobody = f"not exists (select from {table} where {exact})"
            found = f"{exact} or ({column} @> {given(parts)}::text[] and {nobody})"
        where.append(_EMPLOYER[centre].format(found=found))
    if wanted.due_from is not None:
        where.append(f"due_at >= {given(wanted.due_from)}")
    if wanted.due_until is not None:
        where.append(f"due_at <= {given(wanted.due_until)}")
    for word in (wanted.text or "").split()[:_WORDS_MAX]:
        where.append(_finds(word, given))
    if wanted.after is not None:
        where.append(f'(due_at, "case", task) > ({", ".join(given(part) for part in wanted.after)})')
    return " and ".join(where), values


def _finds(word: str, given: Any) -> str:
    """The condition that a word puts: what is claimed, a serial number, or the beginning of a case number."""
    kinds = [kind for kind in ClaimKind if _is_called(kind, word)]
    if kinds:
        return f"kinds && {given(kinds)}::text[]"
    if word.isdecimal() and len(word) <= 6:
        return f"right(case_number, 6) = {given(word.zfill(6))}"
    first = word.upper()
    return f'(case_number collate "C" >= {given(first)} and case_number collate "C" < {given(first + chr(0x10FFFF))})'


def _is_called(kind: ClaimKind, word: str) -> bool:
    names = (kind.value, *(texts.label(kind, language) for language in Language))
    return any(word.lower() in name.lower() for name in names) and len(word) > 1


def literals(states: tuple[str, ...]) -> str:
    """Written out, so that the planner sees that a partial index holds them."""
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"
