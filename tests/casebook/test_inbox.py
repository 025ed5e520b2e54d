from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from casebook import migrations
from casebook.inbox import TaskFilter, TaskLine, held_by, tasks
from casebook.ledger import record
from domain.case.casebook_rows import TaskRow
from domain.words import Agency, CaseClass, ClaimKind
from runtime.vault import Vault
from tests.casebook.desk import Desk
from tests.casebook.filing import FILED, chain, entry, fresh, task

DAY = timedelta(days=1)


@pytest.fixture
def desk(pool: asyncpg.Pool, vault: Vault) -> Desk:
    return Desk(pool, vault)


def mine(desk: Desk, days: int = 7, state: str = "claimed", **changes: Any) -> tuple[TaskRow, ...]:
    """A task of the desk's officer, due in some days."""
    return (task(state=state, due_at=FILED + days * DAY, **{"officer": desk.officer} | changes),)


async def lines(desk: Desk, **wanted: Any) -> list[TaskLine]:
    return await tasks(desk.pool, desk.vault, TaskFilter(**{"officer": desk.officer} | wanted))


async def test_an_inbox_has_open_inquiries_only_and_the_most_urgent_first(desk: Desk) -> None:
    late, soon = await desk.case(tasks=mine(desk, 9)), await desk.case(tasks=mine(desk, 2))
    for state in ("done", "lapsed", "skipped", "transferred"):
        await desk.case(tasks=mine(desk, 1, state))
    waits = [await desk.case(tasks=mine(desk, 10 + n, state)) for n, state in enumerate(("signed", "suspended"))]
    assert await desk.inbox() == [soon, late, *waits]
    assert await desk.inbox(due_until=FILED + 2 * DAY) == [soon]
    assert await desk.inbox(due_from=FILED + 3 * DAY, due_until=FILED + 9 * DAY) == [late]
    assert await desk.inbox(officer=fresh("o")) == []


async def test_each_filter_keeps_what_it_names_and_nothing_else(desk: Desk) -> None:
    wanted = await desk.case(
        tasks=mine(desk, escalated_to="tax-head", kinds=(ClaimKind.ARREARS,)), case_class=CaseClass.SPECIAL
    )
    other = await desk.case(
        tasks=mine(desk, 9, "done", agency=Agency.LABOR, task="labor", kinds=(ClaimKind.WAGES,)),
        case_class=CaseClass.GENERAL,
    )
    [line] = await lines(desk)
    filters: list[dict[str, Any]] = [
        {"agency": Agency.TAX},
        {"case_class": CaseClass.SPECIAL},
        {"employer": desk.company},
        {"escalated_to": "tax-head"},
        {"state": "claimed"},
        {"text": line.case_number},
        {"text": (line.case_number or "")[:8].lower()},
        {"text": (line.case_number or "")[-6:].lstrip("0")},
        {"text": "arrears"},
        {"text": "欠费"},
        {"text": f"arrears {line.case_number}"},
    ]
    for one in filters:
        assert [found.case for found in await lines(desk, **one)] == [wanted], one
    for one in ({"agency": Agency.LABOR}, {"state": "offered"}, {"text": "wages"}, {"text": "RZ-1999"}):
        assert await lines(desk, **one) == []
    assert [found.case for found in await lines(desk, state="done")] == [other]


async def test_pages_follow_each_other_without_gap_or_repeat_while_inquiries_come_in(desk: Desk) -> None:
    expected = [await desk.case(tasks=mine(desk, n // 3)) for n in range(10)]  # several due on the same day
    seen: list[str] = []
    after = None
    while page := await lines(desk, after=after, limit=3):
        seen += [line.case for line in page]
        after = page[-1].key
        await desk.case(tasks=mine(desk, -1))  # more urgent than what was read already
    assert len(seen) == len(set(seen))
    assert set(seen) == set(expected)


async def test_a_line_says_how_urgent_it_is_who_gave_it_away_and_what_is_claimed(desk: Desk) -> None:
    row = mine(
        desk,
        priority=2,
        remind_at=FILED + 5 * DAY,
        reminded=True,
        delegated_by=("tax-01", "tax-02"),
        kinds=(ClaimKind.ARREARS, ClaimKind.WAGES),
    )
    await desk.case(tasks=row)
    [line] = await lines(desk)
    assert (line.priority, line.reminded, line.remind_at) == (2, True, FILED + 5 * DAY)
    assert (line.delegated_by, line.kinds) == (("tax-01", "tax-02"), (ClaimKind.ARREARS, ClaimKind.WAGES))
    assert line.employer == desk.company


async def test_a_line_follows_its_inquiry_and_never_goes_back(desk: Desk, pool: asyncpg.Pool, vault: Vault) -> None:
    case = await desk.case(tasks=mine(desk))
    later = entry(case, *chain(3)[1:], tasks=mine(desk, 9, priority=1), case_class=CaseClass.COMPLEX)
    await record(pool, vault, later)
    await record(pool, vault, entry(case, *chain(2)[1:], tasks=mine(desk, 1)))
    [line] = await lines(desk)
    assert (line.due_at, line.priority, line.case_class) == (FILED + 9 * DAY, 1, CaseClass.COMPLEX)


async def test_what_an_officer_holds_or_gave_away_is_found_when_they_leave(desk: Desk) -> None:
    await desk.case(tasks=mine(desk))
    await desk.case(tasks=mine(desk, 8, officer=(other := fresh("o")), delegated_by=(desk.officer,)))
    await desk.case(tasks=mine(desk, 9, "done"))
    [held], [given] = await lines(desk), await lines(desk, officer=other)
    expected = [(held.case_number, "tax"), (given.case_number, "tax")]
    assert await held_by(desk.pool, Agency.TAX, desk.officer) == expected
    assert await held_by(desk.pool, Agency.LABOR, desk.officer) == []


def test_the_migrations_have_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(next(iter(migrations.__path__))))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
