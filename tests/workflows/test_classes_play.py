"""The examples of the four classes play to their ends, and fall into the class that they are named after."""

from decimal import Decimal

import pytest

from domain.words import Outcome
from tests.workflows.conftest import Office
from tests.workflows.test_hard_cases import played


@pytest.mark.parametrize("name", ["complex", "general", "policy", "special"])
async def test_the_example_of_a_class_is_performed(office: Office, name: str) -> None:
    case = await played(office, name)
    assert case.view.case_class == name
    assert case.view.outcome is Outcome.PERFORMED
    assert case.view.settlement is not None and case.view.settlement.paid == case.view.settlement.total


async def test_the_version_that_both_sides_came_to_by_countering_is_paid(office: Office) -> None:
    case = await played(office, "counter")
    assert case.view.outcome is Outcome.PERFORMED
    assert [(p.ref, p.state) for p in case.view.proposals] == [
        ("p1", "countered"),
        ("p2", "countered"),
        ("p3", "accepted"),
    ]
    settlement = case.view.settlement
    assert settlement is not None and settlement.proposal == "p3"
    assert case.view.part_a is not None
    assert settlement.paid == settlement.total == case.view.part_a + Decimal("9600.00")  # 80 % of 12,000.00


async def test_the_example_that_begins_at_a_post_brings_what_was_said_there_to_the_centre(office: Office) -> None:
    case = await played(office, "grid")
    assert case.view.outcome is Outcome.PERFORMED
    [taken] = [event for event in await office.events(case.view.case) if event.kind == "grid_record_taken"]
    assert (taken.facts["post"], taken.facts["said"]) == ("park-7", 2)
