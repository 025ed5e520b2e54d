"""The check of a table is compared with trying every combination of facts."""

import time
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import combinations, product
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from domain.base import Model, Yuan
from domain.rules.coverage import Space, common, gap, is_empty
from domain.rules.rule_table import Condition, conditions
from domain.triage.classification import TriageFacts


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Facts(Model):
    """A few facts of every type."""

    many: Annotated[int, Field(ge=0)] = 0
    money: Annotated[Yuan, Field(ge=0)] | None = None
    colour: Colour | None = None
    colours: tuple[Colour, ...] = ()
    sure: bool = False


ALL = [
    Facts(many=many, money=money and Decimal(money), colour=colour, colours=colours, sure=sure)
    for many, money, colour, colours, sure in product(
        range(5),
        (None, "0", "1", "1.01", "2", "2.99", "3", "3.01"),
        (None, *Colour),
        [chosen for size in range(len(Colour) + 1) for chosen in combinations(Colour, size)],
        (False, True),
    )
]
TESTS = st.fixed_dictionaries(
    {},
    optional={
        "many": st.dictionaries(st.sampled_from(["ge", "le", "is"]), st.integers(0, 3), min_size=1),
        "money": st.dictionaries(st.sampled_from(["ge", "le"]), st.integers(1, 3), min_size=1)
        | st.booleans().map(lambda known: {"known": known}),
        "colour": st.lists(st.sampled_from(Colour), min_size=1).map(lambda of: {"in": of}),
        "colours": st.lists(st.sampled_from(Colour), min_size=1).map(lambda of: {"any": of}),
        "sure": st.booleans(),
    },
)


def read(when: dict[str, Any]) -> tuple[Condition, ...]:
    return conditions(when, Facts)


def meets(when: Sequence[Condition], facts: Model) -> bool:
    return all(condition.holds(facts) for condition in when)


@given(st.lists(TESTS, max_size=6), TESTS)
def test_a_gap_is_found_exactly_when_trying_everything_finds_one(covers: list[dict[str, Any]], over: Any) -> None:
    rules, start = [read(when) for when in covers], read(over)
    space = Space(Facts, [*rules, start])
    left = gap(space.box(start), [space.box(rule) for rule in rules])
    open_to = [facts for facts in ALL if meets(start, facts) and not any(meets(rule, facts) for rule in rules)]
    assert (left is None) == (not open_to)
    if left is not None:
        example = Facts(**space.example(left))
        assert meets(start, example)
        assert not any(meets(rule, example) for rule in rules)


@given(TESTS, TESTS)
def test_two_boxes_have_in_common_where_both_rules_hold(one: Any, other: Any) -> None:
    first, second = read(one), read(other)
    space = Space(Facts, [first, second])
    both = common(space.box(first), space.box(second))
    assert is_empty(both) == (not any(meets(first, facts) and meets(second, facts) for facts in ALL))


def test_numbers_are_cut_between_the_fen_and_between_the_units() -> None:
    upper, lower = read({"money": {"ge": 2}}), read({"money": {"le": "1.99"}})
    unknown = read({"money": {"known": False}})
    space = Space(Facts, [upper, lower, unknown])
    assert gap(space.whole, [space.box(rule) for rule in (upper, lower, unknown)]) is None
    hole = read({"money": {"le": "1.98"}})
    space = Space(Facts, [upper, hole, unknown])
    left = gap(space.whole, [space.box(rule) for rule in (upper, hole, unknown)])
    assert left is not None
    assert space.example(left) == {"money": Decimal("1.99")}


def test_what_may_be_unknown_is_a_gap_until_a_rule_speaks_of_it() -> None:
    every = read({"colour": {"in": list(Colour)}})
    space = Space(Facts, [every])
    left = gap(space.whole, [space.box(every)])
    assert left is not None
    assert Facts(**space.example(left)).colour is None


class Odd(Model):
    """A fact of a type that has no cells."""

    name: str = ""


def test_a_type_that_can_not_be_cut_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(TypeError, match="str"):
        Space(Odd, [(Condition(fact="name", comparison="is", value="x"),)])


def test_a_complete_table_of_many_narrow_rules_over_all_facts_is_checked_in_a_moment() -> None:
    """Every switch of triage divides what the one before it left over: no rule is there for everything."""
    switches = [name for name, field in TriageFacts.model_fields.items() if field.annotation is bool]
    numbers = ["claimants", "respondents", "near_retirement", "earlier_cases", "vulnerable", "discrepancies"]
    rules, rest = [], dict[str, Any]()
    for name in switches:
        rules.append(rest | {name: True})
        rest = rest | {name: False}
    for name in numbers:
        for threshold in (9, 5, 3):
            rules.append(rest | {name: {**rest.get(name, {}), "ge": threshold}})
            rest = rest | {name: {"le": threshold - 1}}
    read_rules = [conditions(when, TriageFacts) for when in [*rules, rest]]
    began = time.perf_counter()
    space = Space(TriageFacts, read_rules)
    boxes = [space.box(rule) for rule in read_rules]
    assert gap(space.whole, boxes) is None
    for box in boxes:
        assert gap(space.whole, [other for other in boxes if other is not box]) is not None
    assert time.perf_counter() - began < 2
