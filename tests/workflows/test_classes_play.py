"""The examples of the four classes play to their ends, and fall into the class that they are named after."""

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


async def test_the_example_that_begins_at_a_post_brings_what_was_said_there_to_the_centre(office: Office) -> None:
    case = await played(office, "grid")
    assert case.view.outcome is Outcome.PERFORMED
    [taken] = [event for event in await office.events(case.view.case) if event.kind == "grid_record_taken"]
    assert (taken.facts["post"], taken.facts["said"]) == ("park-7", 2)
