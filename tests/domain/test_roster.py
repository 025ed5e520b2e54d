from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.roster import Assignment, AssignmentRequest, Load, Mediator, Roster, assign, load_roster
from domain.triage import load_table

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


def test_skills_count_before_load_and_load_before_idleness() -> None:
    skilled, plain, other = mediator("skilled", skills=("law",)), mediator("plain"), mediator("other")
    busy = {"skilled": Load(open_cases=9), "plain": Load(open_cases=1), "other": Load(open_cases=2, last_assigned=None)}
    assert chosen(skilled, plain, other, loads=busy, skills=("law",)).mediator == "skilled"
    assert chosen(skilled, plain, other, loads=busy).mediator == "plain"
    even = {"plain": Load(open_cases=1, last_assigned=DAY), "other": Load(open_cases=1, last_assigned=date(2024, 1, 1))}
    assert chosen(plain, other, loads=even).mediator == "other"
    assert chosen(plain, other, loads=even).runners_up == ("plain",)


def test_the_search_widens_to_the_group_and_then_to_everybody_and_says_so() -> None:
    off, stranger = mediator("off", rota=(1 - ON_DUTY,)), mediator("stranger", groups=("special-group",))
    assert chosen(mediator("on"), off, stranger).widened == "on-duty"
    assert (chosen(off, stranger).mediator, chosen(off, stranger).widened) == ("off", "group")
    assert (chosen(stranger).mediator, chosen(stranger).widened) == ("stranger", "any-group")


@pytest.mark.parametrize(
    ("barred", "asked", "why"),
    [
        (mediator("m"), {"excluded": ("m",)}, "handled-before"),
        (mediator("m", conflicts=(CODE,)), {"employers": (CODE,)}, "interest"),
        (mediator("m", unit="unit-7"), {"units": ("unit-7",)}, "same-unit"),
    ],
)
def test_who_may_not_judge_stands_back_and_it_is_told_why(barred: Mediator, asked: dict[str, Any], why: str) -> None:
    found = chosen(barred, mediator("other", groups=("special-group",)), **asked)
    assert found.mediator == "other"
    assert [(e.mediator, e.why) for e in found.exclusions] == [("m", why)]
    assert assign(Roster(rota_days=2, mediators=(barred,)), request(**asked), {}) is None


def test_the_skills_that_were_met_are_told() -> None:
    found = chosen(mediator("m", skills=("tax", "law")), skills=("law", "insolvency"))
    assert found.skills_met == ("law",)


@given(st.permutations(shipped().mediators), st.sampled_from(["k-1", "k-2", "k-3"]), st.dates(DAY, date(2024, 12, 31)))
def test_the_choice_is_the_same_every_time_and_in_whatever_order_the_roster_stands(
    mediators: list[Mediator], case: str, day: date
) -> None:
    asked = request(case, day=day)
    again = assign(Roster(rota_days=shipped().rota_days, mediators=tuple(mediators)), asked, {})
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
    found = assign(shipped(), request(day=day, excluded=tuple(excluded)), {})
    everybody = {m.id for m in shipped().mediators}
    assert (found is None) == (excluded == everybody)
    assert found is None or found.mediator not in excluded
    assert found is None or {e.mediator for e in found.exclusions} == excluded


def test_the_shipped_roster_has_somebody_on_duty_in_every_group_on_every_day() -> None:
    assert len({m.id for m in shipped().mediators}) == len(shipped().mediators)
    for group in load_table().groups.values():
        days = {day for m in shipped().mediators if group in m.groups for day in m.rota}
        assert days == set(range(shipped().rota_days))
