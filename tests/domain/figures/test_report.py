"""Figures by hand: what a ledger says in numbers, and what a report makes of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.figures.projection import CaseFigures, Standing, project, project_post
from domain.figures.report import Report, Value, behind, choices, period, report, this_year
from domain.figures.table import figure_table
from domain.ledger import GENESIS, SYSTEM, Actor, Event, seal
from domain.words import Agency, CaseClass, Language, Outcome, Role, Trade

BEGAN = datetime(2026, 3, 2, 2, tzinfo=UTC)
TABLE = figure_table()


def ledger(*told: tuple[int, str, dict[str, Any]]) -> list[Event]:
    """Events so many days after the filing."""
    events: list[Event] = []
    for seq, (day, kind, facts) in enumerate(told, 1):
        events.append(
            seal(
                seq=seq,
                at=BEGAN + timedelta(days=day),
                kind=kind,
                actor=SYSTEM,
                message_id=f"m-{seq}",
                facts=facts,
                previous=events[-1].digest if events else GENESIS,
            )
        )
    return events


def weekdays(first: date, last: date) -> int:
    """Working days of a place without holidays."""
    return sum((first + timedelta(n)).weekday() < 5 for n in range(1, (last - first).days + 1))


LEDGER = ledger(
    (0, "complaint_filed", {"channel": "counter", "claimants": 12, "items": 1}),
    (0, "triaged", {"case_class": "general", "lane": "fast", "group": "general-group", "rules": []}),
    (0, "phase_entered", {"phase": "fact-finding"}),
    (0, "task_opened", {"task": "tax", "due": "2026-03-06"}),
    (0, "task_opened", {"task": "labor", "due": "2026-03-03"}),
    (2, "task_lapsed", {"task": "labor", "officer": None}),
    (4, "task_completed", {"task": "tax"}),
    (4, "assessed", {"part_a": "1000.00", "part_b": "200.00"}),
    (4, "phase_entered", {"phase": "mediation"}),
    (5, "suspended", {"until": "2026-03-20", "reason": "等待"}),
    (7, "resumed", {"reason": "等到了"}),
    (8, "settled", {"total": "1200.00", "claimants": [], "instalments": []}),
    (8, "phase_entered", {"phase": "performance"}),
    (20, "payment_confirmed",
     {"receipt": "r1", "paid_on": "2026-03-20", "amount": "1000.00", "late_fee": "5.00", "outstanding": "200.00"}),
    (30, "receipt_confirmed", {"receipt": "r2", "paid_on": "2026-04-01", "amount": "200.00", "outstanding": "0.00"}),
    (31, "payment_confirmed", {"receipt": "r3", "paid_on": "2026-04-02", "amount": "7.00", "outstanding": "0.00"}),
    (32, "payment_reversed", {"receipt": "r3", "reversed_on": "2026-04-03"}),
    (33, "phase_entered", {"phase": "closure"}),
    (33, "replied", {"outcome": "performed", "items": []}),
    (33, "phase_entered", {"phase": "closed"}),
)  # fmt: skip
AFTER = ledger(
    (60, "satisfaction_recorded", {"satisfaction": 4, "easy": 2, "timely": 5, "claimant": "c1"}),
    (61, "satisfaction_recorded", {"satisfaction": 4, "easy": 3, "fair": None, "claimant": "c2"}),
)
STANDING = Standing(
    case="dispute-1",
    case_number="RZ-2026-000001",
    mediator="m-1",
    jurisdiction="CN-37-1100",
    trade=Trade.CONSTRUCTION,
    employer="digest-1",
    people=12,
)


def drawn() -> CaseFigures:
    return project(STANDING, LEDGER, AFTER, weekdays)


def made(*cases: CaseFigures, over: str = "2026", **asked: Any) -> Report:
    return report(cases or (drawn(),), period(over), TABLE, BEGAN, **asked)


def value(of: Report, figure: str, group: str | None = None) -> Value:
    values = next(one.values for one in of.groups if one.of == group)
    return next(one for one in values if one.figure == figure)


def test_what_was_recovered_is_told_by_the_agency_whose_officer_confirmed_it() -> None:
    confirmed = [
        event.model_copy(update={"actor": Actor(id="tax-1", role=Role.OFFICER, agency=Agency.TAX)})
        if event.kind == "payment_confirmed"
        else event
        for event in LEDGER
    ]
    by = made(project(STANDING, confirmed, AFTER, weekdays), by="agency")
    assert value(by, "recovered", "tax").value == Decimal("1005.00")
    assert value(by, "recovered").value == Decimal("1205.00")


def test_a_ledger_says_in_numbers_what_happened_and_by_which_event() -> None:
    case = drawn()
    assert (case.filed_on, case.settled_on, case.closed_on) == (date(2026, 3, 2), date(2026, 3, 10), date(2026, 4, 4))
    assert (case.case_class, case.people, case.collective) == (CaseClass.GENERAL, 12, True)
    assert (case.agreed, case.outstanding, case.outcome) == (Decimal("1200.00"), Decimal("0.00"), Outcome.PERFORMED)
    assert {i.agency: (i.in_time, i.lapsed) for i in case.inquiries} == {
        Agency.TAX: (True, False),
        Agency.LABOR: (False, True),
    }
    assert case.rests_on["closed_on"] == 20 and case.payments[0].seq == 14
    # 2 March to 4 April 2026 are 24 weekdays after the first day; it stood still from Saturday 7 to Monday 9: one.
    assert case.days == 23
    assert next(span.days for span in case.spans if span.phase == "mediation") == 1


@pytest.mark.parametrize(
    ("figure", "year", "march", "april"),
    [
        ("accepted", "1", "1", "0"),
        ("accepted-people", "12", "12", "0"),
        ("collective", "1", "1", "0"),
        ("carried-over", "0", "0", "1"),
        ("closed", "1", "0", "1"),
        ("closing-rate", "100.00", "0.00", "100.00"),
        ("settlement-rate", "100.00", None, "100.00"),
        ("agreed", "1200.00", "1200.00", "0"),
        ("recovered-a", "1000.00", "1000.00", "0"),
        ("recovered-b", "200.00", "0", "200.00"),
        ("late-fees", "5.00", "5.00", "0"),
        ("recovered", "1205.00", "1005.00", "200.00"),
        ("recovered-ever", "1205.00", "1005.00", "1205.00"),
        ("in-time-rate", "50.00", "50.00", None),
        ("inquiries-lapsed", "1", "1", "0"),
        ("days-median", "23.00", None, "23.00"),
        ("satisfaction", "4.00", None, None),
        ("satisfaction-easy", "2.50", None, None),
        ("satisfaction-timely", "5.00", None, None),
        ("satisfaction-fair", None, None, None),
    ],
)
def test_each_figure_by_hand(figure: str, year: str, march: str | None, april: str | None) -> None:
    for over, expected in (("2026", year), ("2026-03", march), ("2026-04", april)):
        found = value(made(over=over), figure).value
        assert found == (None if expected is None else Decimal(expected)), over


def test_the_period_before_stands_beside_and_every_figure_names_its_events() -> None:
    april = made(over="2026-04")
    assert (value(april, "recovered").value, value(april, "recovered").before) == (
        Decimal("200.00"),
        Decimal("1005.00"),
    )
    row = TABLE.find("recovered")
    assert row is not None
    events = behind([drawn()], row, period("2026"), TABLE, {})
    assert [(one.case_number, one.seq) for one in events if one.value] == [
        ("RZ-2026-000001", 14),
        ("RZ-2026-000001", 15),
        ("RZ-2026-000001", 14),
    ]


def test_broken_down_by_agency_each_has_its_own_on_time_rate() -> None:
    by_agency = made(by="agency")
    assert value(by_agency, "in-time-rate", "tax").value == Decimal("100.00")
    assert value(by_agency, "in-time-rate", "labor").value == Decimal("0.00")


def test_outside_the_centre_a_figure_of_fewer_than_five_is_not_told() -> None:
    hidden = value(made(outside=True), "accepted")
    assert hidden.value is None and hidden.few
    many = [drawn().model_copy(update={"case": f"dispute-{n}"}) for n in range(5)]
    assert value(made(*many, outside=True), "accepted").value == 5


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2025"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2025-Q4"),
        ("2026-03", "2026-03-01", "2026-03-31", "2026-02"),
        ("2026-W01", "2025-12-29", "2026-01-04", "2025-W52"),
    ],
)
def test_a_period_and_the_one_before(name: str, first: str, last: str, before: str) -> None:
    span = period(name)
    assert (f"{span.first}", f"{span.last}", span.before.name) == (first, last, before)


@pytest.mark.parametrize("wrong", ["", "2026-Q5", "26", "2026-13", "2026-W60", "2026-00"])
def test_what_is_no_period_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever kind of it
        period(wrong)


@given(st.lists(st.sampled_from([None, *CaseClass]), max_size=30))
def test_the_parts_of_a_count_make_the_whole(classes: list[CaseClass | None]) -> None:
    cases = [drawn().model_copy(update={"case": f"d-{n}", "case_class": c}) for n, c in enumerate(classes)]
    of = report(cases, period("2026"), TABLE, BEGAN, by="case_class")
    unclassed = sum(c is None for c in classes)
    parts = sum(value(of, "accepted", group.of).value or 0 for group in of.groups if group.of)
    assert parts + unclassed == value(of, "accepted").value == len(classes)


@pytest.mark.parametrize("language", Language)
def test_every_figure_and_unit_has_a_name(language: Language) -> None:
    for row in TABLE.figures:
        assert texts.say(f"figures.{row.id}", language) and texts.say(f"figures.unit.{row.unit}", language)


def test_each_employer_has_the_figures_of_its_own_cases_and_they_add_up_to_the_whole() -> None:
    cases = [drawn().model_copy(update={"case": f"d-{n}", "employer": f"digest-{n % 3}"}) for n in range(7)]
    whole, *parts = made(*cases, by="employer").groups
    assert [part.of for part in parts] == ["digest-0", "digest-1", "digest-2"]
    accepted = [next(one.value for one in group.values if one.figure == "accepted") for group in (whole, *parts)]
    assert accepted == [7, 3, 2, 2]
    recovered = [next(one.value for one in group.values if one.figure == "recovered") for group in (whole, *parts)]
    assert recovered[0] == sum(value or 0 for value in recovered[1:]) != 0


def test_the_year_is_the_one_that_the_centre_is_in() -> None:
    assert this_year(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == "2026"
    assert this_year(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == "2027"


def test_a_year_goes_month_by_month_and_the_months_make_the_year() -> None:
    whole = made()
    courses = {course.figure: course for course in whole.courses}
    assert set(courses) == {row.id for row in TABLE.figures if row.course}
    assert [one.value for one in courses["accepted"].values] == [0, 0, 1, *[0] * 9]
    for figure in ("accepted", "closed", "recovered"):
        assert sum(one.value or 0 for one in courses[figure].values) == value(whole, figure).value
    assert [month.name for month in period("2026-Q2").months] == ["2026-04", "2026-05", "2026-06"]
    assert not made(over="2026-03").courses and not made(over="2026-W10").courses


def test_a_course_tells_nobody_outside_of_fewer_than_five() -> None:
    [accepted] = [course for course in made(outside=True).courses if course.figure == "accepted"]
    assert [one.few for one in accepted.values] == [False, False, True, *[False] * 9]


def test_a_report_is_about_a_trade_only_and_says_what_there_is_to_choose() -> None:
    other = drawn().model_copy(update={"case": "dispute-2", "trade": Trade.FINANCE})
    assert value(made(drawn(), other, where={"trade": "construction"}), "accepted").value == 1
    assert choices([drawn(), other])["trade"] == ("construction", "finance")
    assert choices([drawn()])["agency"] == ("labor", "tax")
    parts = {group.of for group in made(drawn(), other, by="trade").groups}
    assert parts == {None, "construction", "finance"}


REFERRED = ledger(
    (0, "complaint_filed", {"channel": "counter", "claimants": 1, "items": 2}),
    (1, "grid_record_taken", {"post": "park-7"}),
    (5, "item_referred", {"item": "i1", "target": "labour-inspection"}),
    (5, "item_referred", {"item": "i2", "target": "court"}),
)
RETURNED = ledger(
    (30, "referral_returned", {"item": "i1", "target": "labour-inspection", "result": "decided"}),
    (31, "referral_returned", {"item": "i1", "target": "labour-inspection", "result": "decided"}),
)


def test_what_was_referred_is_counted_and_what_came_back_of_it_once() -> None:
    claimed = STANDING.model_copy(update={"claimed_a": Decimal("900.00"), "claimed_b": Decimal("50.00")})
    case = project(claimed, REFERRED, RETURNED, weekdays)
    told = {name: value(made(case), name).value for name in ("referred", "referrals-returned", "referrals-decided")}
    assert told == {"referred": 2, "referrals-returned": 1, "referrals-decided": 1}
    assert value(made(case, by="target"), "referrals-returned", "labour-inspection").value == 1
    assert value(made(case), "referrals-misdirected").value == 0
    assert (value(made(case), "claimed-a").value, value(made(case), "claimed-b").value) == (
        Decimal("900.00"),
        Decimal("50.00"),
    )
    assert value(made(case, by="post"), "accepted", "park-7").value == 1


@pytest.mark.parametrize(
    ("ending", "settled", "forwarded"),
    [("grid_settled", 1, 0), ("grid_forwarded", 0, 1), ("grid_reported", 0, 0), (None, 0, 0)],
)
def test_what_a_grid_post_settles_is_counted_apart_from_the_centres_cases(
    ending: str | None, settled: int, forwarded: int
) -> None:
    opened = (0, "grid_opened", {"post": "park-7", "post_kind": "park", "occasion": "early-warning"})
    told = ledger(opened, *([(3, ending, {})] if ending else []))
    post = project_post("grid-1", "digest-2", 60, told)
    whole = made(drawn(), post)
    figures = {name: value(whole, name).value for name in ("posts-opened", "posts-settled", "posts-forwarded")}
    assert figures == {"posts-opened": 1, "posts-settled": settled, "posts-forwarded": forwarded}
    assert value(whole, "accepted").value == 1 and value(whole, "accepted-people").value == 12
    assert value(whole, "posts-share").value == (Decimal("50.00") if settled else Decimal("0.00"))
    assert value(made(drawn(), post, by="post"), "posts-opened", "park-7").value == 1


def test_a_post_that_opened_nothing_has_no_figures() -> None:
    with pytest.raises(ValueError, match="opening"):
        project_post("grid-1", "digest-2", None, ledger((0, "commented", {"text": "x"})))
