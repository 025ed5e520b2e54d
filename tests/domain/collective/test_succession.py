from collections.abc import Callable
from typing import Any

import pytest

from domain.case.state import CaseState
from domain.procedure.papers.drafting import party_lines
from tests.domain.cases import asked, being_signed, judged, mediated, settled, to_be_sealed, to_be_signed
from tests.domain.collective.test_collective import refused, say

SPOUSE: dict[str, Any] = {
    "name": "虚构者丙",
    "identity_number": "990000198001159001",
    "kinship": "spouse",
    "died_on": "2026-11-01",
}


def test_a_near_relative_goes_on_under_the_ref_of_who_has_died_and_the_ledger_names_nobody() -> None:
    running = mediated()
    before = running.complaint
    assert before is not None
    say(running, "step_in", claimant="c1", successor=SPOUSE)
    assert running.complaint is not None
    [after] = running.complaint.claimants
    assert after.successor is not None and after.successor.kinship == "spouse"
    assert after.model_copy(update={"successor": None}) == before.claimants[0]
    assert list(running.claimants) == ["c1"]
    told = str(running.events[-1].facts)
    assert "虚构者丙" not in told and SPOUSE["identity_number"] not in told


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"claimant": "c9"}, "party.unknown"),
        ({"successor": SPOUSE | {"died_on": "2027-11-01"}}, "date.in_future"),
    ],
)
def test_nobody_steps_in_for_a_stranger_or_for_somebody_who_has_not_died_yet(
    changes: dict[str, Any], code: str
) -> None:
    assert refused(asked(), "step_in", **changes) == code


def test_nobody_steps_in_twice_or_for_themselves() -> None:
    running = asked()
    assert running.complaint is not None
    own = running.complaint.claimants[0].identity_number
    assert refused(running, "step_in", successor=SPOUSE | {"identity_number": own}) == "succession.same_person"
    say(running, "step_in", claimant="c1", successor=SPOUSE)
    assert refused(running, "step_in", message_id="again") == "succession.known"


@pytest.mark.parametrize(
    "running",
    [asked, judged, mediated, being_signed, to_be_sealed, settled, to_be_signed],
    ids=["inquiry", "prognosis", "mediation", "signing", "sealing", "performance", "closure"],
)
def test_a_claimant_may_die_in_any_phase_and_the_relative_goes_on_in_the_claimants_place(
    running: Callable[[], CaseState],
) -> None:
    case = running()
    before = (list(case.claimants), case.items, case.phase, case.settlement, case.next_seq)
    say(case, "step_in", claimant="c1", successor=SPOUSE)
    assert (list(case.claimants), case.items, case.phase, case.settlement) == before[:4], "nobody's claim changes hands"
    assert case.complaint is not None and case.complaint.claimants[0].successor is not None
    assert [event.kind for event in case.events[-1:]] == ["stepped_in"]
    named = {line.ref: line.role for line in party_lines(case.complaint, (), identify=True)}
    assert "successor" in named.values(), "papers name who goes on"
