from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casebook.health import MediatorQueue
from client.mediators import loads
from domain.rules.rule_table import TableError
from domain.triage.classification import load_table
from domain.triage.roster import Assignment, AssignmentRequest, Away, Load, Mediator, Roster, assign, load_roster
from domain.words import Language
from texts import assignment

DAY = date(2024, 3, 1)
ON_DUTY = DAY.toordinal() % 2
CODE = "91350100M000100Y43"


@cache
def shipped() -> Roster:
    return load_roster()


def mediator(id: str, **changes: Any) -> Mediator:
    return Mediator(**{"id": id, "groups": ("general-group",), "unit": f"unit-{id}", "rota": (ON_DUTY,)} | changes)


def request(case: str = "k-1", **changes: Any) -> AssignmentRequest:
    return AssignmentRequest(**{"case": case, "group": "general-group", "day": DAY} | changes)


def chosen(*mediators: Mediator, loads: dict[str, Load] | None = None, **asked: Any) -> Assignment:
    found = assign(Roster(rota_days=2, mediators=mediators), request(**asked), loads or {})
    assert found is not None
    return found


def test_whoever_is_on_duty_that_day_comes_before_the_rest_of_the_group() -> None:
    off = mediator("off", rota=(1 - ON_DUTY,))
    assert chosen(off, mediator("on")).mediator == "on"
    assert chosen(off, mediator("on"), day=DAY + timedelta(days=1)).mediator == "off"


def away(first: int, last: int) -> tuple[Away, ...]:
    return (Away(first=DAY + timedelta(days=first), last=DAY + timedelta(days=last)),)


def test_nobody_gets_a_case_who_is_away_that_day() -> None:
    gone, off = mediator("gone", absences=away(-3, 0)), mediator("off", rota=(1 - ON_DUTY,))
    found = chosen(gone, off)
    assert (found.mediator, found.widened) == ("off", "group")
    assert not found.exclusions, "whoever is away need not stand back"
    assert chosen(gone, off, day=DAY + timedelta(days=2)).mediator == "gone", "back on the next day on duty"
    assert assign(Roster(rota_days=2, mediators=(gone,)), request(), {}) is None


def test_who_is_away_is_not_on_duty_and_it_is_known_until_when() -> None:
    roster = Roster(rota_days=2, mediators=(mediator("gone", absences=away(0, 4) + away(2, 9)), mediator("there")))
    assert [one.id for one in roster.on_duty(DAY)] == ["there"]
    gone = roster.mediators[0]
    assert gone.away_until(DAY) == DAY + timedelta(days=4)
    assert gone.away_until(DAY + timedelta(days=3)) == DAY + timedelta(days=9)
    assert gone.away_until(DAY + timedelta(days=10)) is None


def test_an_absence_that_ends_before_it_begins_is_told() -> None:
    with pytest.raises(ValidationError, match="away_backwards"):
        away(3, 2)


def test_the_load_shows_the_busiest_first_and_whoever_has_cases_without_standing_in_the_roster() -> None:
    roster = Roster(rota_days=2, mediators=(mediator("idle"), mediator("busy", absences=away(0, 1))))
    queues = [MediatorQueue(mediator="busy", open=3, overdue=1), MediatorQueue(mediator="retired", open=1, overdue=0)]
    found = loads(roster, queues, DAY)
    assert [(one.mediator, one.open, one.on_duty) for one in found] == [
        ("busy", 3, False),
        ("retired", 1, False),
        ("idle", 0, True),
    ]
    assert found[0].away_until == DAY + timedelta(days=1)


@pytest.mark.parametrize(("open_cases", "who"), [(0, "skilled"), (2, "skilled"), (3, "plain"), (9, "plain")])
def test_a_skill_makes_up_for_two_open_cases_more_and_no_further(open_cases: int, who: str) -> None:
    skilled, plain = mediator("skilled", skills=("law",)), mediator("plain")
    busy = {"skilled": Load(open_cases=open_cases, last_assigned=date(2024, 1, 1)), "plain": Load(last_assigned=DAY)}
    assert chosen(skilled, plain, loads=busy, skills=("law",)).mediator == who


def test_who_speaks_a_claimants_language_comes_before_everything_else() -> None:
    speaks = mediator("speaks", languages=("zh", "ko"))
    busy = {"speaks": Load(open_cases=20, last_assigned=DAY)}
    found = chosen(mediator("skilled", skills=("law",)), speaks, loads=busy, skills=("law",), languages=("ko",))
    assert (found.mediator, found.languages_met) == ("speaks", ("ko",))
    assert found.passed_over[0].why == "languages"


