"""Work is given only to people of the directory who are in office."""

from collections.abc import Callable
from pathlib import Path

import pytest

from domain.base import Ref
from domain.direction.messages import Reassign
from domain.inquiry.messages import ClaimTask, DelegateTask, RelieveOfficer
from domain.message import Message
from domain.procedure.inquiry.in_office import must_be_in_office
from domain.refusal import Refused
from domain.words import Agency
from runtime.rules import Rules
from tests.builders import SUPERVISOR, officer
from tests.domain.cases import NOW, TODAY, asked, claimed

OFFICERS = f"""officers:
  - {{id: tax-01, agency: tax}}
  - {{id: tax-02, agency: tax, absences: [{{first: {TODAY}, last: {TODAY}}}]}}
  - {{id: tax-03, agency: tax, active: false}}
  - {{id: lab-01, agency: labor}}
"""


def claim(who: Ref) -> ClaimTask:
    return ClaimTask(message_id="m", actor=officer(Agency.TAX, who), task="tax")


def delegate(to: Ref) -> DelegateTask:
    return DelegateTask(message_id="m", actor=officer(Agency.TAX, "tax-01"), task="tax", to=to, reason="出差")


def relieve(to: Ref) -> RelieveOfficer:
    return RelieveOfficer(message_id="m", actor=SUPERVISOR, agency=Agency.TAX, officer="tax-01", to=to, reason="调离")


def reassign(to: Ref, task: Ref | None = "tax") -> Reassign:
    return Reassign(message_id="m", actor=SUPERVISOR, task=task, to=to, reason="调整")


def refused(tables: Path, message: Message) -> bool:
    try:
        must_be_in_office(asked(claimed(Agency.TAX, "tax-01")), message, NOW, Rules(tables).in_office)
    except Refused as why:
        return why.problems[0].code == "refusals.officer.not_in_office"
    return False


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    (tmp_path / "officers.yaml").write_text(OFFICERS, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("give", [delegate, relieve, reassign])
def test_an_inquiry_goes_to_nobody_of_another_agency_or_who_is_away_or_gone_or_unknown(
    tables: Path, give: Callable[[Ref], Message]
) -> None:
    assert [who for who in ("tax-01", "tax-02", "tax-03", "lab-01", "nobody") if not refused(tables, give(who))] == [
        "tax-01"
    ]


def test_who_claims_must_hold_office_and_may_be_back_early(tables: Path) -> None:
    assert [refused(tables, claim(who)) for who in ("tax-01", "tax-02", "tax-03", "nobody")] == [
        False,
        False,
        True,
        True,
    ]


def test_a_case_goes_to_a_mediator_of_the_roster_only(tables: Path) -> None:
    known = Rules(tables).tables.roster.mediators[0].id
    assert not refused(tables, reassign(known, None)) and refused(tables, reassign("m-nobody", None))


def test_a_centre_without_a_directory_believes_its_agencies(tmp_path: Path) -> None:
    assert not any(refused(tmp_path, message) for message in (claim("x"), delegate("x"), relieve("x"), reassign("x")))
