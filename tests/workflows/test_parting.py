"""Cases part and join while they run: with people, findings, evidence, clocks and ledgers that name each other."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from casebook import evidence
from casebook.lists import CaseFilter, cases
from domain.case import messages as m
from domain.collective.parting import Merge, Split
from domain.papers.kinds import PaperKind
from domain.views.case_view import CaseView
from domain.words import Agency, Outcome, Phase, Role
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Handle, Office
from texts.sentences import day


async def found(office: Office, handle: Handle, claimants: int) -> CaseView:
    """The facts of everybody, and mediation opened."""
    for agency, finding in {
        Agency.LABOR: builders.labor_finding(claimants),
        Agency.MEDICAL_INSURANCE: builders.medical_finding(),
        Agency.TAX: builders.tax_finding(),
    }.items():
        said = m.CompleteTask(message_id=f"f-{agency}", actor=builders.officer(agency), task=agency, finding=finding)
        await office.update(handle, m.ClaimTask(message_id=f"c-{agency}", actor=builders.officer(agency), task=agency))
        await office.update(handle, said)
    return await office.until(handle, lambda view: view.phase is Phase.MEDIATION and view.mediator is not None)


def split(*claimants: str) -> Split:
    return Split(
        message_id=f"split-{'-'.join(claimants)}",
        actor=builders.SUPERVISOR,
        claimants=claimants,
        reason="不同意多数人的方案",
    )


def why(error: WorkflowUpdateFailedError) -> set[str]:
    """The codes of a refusal."""
    assert isinstance(error.cause, ApplicationError)
    return {problem["code"] for problem in error.cause.details[0]}


async def test_dissenters_go_on_in_a_case_of_their_own_and_the_others_settle_theirs(office: Office) -> None:
    filed = builders.complaint(3)
    handle = await office.start(filed)
    whole = await found(office, handle, 3)
    await evidence.keep(
        office.pool,
        office.vault,
        handle.id,
        b"%PDF-1.4 payslips",
        title="工资单",
        media_type="application/pdf",
        added_by="window-1",
    )
    owed = {c.ref: c.part_a for c in whole.claimants}

    await office.update(handle, split("c3"))
    rest = await office.until(handle, lambda view: bool(view.kin))
    [kin] = rest.kin
    other = office.client.get_workflow_handle(kin.case)
    theirs = await office.until(other, lambda view: view.phase is Phase.MEDIATION)

    assert theirs.case_number == kin.case_number != rest.case_number
    assert [c.ref for c in theirs.claimants] == ["c3"] and theirs.claimants[0].part_a == owed["c3"] > 0
    assert {t.records for t in theirs.tasks} == {"kept"}, "what was found is not asked again"
    assert theirs.kin[0].case_number == rest.case_number and theirs.kin[0].ledger_head
    parted = await office.noted(handle, "claimants_split")
    assert theirs.kin[0].ledger_head == parted.digest, "the ledgers name each other"
    assert [one.title for one in await evidence.of_case(office.pool, office.vault, kin.case)] == ["工资单"]
    await office.until(other, lambda view: PaperKind.SPLITTING_NOTICE in {paper.kind for paper in view.papers})

    today = day(rest.now)
    proposal = m.Propose(
        message_id="p",
        actor=builders.party("e1", Role.RESPONDENT),
        proposal="p1",
        payer="e1",
        instalments=(builders.instalment("n1", today + timedelta(days=30), c1=owed["c1"], c2=owed["c2"]),),
    )
    await office.update(handle, proposal)
    for ref in ("c1", "c2"):
        answer = m.Answer(
            message_id=f"a-{ref}", actor=builders.party(ref, Role.CLAIMANT), proposal="p1", party=ref, accept=True
        )
        await office.update(handle, answer)
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await office.update(handle, split("c2"))
    assert why(refused.value) == {"refusals.split.bound"}
    paid = m.ConfirmPayment(
        message_id="r", actor=builders.officer(Agency.TAX), receipt="r", paid_on=today, amount=owed["c1"] + owed["c2"]
    )
    await office.update(handle, paid)
    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.PERFORMED, "whoever has a case of their own leaves nothing open here"
    assert await office.verify(handle.id) == closed.ledger_head
    assert (await office.live_to_the_end(other)).outcome is Outcome.FAILED
    assert await office.verify(other.id)


async def test_somebody_has_to_stay_and_only_claimants_can_go(office: Office) -> None:
    handle = await office.start(builders.complaint(2))
    for going, code in ((("c1", "c2"), "split.everybody"), (("c9",), "party.unknown")):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await office.update(handle, split(*going))
        assert why(refused.value) == {f"refusals.{code}"}
    await office.end(handle)


async def test_two_cases_against_one_employer_go_on_as_one_with_what_was_found_in_both(office: Office) -> None:
    first = builders.complaint(2)
    into = await office.start(first)
    whole = await found(office, into, 2)
    newcomer = builders.claimant(3, ref="c1")
    second = builders.complaint(1).model_copy(update={"claimants": (newcomer,), "respondents": first.respondents})
    gone = await office.start(second)
    alone = await found(office, gone, 1)
    assert gone.id != into.id

    merge = Merge(message_id="merge", actor=builders.SUPERVISOR, into=whole.case_number or "", reason="同一单位")
    await office.update(gone, merge)
    await seen(gone.describe, lambda described: described.close_time is not None)
    closed = await office.live_to_the_end(gone)
    assert closed.outcome is Outcome.MERGED

    view = await office.until(into, lambda view: len(view.claimants) == 3 and view.claimants[2].part_a > 0)
    came = next(c for c in view.claimants if c.ref not in ("c1", "c2"))
    assert came.ref == "c1-2" and came.part_a >= alone.claimants[0].part_a > 0, "found under another ref, not again"
    [kin] = view.kin
    assert (kin.case_number, kin.direction) == (alone.case_number, "from")
    asked = next(event for event in await office.events(gone.id) if event.kind == "merge_asked")
    assert kin.ledger_head == asked.digest
    told = next(event for event in await office.events(gone.id) if event.kind == "merged_into")
    assert told.facts["number"] == view.case_number
    assert not await cases(office.pool, office.vault, CaseFilter(to_merge=True, employer=first.employer.name))
    await office.sleep(timedelta(seconds=5))  # The casebook may lie behind by a moment.
    assert await office.verify(gone.id) == closed.ledger_head and await office.verify(into.id)
    await office.end(into)


async def test_a_case_that_another_does_not_take_goes_on_and_says_why(office: Office) -> None:
    into, gone = await office.start(builders.complaint()), await office.start(builders.complaint())
    number = (await office.view(into)).case_number or ""
    await office.update(
        gone, Merge(message_id="merge", actor=builders.SUPERVISOR, into=number, reason="误认为同一单位")
    )
    refused = await office.noted(gone, "merge_refused")
    assert "merge.other_employer" in str(refused.facts["problems"])
    view = await office.view(gone)
    assert view.outcome is None and not view.kin
    await office.end(into, gone)
