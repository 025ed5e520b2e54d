"""The limitation clocks of a running case, by query."""

from datetime import date, timedelta
from decimal import Decimal

from domain.assessment.limitation import ClockState, LimitationClock, LimitationEventKind
from domain.case import messages as m
from domain.views.case_view import CaseDeadlines
from domain.words import ClaimKind
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Handle, Office
from texts.sentences import day

SEVERANCE = builders.arrears_item(
    "i2", kind=ClaimKind.SEVERANCE, insurance=(), first_month=None, last_month=None, amount=Decimal("9000.00"),
    known_since=date(2020, 3, 2),
)  # fmt: skip


async def clocks(office: Office, handle: Handle) -> dict[str, LimitationClock]:
    found: CaseDeadlines = await handle.query("deadlines", result_type=CaseDeadlines)
    return {clock.item: clock for clock in found.clocks}


async def until_changed(office: Office, handle: Handle, item: str, before: LimitationClock) -> LimitationClock:
    async def clock() -> LimitationClock:
        return (await clocks(office, handle))[item]

    return await seen(clock, lambda now: now.history != before.history)


async def test_each_claim_item_has_a_clock_of_its_own_that_warns_and_never_refuses(office: Office) -> None:
    handle = await office.start(builders.complaint(items=(builders.arrears_item(last_month="2020-06",
        first_month="2020-01"), SEVERANCE)))  # fmt: skip

    found = await clocks(office, handle)

    assert found["i2"].state is ClockState.LAPSED
    assert found["i2"].lapses_on == date(2021, 3, 2)
    assert [w.code for w in found["i2"].warnings] == ["limitation-defence"]
    assert found["i1"].state is ClockState.LAPSED, "inspection looks back two years"
    assert [w.code for w in found["i1"].warnings] == ["look-back-passed"]
    assert (await office.view(handle)).phase == "fact-finding"


async def test_a_filing_in_time_interrupts_and_a_later_claim_begins_it_anew(office: Office) -> None:
    assert office.environment is not None
    known_since = day(await office.environment.get_current_time()) - timedelta(days=300)
    handle = await office.start(builders.complaint(items=(SEVERANCE.model_copy(update={"known_since": known_since}),)))
    today = day((await office.view(handle)).now)
    filed = (await clocks(office, handle))["i2"]
    assert (filed.state, filed.runs_from) == (ClockState.RUNNING, today)
    assert [step.code for step in filed.history][-1] == "interrupts"

    await office.advance(handle, 3)
    noted = m.RecordLimitation(
        message_id="l1", actor=builders.INTAKE, kind=LimitationEventKind.CLAIM_ON_EMPLOYER, on=today, reason="书面催告"
    )
    await office.update(handle, noted)
    later = await until_changed(office, handle, "i2", filed)
    assert later.as_of == today + timedelta(days=3)
    held = noted.model_copy(update={"message_id": "l2", "kind": LimitationEventKind.FILING_WITH_ARBITRATION})
    await office.update(handle, held)
    assert (await until_changed(office, handle, "i2", later)).state is ClockState.HELD


async def test_every_open_deadline_carries_the_row_by_which_it_was_counted(office: Office) -> None:
    handle = await office.start(builders.complaint())
    found: CaseDeadlines = await handle.query("deadlines", result_type=CaseDeadlines)
    assert {running.what for running in found.deadlines} == {"inquiry", "mediation"}
    for running in (one for one in found.deadlines if one.what == "inquiry"):
        row = running.deadline.row
        assert row is not None
        assert (row.unit, row.counted_from, row.when_passed) == ("working-day", "opening", "escalates")
        assert running.final_at is not None
