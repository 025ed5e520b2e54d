"""Deadlines: hand-counted dates, extensions, suspensions, places, and counting anew with a notice."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.base import CENTRE_ZONE
from domain.closure.ends import ways
from domain.deadlines.calendar import Calendar, Notice, OutsideCalendar
from domain.deadlines.deadline import Deadline, Suspension, on_day, plan, prolonged, recount, remind_on, replan, spans
from domain.deadlines.term_table import ExtensionRefused, Terms, UnknownTerm, term, terms
from domain.rules.rule_table import TableError
from domain.settlement.confirmation import ConfirmationKind
from domain.words import Lane
from domain.yaml_file import TABLES

OFFICIAL = Calendar()
WITH_2027 = Calendar(
    [
        Notice(
            year=2027,
            source="虚构通知",
            holidays=frozenset(date(2027, 2, d) for d in range(5, 12)) | {date(2026, 12, 31), date(2027, 1, 1)},
            working_days_in_lieu=frozenset({date(2026, 12, 27)}),
        )
    ]
)
STARTS = st.dates(date(2024, 1, 1), date(2026, 10, 31))
CURRENT = [event for event in terms() if term(event).counted_from != "before-due"]
PAUSES = st.lists(
    st.builds(
        lambda first, days: Suspension(first=first, last=first + timedelta(days=days)),
        st.dates(date(2023, 12, 1), date(2027, 6, 30)),
        st.integers(0, 90),
    ),
    max_size=4,
)


def pause(first: str, last: str) -> Suspension:
    return Suspension(first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        # 15 calendar days end on 8 October 2025, the last day of the holidays
        ("mediation", "2025-09-23", "2025-10-09"),
        ("mediation", "2025-03-03", "2025-03-18"),
        # the last day is Saturday 14 February 2026, which is worked in lieu: it stays
        ("mediation", "2026-01-30", "2026-02-14"),
        # 29, 30 September, 9, 10, 11 (Saturday, worked), 13-16 October, with Sunday 28 September first
        ("inquiry-standard", "2025-09-26", "2025-10-16"),
        # Sunday 18 February 2024 is worked
        ("inquiry-fast", "2024-02-09", "2024-02-22"),
        ("accept-complaint", "2026-02-13", "2026-02-27"),
        ("arbitration-acceptance", "2025-04-30", "2025-05-12"),
        # six months from 31 August end on the last of February, a Saturday worked in lieu
        ("administrative-suit", "2025-08-31", "2026-02-28"),
        ("administrative-suit", "2023-08-31", "2024-02-29"),
        ("enforcement-application", "2024-11-30", "2025-02-28"),
        # three months end in the Spring Festival of 2025
        ("enforcement-application", "2024-10-28", "2025-02-05"),
        # a year from a leap day
        ("arbitration-limitation", "2024-02-29", "2025-02-28"),
        ("execution-of-instalments", "2024-02-29", "2026-02-28"),
        ("reconsideration", "2025-08-05", "2025-10-09"),
        ("reconsideration-longest", "2024-02-10", "2029-02-10"),
        ("suit-after-award", "2024-09-30", "2024-10-15"),
        # ten working days, not calendar days, for the reminder before enforcement
        ("enforcement-reminder", "2025-09-26", "2025-10-16"),
        ("award-set-aside", "2025-09-05", "2025-10-09"),
        ("follow-up", "2026-12-01", "2026-12-31"),
        ("proposal-answer", "2025-09-30", "2025-10-05"),
        ("instalment-grace", "2025-09-30", "2025-10-10"),
        ("suspension-max", "2025-01-01", "2025-06-30"),
        # counted back from the due day
        ("inquiry-reminder", "2025-10-16", "2025-10-14"),
        ("instalment-reminder", "2025-10-10", "2025-09-29"),
    ],
)
def test_a_term_ends_on_the_day_counted_by_hand(rule: str, start: str, due: str) -> None:
    assert plan(rule, date.fromisoformat(start), OFFICIAL).due == date.fromisoformat(due)


def test_it_is_over_at_the_end_of_the_due_day_in_the_centre_s_zone() -> None:
    deadline = plan("mediation", date(2025, 3, 3), OFFICIAL)
    assert deadline.due_at == datetime(2025, 3, 19, 0, 0, tzinfo=CENTRE_ZONE)
    assert deadline.due_at.astimezone(UTC) == datetime(2025, 3, 18, 16, 0, tzinfo=UTC)


def test_a_deadline_that_reaches_into_a_year_without_notice_is_provisional() -> None:
    deadline = plan("inspection", date(2026, 11, 2), OFFICIAL)
    assert (deadline.due, deadline.provisional) == (date(2027, 1, 26), True)
    assert not plan("inspection", date(2026, 6, 1), OFFICIAL).provisional
    assert not plan("suspension-max", date(2026, 11, 2), OFFICIAL).provisional, "plain days need no calendar"


def test_a_new_notice_makes_it_final_and_moves_it() -> None:
    [anew] = replan([plan("inspection", date(2026, 11, 2), OFFICIAL)], WITH_2027)
    # 31 December is free now, but Sunday 27 December is worked: the same day, and settled
    assert (anew.due, anew.provisional) == (date(2027, 1, 26), False)
    [later] = replan([plan("inspection", date(2026, 11, 16), OFFICIAL)], WITH_2027)
    # two weekdays of the Spring Festival are free by statute, three more by the notice
    assert plan("inspection", date(2026, 11, 16), OFFICIAL).due == date(2027, 2, 11)
    assert later.due == date(2027, 2, 16)


def test_a_notice_moves_a_settled_deadline_of_the_december_before_it() -> None:
    settled = plan("follow-up", date(2026, 12, 1), OFFICIAL)
    assert (settled.due, settled.provisional) == (date(2026, 12, 31), False)
    [anew] = replan([settled], WITH_2027)
    assert anew.due == date(2027, 1, 4), "a Monday: 2 and 3 January are a weekend"


def test_replanning_changes_nothing_that_need_not_change() -> None:
    assert replan([plan(rule, date(2025, 9, 26), OFFICIAL) for rule in CURRENT], OFFICIAL) == []


def test_replanning_keeps_what_was_granted() -> None:
    pauses = (pause("2026-11-20", "2026-11-30"),)
    extended = plan("inspection", date(2026, 10, 12), OFFICIAL, "CN-3711", 5, pauses)
    granted = prolonged(extended, 7)
    anew = recount(granted, WITH_2027)
    assert (anew.extended_by, anew.suspensions, anew.prolonged_by) == (5, pauses, 7)
    assert anew.jurisdiction == "CN-3711"
    assert anew.due == plan("inspection", date(2026, 10, 12), WITH_2027, "CN", 5, pauses).due + timedelta(days=7)
    assert not anew.provisional


def test_time_granted_afterwards_moves_off_a_holiday_when_counted_anew() -> None:
    granted = prolonged(plan("mediation", date(2025, 9, 8), OFFICIAL), 10)
    assert granted.due == date(2025, 10, 3)
    assert recount(granted, OFFICIAL).due == date(2025, 10, 9)
    inquiry = prolonged(plan("inquiry-fast", date(2025, 9, 15), OFFICIAL), 12)
    assert (inquiry.due, recount(inquiry, OFFICIAL).due) == (date(2025, 10, 4), date(2025, 10, 9))


def test_an_agreed_day_on_a_holiday_moves_and_stays_agreed() -> None:
    deadline = on_day("instalment", date(2025, 10, 1), OFFICIAL)
    assert (deadline.due, deadline.agreed) == (date(2025, 10, 9), True)
    assert recount(deadline, WITH_2027) == deadline
    ahead = on_day("instalment", date(2027, 2, 5), OFFICIAL)
    assert (ahead.due, ahead.provisional) == (date(2027, 2, 9), True)
    assert [d.due for d in replan([ahead], WITH_2027)] == [date(2027, 2, 12)]


def test_a_reminder_is_counted_back_from_its_deadline() -> None:
    deadline = on_day("instalment", date(2025, 10, 1), OFFICIAL)
    assert remind_on(deadline, OFFICIAL, "instalment-reminder") == date(2025, 9, 28), "Sunday, worked in lieu"


def test_an_extension_is_counted_and_bounded_by_the_row() -> None:
    assert plan("arbitration-award", date(2025, 3, 3), OFFICIAL).due == date(2025, 4, 17)
    assert plan("arbitration-award", date(2025, 3, 3), OFFICIAL, extended_by=15).due == date(2025, 5, 6)
    for rule, wanted in (("arbitration-award", 16), ("inspection", 31), ("reconsideration", 1), ("inspection", -1)):
        with pytest.raises(ExtensionRefused) as refusal:
            plan(rule, date(2025, 3, 3), OFFICIAL, extended_by=wanted)
        assert texts.say(refusal.value.code, "zh-CN", **refusal.value.params)


@pytest.mark.parametrize(
    ("rule", "pauses", "due"),
    [
        # 18 March is a Tuesday; ten days stood still
        ("mediation", [pause("2025-03-10", "2025-03-19")], "2025-03-28"),
        # what overlaps stands still once
        ("mediation", [pause("2025-03-10", "2025-03-15"), pause("2025-03-12", "2025-03-19")], "2025-03-28"),
        # the starting day does not count, so standing still on it costs nothing
        ("mediation", [pause("2025-02-20", "2025-03-03")], "2025-03-18"),
        ("mediation", [pause("2025-02-20", "2025-03-04")], "2025-03-19"),
        # over before it begins
        ("mediation", [pause("2025-03-19", "2025-04-30")], "2025-03-18"),
        # the prolonged term runs into another standstill
        ("mediation", [pause("2025-03-10", "2025-03-11"), pause("2025-03-19", "2025-03-20")], "2025-03-24"),
        # a weekend costs a term of working days nothing
        ("inquiry-fast", [pause("2025-03-08", "2025-03-09")], "2025-03-10"),
        ("inquiry-fast", [pause("2025-03-07", "2025-03-10")], "2025-03-12"),
    ],
)
def test_days_that_stand_still_are_not_counted(rule: str, pauses: list[Suspension], due: str) -> None:
    assert plan(rule, date(2025, 3, 3), OFFICIAL, suspensions=pauses).due == date.fromisoformat(due)


def test_a_last_day_off_a_holiday_does_not_land_in_a_standstill() -> None:
    weekend = plan("mediation", date(2025, 3, 7), OFFICIAL)
    assert weekend.due == date(2025, 3, 24)
    still = plan("mediation", date(2025, 3, 7), OFFICIAL, suspensions=[pause("2025-03-24", "2025-03-26")])
    assert still.due == date(2025, 3, 27)


def test_every_step_is_explained_in_both_languages() -> None:
    deadline = plan(
        "inspection", date(2025, 9, 1), OFFICIAL, extended_by=10, suspensions=[pause("2025-09-08", "2025-09-09")]
    )
    said = {s.code: texts.say(f"deadlines.{s.code}", "en", **s.params) for s in deadline.steps}
    assert list(said) == [
        "starts",
        "counts-working-day",
        "extended-approval",
        "skipped-weekends",
        "skipped-holidays",
        "counted-in-lieu",
        "stood-still",
        "due",
    ]
    assert said["skipped-holidays"] == "8 day(s) of holidays skipped: 2025-10-01/2025-10-08"
    assert said["counted-in-lieu"] == "2 weekend day(s) worked in lieu counted: 2025-09-28, 2025-10-11"
    assert said["stood-still"].endswith("2 day(s) not counted")
    for step in (*deadline.steps, *plan("mediation", date(2026, 12, 20), OFFICIAL).steps):
        assert texts.say(f"deadlines.{step.code}", "zh-CN", **step.params)


def test_moves_say_why_and_by_which_article() -> None:
    holiday = plan("mediation", date(2025, 9, 23), OFFICIAL).steps[-2]
    weekend = plan("mediation", date(2025, 3, 7), OFFICIAL).steps[-2]
    assert (holiday.code, holiday.params["source"]) == ("moved-from-holiday", "民法典 Art.203")
    assert (weekend.code, weekend.params["day"], weekend.params["to"]) == (
        "moved-from-weekend",
        "2025-03-22",
        "2025-03-24",
    )


@pytest.mark.parametrize("row", terms().rows(), ids=lambda row: f"{row.event}-{row.since}")
def test_each_row_can_be_told_in_both_languages(row: Any) -> None:
    keys = [f"from.{row.counted_from}", f"passed.{row.when_passed}", f"counts-{row.unit}"]
    if row.extension:
        keys.append(f"extended-{row.extension.by}")
    for key in keys:
        assert set(texts.catalogue()[f"deadlines.{key}"]) == {"zh-CN", "en"}
    assert (row.origin == "centre") == ("本中心规则" in row.source)


def test_every_place_has_every_term() -> None:
    for place in ("CN", "CN-37", "CN-3711", "CN-31", "demo"):
        assert all(terms().find(event, place).jurisdiction == "CN" for event in terms())
    with pytest.raises(UnknownTerm):
        terms().find("mediation", "XX")


def test_a_term_before_its_law_is_refused_and_an_older_row_is_used() -> None:
    with pytest.raises(UnknownTerm) as refusal:
        plan("reconsideration-untold", date(2021, 12, 31), OFFICIAL)
    assert "2021-12-31" in texts.say(refusal.value.code, "en", **refusal.value.params)
    assert plan("arbitration-limitation", date(2008, 4, 30), OFFICIAL).source == "劳动法 Art.82"
    assert plan("arbitration-limitation", date(2008, 5, 1), OFFICIAL).due == date(2009, 5, 4)


def test_outside_the_calendar_a_plan_is_refused() -> None:
    with pytest.raises(OutsideCalendar):
        plan("inquiry-fast", date(2003, 6, 1), OFFICIAL)
    with pytest.raises(OutsideCalendar):
        plan("suspension-max", date(9999, 12, 31), OFFICIAL)


OWN = "{event: inquiry-fast, jurisdiction: CN-37, length: 7, unit: working-day, counted_from: opening, "
OWN += "when_passed: escalates, origin: centre, source: 本中心规则, verified: true}"


def test_the_centre_s_own_row_holds_in_its_place_only(tmp_path: Path) -> None:
    (tmp_path / "deadlines.yaml").write_text(f"rows:\n- {OWN}\n")
    table = Terms.load(tmp_path)
    day = date(2025, 3, 3)
    assert plan("inquiry-fast", day, OFFICIAL, "CN-3711", table=table).due == date(2025, 3, 12)
    assert plan("inquiry-fast", day, OFFICIAL, "CN-31", table=table).due == date(2025, 3, 10)
    assert recount(plan("inquiry-fast", day, OFFICIAL, "CN-37"), OFFICIAL, table).due == date(2025, 3, 12)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "rows: 3",
        f"rows:\n- {OWN}\n- {OWN}\n",
        f"rows:\n- {OWN}\n- {OWN.replace('source', 'since: 2025-01-01, source')}\n",
        f"rows:\n- {OWN.replace('escalates', 'explodes')}\n",
        f"rows:\n- {OWN.replace('length: 7', 'length: -7')}\n",
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "deadlines.yaml").write_text(content)
    with pytest.raises(TableError, match=r"deadlines\.yaml|inquiry-fast"):
        Terms.load(tmp_path)


def test_days_are_listed_as_spans() -> None:
    days = [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3), date(2025, 1, 5)]
    assert spans(days) == "2025-01-01/2025-01-03, 2025-01-05"
    assert spans([]) == ""


def test_a_deadline_of_an_earlier_release_can_still_be_read() -> None:
    old = plan("mediation", date(2025, 3, 3), OFFICIAL).model_dump(mode="json")
    for field in ("jurisdiction", "agreed", "extended_by", "suspensions", "prolonged_by", "row"):
        del old[field]
    now = plan("mediation", date(2025, 3, 3), OFFICIAL)
    assert Deadline.model_validate(old) == now.model_copy(update={"row": None})


def naive(start: date, length: int, working: bool, pauses: list[Suspension]) -> date:
    """A count that looks at one day after the other, written for the tests."""
    stopped = {p.first + timedelta(days=n) for p in pauses for n in range((p.last - p.first).days + 1)}
    day = start
    while length:
        day += timedelta(days=1)
        if day not in stopped and (not working or OFFICIAL.is_working_day(day)):
            length -= 1
    return day


@given(STARTS, PAUSES)
def test_counting_agrees_with_a_naive_count(start: date, pauses: list[Suspension]) -> None:
    assert plan("inquiry-slow", start, OFFICIAL, suspensions=pauses).due == naive(start, 15, True, pauses)
    assert plan("proposal-answer", start, OFFICIAL, suspensions=pauses).due == naive(start, 5, False, pauses)


@given(st.sampled_from(CURRENT), STARTS, PAUSES)
def test_a_suspension_never_shortens_and_its_order_is_indifferent(
    rule: str, start: date, pauses: list[Suspension]
) -> None:
    plain = plan(rule, start, OFFICIAL)
    still = plan(rule, start, OFFICIAL, suspensions=pauses)
    assert still.due >= plain.due
    assert still == plan(rule, start, OFFICIAL, suspensions=[*reversed(pauses), *pauses])


@given(st.sampled_from(CURRENT), STARTS, st.integers(0, 60))
def test_starting_later_never_ends_earlier(rule: str, start: date, days: int) -> None:
    assert plan(rule, start, OFFICIAL).due <= plan(rule, start + timedelta(days=days), OFFICIAL).due


@given(st.sampled_from(CURRENT), STARTS, PAUSES)
def test_a_term_that_moves_ends_when_the_offices_are_open_and_the_clock_runs(
    rule: str, start: date, pauses: list[Suspension]
) -> None:
    deadline = plan(rule, start, OFFICIAL, suspensions=pauses)
    if term(rule, on=start).moves:
        assert OFFICIAL.is_working_day(deadline.due)
        assert not any(p.first <= deadline.due <= p.last for p in pauses)


@given(st.sampled_from(CURRENT), STARTS, PAUSES, st.integers(0, 90))
def test_counting_anew_by_the_same_calendar_changes_nothing(
    rule: str, start: date, pauses: list[Suspension], days: int
) -> None:
    deadline = plan(rule, start, OFFICIAL, suspensions=pauses)
    assert recount(deadline, OFFICIAL) == deadline
    once = recount(prolonged(deadline, days), OFFICIAL)
    assert recount(once, OFFICIAL) == once


def test_every_term_of_the_table_is_followed_or_told_by_something() -> None:
    made = {f"inquiry-{lane}" for lane in Lane} | {f"{kind}-reminder" for kind in ConfirmationKind}
    told = {rule for way in ways().values() for rule in (way.rule, way.then, *way.steps)}
    limits = (TABLES / "limitation.yaml").read_text(encoding="utf-8")
    code = "".join(
        file.read_text(encoding="utf-8")
        for room in ("domain", "activities", "runtime")
        for file in sorted((TABLES.parents[1] / room).rglob("*.py"))
    )
    unused = {
        event
        for event in terms()
        if event not in made | told and f'"{event}"' not in code and f"rule: {event}" not in limits
    }
    assert unused == set()
