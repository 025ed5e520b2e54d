"""What is written twice, or can't be, is refused with the reason and never guessed."""

from datetime import date
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from stdnum.iso7064 import mod_11_2

from domain.arrears.records import Records
from domain.intake.complaint import Claimant, Complaint, Successor
from domain.yaml_file import read_yaml
from tests import builders

DUE = {"claimant": "A", "employer": "e1", "kind": "pension", "month": "2024-01", "wage": "5000"}
WORKED = {"claimant": "A", "employer": "e1", "since": "2024-01-15", "until": "2024-02-29", "wage": "5000"}


def why(refused: pytest.ExceptionInfo[ValidationError]) -> str:
    return str(refused.value.errors()[0]["ctx"]["error"])


@pytest.mark.parametrize(
    "records",
    [
        {"dues": [DUE, DUE]},
        {"dues": [DUE], "employments": [WORKED]},
        {"dues": [DUE], "employments": [WORKED | {"kinds": ["pension"]}]},
        {"dues": [DUE | {"month": "2026-01"}], "employments": [WORKED | {"until": None}]},
    ],
    ids=["in dues", "in dues and employments", "of one kind", "of an employment that goes on"],
)
def test_a_month_is_owed_once(records: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Records.model_validate(records)
    assert why(refused) == "arrears.month-twice"


@pytest.mark.parametrize(
    "records",
    [
        {"dues": [DUE, DUE | {"month": "2024-02"}, DUE | {"kind": "medical"}, DUE | {"claimant": "B"}]},
        {"dues": [DUE | {"month": "2024-03"}], "employments": [WORKED]},
        {"dues": [DUE], "employments": [WORKED | {"kinds": ["injury"]}]},
        {"dues": [DUE | {"employer": "e2"}], "employments": [WORKED]},
    ],
)
def test_months_that_differ_in_anything_are_each_owed(records: dict[str, Any]) -> None:
    assert Records.model_validate(records).dues


def test_a_deferral_ends_or_says_on_what_ground_it_does_not() -> None:
    given = {"employments": [WORKED], "deferrals": [{"since": "2012-02-01"}]}
    with pytest.raises(ValidationError) as refused:
        Records.model_validate(given)
    assert why(refused) == "arrears.deferral-without-paper"
    paper = {"since": "2012-02-01", "source": "破产受理裁定（2012）虚破1号"}
    for mended in ({"until": "2012-12-31"}, {"ground": "insolvency"}):
        assert Records.model_validate(given | {"deferrals": [paper | mended]}).deferrals


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "rows:\n  - {x: 1, y: 2, x: 3}\n", "a:\n  b: {c: 1, c: 1}\n"])
def test_a_key_that_stands_twice_is_an_error_with_its_place(text: str) -> None:
    with pytest.raises(yaml.YAMLError, match="stands twice") as refused:
        read_yaml(text)
    assert getattr(refused.value, "problem_mark").line >= 1 or "x" in str(refused.value)  # noqa: B009


def test_yaml_is_read_as_ever_otherwise() -> None:
    text = "base: &b {x: 1}\nmore: {<<: *b, y: 2}\ndays: [2024-01-01]\n"
    assert read_yaml(text) == yaml.safe_load(text)


def filed(**changes: Any) -> Complaint:
    return Complaint.model_validate(builders.complaint().model_dump() | changes)


def test_one_employer_under_two_names_is_named_once() -> None:
    code = "91350100M000100Y43"
    two = [builders.employer("e1", credit_code=code), builders.employer("e2", credit_code=f" {code.lower()} ")]
    with pytest.raises(ValidationError) as refused:
        filed(respondents=[one.model_dump() for one in two])
    assert why(refused) == "complaint.duplicate_employer"


def test_nobody_claims_months_from_before_being_born() -> None:
    item = builders.arrears_item(first_month="1979-12", last_month="1980-02")
    with pytest.raises(ValidationError) as refused:
        filed(items=[item.model_dump()])
    assert why(refused) == "complaint.born_later"


def test_nobody_died_before_being_born() -> None:
    heir = Successor(
        name="虚构继承人", identity_number=builders.identity_number(7), kinship="child", died_on=date(1970, 1, 1)
    )
    with pytest.raises(ValidationError) as refused:
        filed(claimants=[builders.claimant(1, successor=heir).model_dump()])
    assert why(refused) == "complaint.died_before_birth"


# --- who can't be ----------------------------------------------------------------------------------------


def person(born: str, **more: Any) -> Claimant:
    body = f"370000{born}003"
    return Claimant(ref="c1", name="虚构者", identity_number=body + mod_11_2.calc_check_digit(body), **more)


def of_one(one: Claimant) -> Complaint:
    return builders.complaint().model_copy(update={"claimants": (one,)})


def test_who_was_too_young_to_be_employed_is_told_and_not_refused() -> None:
    """The example claims from 2024-01 on; sixteen on the last day of that month is old enough."""
    assert of_one(person("20080131")).under_age == ()
    assert of_one(person("20080201")).under_age == ("c1",)
    assert of_one(Claimant(ref="c1", name="虚构者", identity_number="E12345678")).under_age == ()


def test_a_spouse_who_was_a_child_is_refused() -> None:
    body = "37000020200101003"
    successor = {
        "name": "虚构亲属",
        "identity_number": body + mod_11_2.calc_check_digit(body),
        "kinship": "spouse",
        "died_on": "2026-01-01",
    }
    told = builders.complaint().model_dump(mode="json")
    told["claimants"][0]["successor"] = successor
    with pytest.raises(ValidationError, match="spouse_is_a_child"):
        Complaint.model_validate(told)
    told["claimants"][0]["successor"] = {**successor, "kinship": "child"}
    assert Complaint.model_validate(told).claimants[0].successor is not None
