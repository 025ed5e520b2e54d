"""What each reader sees of a case: by the table of parts and readers."""

import json
from decimal import Decimal
from typing import Any

import pytest

from domain.assessment.limitation import ClockState, LimitationClock
from domain.assessment.side_by_side import Line
from domain.case.state import CaseState
from domain.case.visibility import Level, Sight, visibility
from domain.identifiers import HIDDEN
from domain.inquiry.findings import Finding, MedicalInsuranceFinding, UninsuredLoss
from domain.intake.complaint import Claimant, ClaimItem
from domain.ledger import GENESIS, SYSTEM, Actor, Event, seal
from domain.views.case_view import CaseView, case_view, deadlines, side_by_side
from domain.views.masking import Eyes, masked_name
from domain.words import Agency, ClaimKind, Phase, RespondentKind, Role
from tests import builders
from tests.domain.cases import NOW, assessment, case, contradiction, mediated, proposal, task

MEDIATOR, SUPERVISOR, INTAKE = builders.mediator("m-1"), builders.SUPERVISOR, builders.INTAKE
FIRST, SECOND = (builders.party(ref, Role.CLAIMANT) for ref in ("c1", "c2"))
OWNER = builders.party("e2", Role.RESPONDENT)
OFFICERS = {agency: builders.officer(agency) for agency in Agency}
EVERYBODY = [INTAKE, MEDIATOR, FIRST, SECOND, OWNER, SUPERVISOR, SYSTEM, *OFFICERS.values()]
PEOPLE = tuple(
    Claimant(ref=f"c{n}", name=name, identity_number=builders.identity_number(n), phone=f"000-0000-010{n}")
    for n, name in ((1, "赵一"), (2, "钱二"))
)
FINDINGS: dict[Agency, Finding] = {
    Agency.LABOR: builders.labor_finding(2),
    Agency.MEDICAL_INSURANCE: MedicalInsuranceFinding(
        losses=tuple(UninsuredLoss(claimant=f"c{n}", amount=Decimal(f"731{n}.45")) for n in (1, 2)),
        remark="赵一说明了病情",
    ),
    Agency.TAX: builders.tax_finding(),
}


def state() -> CaseState:
    """Two claimants against a company and its shareholder; three agencies have found, terms are on the table."""
    filed = builders.complaint(
        respondents=(
            builders.employer(name="演练公司"),
            builders.employer("e2", name="何某", kind=RespondentKind.SHAREHOLDER),
        ),
        claimants=2,
        items=(
            builders.arrears_item("i1"),
            *(ClaimItem(ref=f"i{n + 1}", kind=ClaimKind.SEVERANCE, claimant=f"c{n}", respondent="e2") for n in (1, 2)),
        ),
    )
    return case(
        Phase.MEDIATION,
        complaint=filed.model_copy(update={"claimants": PEOPLE}),
        tasks={agency: task(agency, finding=finding) for agency, finding in FINDINGS.items()},
        assessment=assessment(contradiction(), c1="100.00", c2="200.00"),
    )


def seen(reader: Actor) -> CaseView:
    """The case as somebody sees it."""
    whole = state()
    return eyes(reader, whole).case(case_view(whole, NOW), whole.claimants)


def eyes(reader: Actor, of: CaseState | None = None) -> Eyes:
    """Somebody's eyes on the case."""
    return Eyes.of(reader, {t.agency for t in (of or state()).tasks.values()})


def names(reader: Actor) -> list[str]:
    """The claimants' names as somebody reads them."""
    return [c.name for c in seen(reader).claimants]


def findings(reader: Actor) -> set[Agency]:
    """Whose findings somebody may read."""
    return {t.agency for t in seen(reader).tasks if t.finding is not None}


def test_every_role_and_every_agency_has_its_line_in_the_table() -> None:
    assert set(visibility().readers) == {*Agency, *Role} - {Role.OFFICER}


@pytest.mark.parametrize("reader", EVERYBODY, ids=lambda reader: f"{reader.role}-{reader.agency}-{reader.id}")
def test_no_view_shows_an_identity_number_or_a_phone(reader: Actor) -> None:
    shown = seen(reader).model_dump_json()
    assert not any(secret in shown for c in PEOPLE for secret in (c.identity_number, str(c.phone)))


def test_the_mediator_sees_who_claims_and_the_supervisor_sees_names_masked() -> None:
    assert names(MEDIATOR) == ["赵一", "钱二"]
    assert names(SUPERVISOR) == [masked_name("赵一"), masked_name("钱二")] == ["赵**", "钱**"]


def test_a_claimant_sees_themselves_and_the_other_side_but_no_fellow_claimant() -> None:
    view = seen(FIRST)
    assert names(FIRST) == ["赵一"] and [r.name for r in view.respondents] == ["演练公司", "何某"]
    assert [i.ref for i in view.items] == ["i1", "i2"]
    assert (view.part_a, view.prognosis, view.warnings) == (None, None, ())
    assert "钱二" not in view.model_dump_json() and "7312.45" not in view.model_dump_json()


def test_a_claimant_reads_of_the_findings_what_is_said_of_them() -> None:
    [medical] = [t.finding for t in seen(SECOND).tasks if t.agency is Agency.MEDICAL_INSURANCE]
    assert isinstance(medical, MedicalInsuranceFinding)
    assert [loss.claimant for loss in medical.losses] == ["c2"] and medical.remark is None