def test_load_counts_before_idleness() -> None:
    plain, other = mediator("plain"), mediator("other")
    busy = {"plain": Load(open_cases=1), "other": Load(open_cases=2, last_assigned=None)}
    assert chosen(plain, other, loads=busy).mediator == "plain"
    even = {"plain": Load(open_cases=1, last_assigned=DAY), "other": Load(open_cases=1, last_assigned=date(2024, 1, 1))}
    assert chosen(plain, other, loads=even).mediator == "other"
    assert chosen(plain, other, loads=even).runners_up == ("plain",)


def test_the_search_widens_to_the_group_and_then_to_everybody_and_says_so() -> None:
    off, stranger = mediator("off", rota=(1 - ON_DUTY,)), mediator("stranger", groups=("special-group",))
    assert chosen(mediator("on"), off, stranger).widened == "on-duty"
    assert (chosen(off, stranger).mediator, chosen(off, stranger).widened) == ("off", "group")
    assert (chosen(stranger).mediator, chosen(stranger).widened) == ("stranger", "any-group")


ME, SISTER = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("barred", "asked", "why"),
    [
        (mediator("m", person=ME), {"persons": (SISTER, ME)}, "party"),
        (mediator("m", person=ME, relatives=(SISTER,)), {"persons": (SISTER,)}, "near-relative"),
        (mediator("m", conflicts=(CODE,)), {"employers": (CODE,)}, "interest"),
        (mediator("m"), {"handled": ("m",)}, "handled-before"),
        (mediator("m", unit="unit-7"), {"units": ("unit-7",)}, "same-unit"),
    ],
)
def test_who_may_not_judge_stands_back_and_it_is_told_why(barred: Mediator, asked: dict[str, Any], why: str) -> None:
    found = chosen(barred, mediator("other", groups=("special-group",)), **asked)
    assert found.mediator == "other"
    assert [(e.mediator, e.why) for e in found.exclusions] == [("m", why)]
    assert assign(Roster(rota_days=2, mediators=(barred,)), request(**asked), {}) is None
    for language in Language:
        assert any("m" in line for line in assignment.lines(found.model_dump(), language)[1:])


def test_who_has_nothing_to_do_with_the_case_is_not_recused() -> None:
    bystander = mediator("m", person=ME, relatives=(SISTER,), conflicts=(CODE,))
    found = chosen(bystander, persons=("c" * 64,), employers=("91350100M000100Y44",), units=("u",), handled=("n",))
    assert (found.mediator, found.exclusions) == ("m", ())
    assert chosen(mediator("m")).exclusions == ()


def test_everybody_passed_over_is_told_of_with_the_first_thing_that_counted() -> None:
    loads = {
        "first": Load(open_cases=1, last_assigned=date(2024, 1, 5)),
        "unskilled": Load(open_cases=1, last_assigned=date(2024, 1, 1)),
        "busy": Load(open_cases=2, last_assigned=date(2024, 1, 1)),
        "lately": Load(open_cases=1, last_assigned=date(2024, 2, 1)),
        "equal": Load(open_cases=1, last_assigned=date(2024, 1, 5)),
    }
    able = [mediator(name, skills=() if name == "unskilled" else ("law",)) for name in loads]
    found = chosen(*able, loads=loads, skills=("law",), case="k-3")
    assert found.mediator in {"first", "equal"}
    loser = ({"first", "equal"} - {found.mediator}).pop()
    assert {(p.mediator, p.why, p.theirs) for p in found.passed_over} == {
        (loser, "lot", ""),
        ("lately", "idle", "2024-02-01"),
        ("busy", "open-cases", "2"),
        ("unskilled", "skills", ""),
    }
    told = assignment.lines(found.model_dump(), "en")
    assert (
        told[0] == f"{found.mediator} mediates: on duty in the group that day; 1 open case(s), last assigned 2024-01-05"
    )
    assert told[1] == "has the skills asked for: law"
    assert "busy passed over: more open cases (2)" in told
    chinese = assignment.lines(found.model_dump(), "zh-CN")
    assert "lately 未选：上次分案较近（2024-02-01）" in chinese
    assert "unskilled 未选：不具备所需专长，在办案件不足以抵消" in chinese


