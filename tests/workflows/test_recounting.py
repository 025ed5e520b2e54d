"""A notice of working days moves the open deadlines of running cases, and says so on the ledger."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import yaml

from domain.case import messages as m
from domain.deadlines.calendar import Calendar, Notice
from domain.deadlines.deadline import recount
from domain.views.case_view import CaseView
from domain.words import Agency, Phase
from tests import builders
from tests.workflows.conftest import Handle, Office


def notice(*holidays: date) -> Notice:
    return Notice(
        year=holidays[0].year,
        source="虚构通知",
        holidays=frozenset(holidays),
        working_days_in_lieu=frozenset(),
    )


@pytest.fixture
def loaded(office: Office) -> Iterator[list[Notice]]:
    """Notices that a test loads; gone when it is over."""
    notices: list[Notice] = []
    yield notices
    for given in notices:
        (office.tables / f"notice-{given.year}.yaml").unlink(missing_ok=True)


def load(office: Office, loaded: list[Notice], given: Notice) -> None:
    loaded.append(given)
    office.tables.mkdir(parents=True, exist_ok=True)
    (office.tables / f"notice-{given.year}.yaml").write_text(yaml.safe_dump(given.model_dump(mode="json")))


def changed(given: Notice, message_id: str = "calendar") -> m.CalendarChanged:
    return m.CalendarChanged(
        message_id=message_id,
        actor=builders.SUPERVISOR,
        year=given.year,
        source=given.source,
        digest=given.digest,
    )


def due(view: CaseView, agency: Agency = Agency.TAX) -> date:
    return next(task.due for task in view.tasks if task.agency is agency)


async def kinds(office: Office, handle: Handle) -> list[str]:
    return [event.kind for event in (await office.timeline(handle)).events]


async def test_a_notice_moves_the_open_deadlines_and_notes_old_new_and_why(
    office: Office, loaded: list[Notice]
) -> None:
    handle = await office.start(builders.complaint())
    before = await office.view(handle)
    given = notice(due(before))
    load(office, loaded, given)

    await handle.signal("calendar_changed", changed(given))

    anew = recount(before.deadlines[0], Calendar([given])).due
    assert anew > due(before)
    after = await office.until(handle, lambda view: all(task.due == anew for task in view.tasks))
    assert len(after.tasks) == len(before.tasks)
    moved = [e for e in (await office.timeline(handle)).events if e.kind == "deadline_recounted"]
    assert len(moved) == len(before.tasks)
    facts = moved[0].facts
    assert (facts["before"], facts["due"]) == (due(before).isoformat(), anew.isoformat())
    assert facts["source"] == "虚构通知"


async def test_the_same_notice_twice_is_noted_once_and_moves_nothing_more(office: Office, loaded: list[Notice]) -> None:
    handle = await office.start(builders.complaint())
    given = notice(due(await office.view(handle)))
    load(office, loaded, given)

    for _ in range(2):
        await handle.signal("calendar_changed", changed(given))
    await office.update(handle, changed(given, "again"))
    await office.until(handle, lambda view: view.ledger_length > 0)
    told = await kinds(office, handle)

    assert told.count("calendar_changed") == 2
    assert told.count("deadline_recounted") == len((await office.view(handle)).tasks)


async def test_a_notice_that_is_not_loaded_where_dates_are_counted_blocks_until_it_is(
    office: Office, loaded: list[Notice]
) -> None:
    handle = await office.start(builders.complaint())
    before = await office.view(handle)
    given = notice(due(before))

    await office.update(handle, changed(given))
    blocked = await office.until(handle, lambda view: view.blocked is not None)
    assert blocked.blocked is not None
    assert blocked.blocked.code == "deadlines.notice-missing"
    assert due(blocked) == due(before)

    load(office, loaded, given)
    await office.update(handle, m.Retry(message_id="retry", actor=builders.SUPERVISOR))
    after = await office.until(handle, lambda view: view.blocked is None and due(view) != due(before))
    assert due(after) > due(before)


async def test_time_that_was_granted_does_not_end_on_a_day_off(office: Office) -> None:
    handle = await office.start(builders.complaint())
    before = due(await office.view(handle))
    calendar = Calendar()
    days = next(n for n in range(1, 20) if not calendar.is_working_day(before + timedelta(days=n)))

    extended = m.ExtendTask(
        message_id="extend", actor=builders.SUPERVISOR, task=Agency.TAX, days=days, reason="材料较多"
    )
    await office.update(handle, extended)

    expected = calendar.next_working_day(before + timedelta(days=days))
    view = await office.until(handle, lambda view: due(view) == expected)
    assert view.phase is Phase.FACT_FINDING
    task = next(t for t in view.tasks if t.agency is Agency.TAX)
    assert task.due_at.date() >= expected


async def test_a_case_that_closes_is_not_held_up_by_what_has_to_be_counted(office: Office) -> None:
    handle = await office.start(builders.complaint())
    given = notice(due(await office.view(handle)))

    await office.update(handle, changed(given))
    await office.until(handle, lambda view: view.blocked is not None)
    await office.update(handle, m.Withdraw(message_id="w", actor=builders.SUPERVISOR, reason="和解"))

    closed = await office.live_to_the_end(handle)
    assert closed.outcome == "withdrawn"
