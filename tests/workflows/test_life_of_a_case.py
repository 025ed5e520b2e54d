"""A case from filing to closure, one message at a time."""

from datetime import timedelta
from decimal import Decimal

from domain.case import messages as m
from domain.case.receipts import Decision
from domain.words import Agency, Outcome, Phase, Role
from tests import builders
from tests.workflows.conftest import Handle, Office
from texts.sentences import day
from workflows.dispute import DisputeWorkflow

FINDINGS = {
    Agency.LABOR: builders.labor_finding(),
    Agency.MEDICAL_INSURANCE: builders.medical_finding(),
    Agency.TAX: builders.tax_finding(),
}


async def find_the_facts(office: Office, handle: Handle) -> None:
    for agency, finding in FINDINGS.items():
        officer = builders.officer(agency)
        await office.update(handle, m.ClaimTask(message_id=f"claim-{agency}", actor=officer, task=agency))
        await office.update(
            handle,
            m.CompleteTask(message_id=f"done-{agency}", actor=officer, task=agency, finding=finding),
        )


async def test_a_general_dispute_goes_from_filing_to_closure(office: Office) -> None:
    handle, receipt = await office.file(builders.complaint())
    assert receipt.decision is Decision.ACCEPTED
    assert receipt.case_number
    await find_the_facts(office, handle)
    view = await office.view(handle)
    assert view.phase is Phase.MEDIATION
    assert view.mediator
    today = day(view.now)
    owed = view.claimants[0].part_a
    assert owed > 0
    mediator = builders.mediator(view.mediator)
    half = (owed / 2).quantize(Decimal("0.01"))
    await office.update(
        handle,
        m.Propose(
            message_id="propose",
            actor=mediator,
            proposal="p1",
            payer="e1",
            instalments=(
                builders.instalment("i1", today + timedelta(days=30), c1=half),
                builders.instalment("i2", today + timedelta(days=60), c1=owed - half),
            ),
        ),
    )
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        await office.update(
            handle,
            m.Answer(
                message_id=f"answer-{ref}",
                actor=builders.party(ref, role),
                proposal="p1",
                party=ref,
                accept=True,
            ),
        )
    assert (await office.view(handle)).phase is Phase.PERFORMANCE
    for number, amount in (("r1", half), ("r2", owed - half)):
        await office.update(
            handle,
            m.ConfirmPayment(
                message_id=number,
                actor=builders.officer(Agency.TAX),
                receipt=number,
                paid_on=today,
                amount=amount,
            ),
        )
    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.PERFORMED
    assert await office.verify(handle.id)


async def test_a_silent_case_closes_by_itself(office: Office) -> None:
    handle = await office.start(builders.complaint())

    closed = await office.live_to_the_end(handle)

    assert closed.outcome is Outcome.FAILED
    kinds = [event.kind for event in await office.events(handle.id)]
    assert kinds.count("task_reminded") == 3
    assert kinds.count("task_escalated") == 3
    assert kinds.count("task_lapsed") == 3
    assert "mediation_lapsed" in kinds
    assert await office.verify(handle.id) == closed.ledger_head


async def test_a_letter_that_lay_for_forty_days_is_taken_and_goes_its_way(office: Office) -> None:
    came = builders.TODAY - timedelta(days=40)
    handle, receipt = await office.file(builders.complaint(received_on=came))
    assert receipt.decision is Decision.ACCEPTED
    await find_the_facts(office, handle)
    view = await office.until(handle, lambda seen: seen.phase is Phase.MEDIATION)
    dates = await handle.query(DisputeWorkflow.deadlines)
    [arbitration] = [one.deadline for one in dates.deadlines if one.what == "mediation"]
    assert arbitration.due < builders.TODAY, "whoever filed fifteen days ago may apply to arbitration"
    assert view.blocked is None
    closed = await office.live_to_the_end(handle)
    assert await office.verify(handle.id) == closed.ledger_head