def test_the_skills_that_were_met_are_told() -> None:
    found = chosen(mediator("m", skills=("tax", "law")), skills=("law", "insolvency"))
    assert found.skills_met == ("law",)


@given(st.permutations(shipped().mediators), st.sampled_from(["k-1", "k-2", "k-3"]), st.dates(DAY, date(2024, 12, 31)))
def test_the_choice_is_the_same_every_time_and_in_whatever_order_the_roster_stands(
    mediators: list[Mediator], case: str, day: date
) -> None:
    asked = request(case, day=day)
    again = assign(shipped().model_copy(update={"mediators": tuple(mediators)}), asked, {})
    assert again == assign(shipped(), asked, {})


def test_among_equals_the_lot_falls_on_each_about_as_often() -> None:
    equals = [mediator(f"m{n}") for n in range(5)]
    fell = Counter(chosen(*equals, case=f"k-{n}").mediator for n in range(1000))
    assert set(fell) == {m.id for m in equals}
    assert all(140 <= times <= 260 for times in fell.values())


def test_cases_of_a_day_are_dealt_out_so_that_nobody_has_two_more_than_another() -> None:
    loads: dict[str, Load] = {}
    on_duty = {m.id for m in shipped().mediators if "general-group" in m.groups and DAY.toordinal() % 8 in m.rota}
    for n in range(3 * len(on_duty) + 1):
        found = assign(shipped(), request(f"k-{n}"), loads)
        assert found is not None and found.widened == "on-duty"
        loads[found.mediator] = Load(open_cases=loads.get(found.mediator, Load()).open_cases + 1, last_assigned=DAY)
    assert set(loads) == on_duty
    counts = [load.open_cases for load in loads.values()]
    assert max(counts) - min(counts) <= 1


@given(st.sets(st.sampled_from([m.id for m in shipped().mediators])), st.dates(DAY, date(2024, 12, 31)))
def test_nobody_excluded_is_ever_chosen_while_anybody_is_left(excluded: set[str], day: date) -> None:
    found = assign(shipped(), request(day=day, handled=tuple(excluded)), {})
    everybody = {m.id for m in shipped().mediators}
    assert (found is None) == (excluded == everybody)
    assert found is None or found.mediator not in excluded
    assert found is None or {e.mediator for e in found.exclusions} == excluded


def test_the_shipped_roster_has_somebody_on_duty_in_every_group_on_every_day() -> None:
    assert len({m.id for m in shipped().mediators}) == len(shipped().mediators)
    for group in load_table().groups.values():
        days = {day for m in shipped().mediators if group in m.groups for day in m.rota}
        assert days == set(range(shipped().rota_days))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mediators": [{"id": "m", "groups": ["g"], "unit": "u", "rota": [0]}] * 2}, "duplicate_row"),
        ({"mediators": [{"id": "m", "groups": ["g"], "unit": "u", "rota": [2]}]}, "no_rota_day"),
        ({"mediators": [{"id": "m", "groups": [], "unit": "u", "rota": [0]}]}, "invalid"),
        ({"mediators": [{"id": "m", "groups": ["g"], "unit": "u", "rota": [0], "person": "37110219"}]}, "invalid"),
        ({"mediators": []}, "invalid"),
        ({"rota_days": 0}, "invalid"),
    ],
)
def test_a_bad_roster_is_refused_when_it_is_read(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    good = {"rota_days": 2, "mediators": [{"id": "m", "groups": ["g"], "unit": "u", "rota": [0, 1]}]}
    file = tmp_path / "roster.yaml"
    file.write_text(yaml.safe_dump(good), encoding="utf-8")
    assert load_roster(file).on_duty(DAY)[0].id == "m"
    file.write_text(yaml.safe_dump(good | changes), encoding="utf-8")
    with pytest.raises(TableError) as refused:
        load_roster(file)
    assert refused.value.code == f"rule_table.{code}"


def test_days_on_which_nobody_of_a_group_is_on_duty_are_found() -> None:
    roster = Roster(rota_days=3, mediators=(mediator("m", rota=(0, 2)), mediator("n", groups=("g",), rota=(0, 1, 2))))
    assert roster.unmanned(["general-group", "g", "nobody"]) == {"general-group": (1,), "nobody": (0, 1, 2)}
    assert shipped().unmanned(load_table().groups.values()) == {}