def test_a_respondent_sees_who_claims_what_but_nothing_of_their_health() -> None:
    view = seen(OWNER)
    assert names(OWNER) == ["赵一", "钱二"] and {c.identity_number for c in view.claimants} == {HIDDEN}
    assert findings(OWNER) == {Agency.LABOR, Agency.TAX}


@pytest.mark.parametrize("agency", FINDINGS)
def test_an_officer_reads_the_own_agencys_finding_only(agency: Agency) -> None:
    assert findings(OFFICERS[agency]) == {agency}
    assert findings(MEDIATOR) == findings(SUPERVISOR) == set(FINDINGS)


def test_an_officer_of_an_agency_that_was_not_asked_sees_where_the_case_stands_and_nobody_in_it() -> None:
    view = seen(OFFICERS[Agency.UNION])
    assert (view.claimants, view.items, view.reply, findings(OFFICERS[Agency.UNION])) == ((), (), (), set())
    assert view.phase is Phase.MEDIATION and len(view.tasks) == 3
    assert "何某" not in view.model_dump_json()


def test_the_intake_service_sees_where_the_case_stands_and_nobody_in_it() -> None:
    view = seen(INTAKE)
    assert (view.claimants, view.proposals, view.settlement, view.part_a) == ((), (), None, None)


def test_an_officer_without_an_agency_sees_nothing_that_is_protected() -> None:
    assert eyes(Actor(id="x", role=Role.OFFICER)).sight == Sight()


def test_an_officer_sees_the_contradictions_that_concern_the_agency() -> None:
    [found] = seen(MEDIATOR).discrepancies
    concerned = {found.first, found.second, found.resolver}
    for agency in FINDINGS:
        assert bool(seen(OFFICERS[agency]).discrepancies) is (agency in concerned)


def test_side_by_side_a_column_is_empty_for_who_may_not_read_that_agencys_finding() -> None:
    lines = side_by_side(state()).lines
    assert lines and all(line.wage for line in lines)

    def columns(reader: Actor) -> set[str]:
        rows = eyes(reader).lines(lines)
        return {name for row in rows for name in Line.model_fields if getattr(row, name) is not None}

    told = {"employed", "wage", "insured", "received", "base", "state"}
    assert columns(OFFICERS[Agency.MEDICAL_INSURANCE]) & told == {"insured"}
    assert columns(OFFICERS[Agency.LABOR]) & told == {"employed", "wage"}
    assert columns(MEDIATOR) & told == columns(FIRST) & told
    assert {line.claimant for line in eyes(FIRST).lines(lines)} == {"c1"}
    assert eyes(INTAKE).lines(lines) == ()


def event(**facts: Any) -> Event:
    """An event of the ledger."""
    return seal(seq=1, at=NOW, kind="k", actor=SYSTEM, message_id=None, facts=facts, previous=GENESIS)


def facts(reader: Actor, **given: Any) -> dict[str, Any]:
    """The facts of an event as somebody reads them."""
    [cut] = eyes(reader).events([event(**given)])
    return cut.facts


def test_what_somebody_wrote_is_read_by_those_who_work_on_the_case() -> None:
    for reader in EVERYBODY:
        shown = facts(reader, reason="赵一住院", task="tax")
        works = eyes(reader).sight.words is Level.FULL
        assert shown == {"reason": "赵一住院" if works else HIDDEN, "task": "tax"}
    assert not any(eyes(reader).sight.words is Level.FULL for reader in (FIRST, OWNER, INTAKE))


def test_of_what_each_is_answered_a_claimant_reads_the_own_line() -> None:
    rows = [{"claimant": f"c{n}", "answer": "scheduled", "amount": "1.00"} for n in (1, 2)]
    assert [row["claimant"] for row in facts(FIRST, items=rows)["items"]] == ["c1"]
    assert facts(MEDIATOR, items=rows)["items"] == rows
    assert "1.00" not in json.dumps(facts(INTAKE, items=rows))


def test_how_fellow_claimants_answered_is_not_told_to_a_claimant() -> None:
    whole_case = state()
    whole = case_view(whole_case, NOW)
    [terms] = case_view(mediated(proposal()), NOW).proposals
    asked = whole.model_copy(update={"proposals": (terms.model_copy(update={"silent": ("c1", "c2", "e1")}),)})

    assert eyes(FIRST).case(asked, whole_case.claimants).proposals[0].silent == ("c1", "e1")
    assert eyes(OWNER).case(asked, whole_case.claimants).proposals[0].silent == ("c1", "c2", "e1")


def test_nobody_learns_the_limitation_of_a_claim_that_they_may_not_see() -> None:
    held = state()
    held.clocks = tuple(clock(item.ref) for item in held.items)
    whole = deadlines(held, NOW)

    def told(reader: Actor) -> list[str]:
        eyes = Eyes.of(reader, [*FINDINGS])
        return [one.item for one in eyes.deadlines(whole, held.items).clocks]

    assert told(FIRST) == ["i1", "i2"]
    assert told(SECOND) == ["i1", "i3"]
    assert told(MEDIATOR) == told(OWNER) == ["i1", "i2", "i3"]
    assert told(INTAKE) == []


def clock(item: str) -> LimitationClock:
    return LimitationClock(
        item=item,
        clock="arbitration",
        as_of=NOW.date(),
        state=ClockState.NOT_BEGUN,
        runs_from=None,
        lapses_on=None,
        remaining_days=None,
        sources=(),
        verified=True,
    )
