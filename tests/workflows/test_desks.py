"""Inquiries that change agency or are sent back, in whole cases."""

from datetime import timedelta
from pathlib import Path

import yaml

from domain.case import messages as m
from domain.inquiry.findings import UnionFinding
from domain.inquiry.messages import CosignTask, ReturnTask, TransferTask
from domain.words import Agency, Outcome, Phase
from tests import builders
from tests.workflows.conftest import Handle, Office

LABOR, MEDICAL, TAX, UNION = Agency.LABOR, Agency.MEDICAL_INSURANCE, Agency.TAX, Agency.UNION


def finish(agency: Agency, finding: object, message_id: str = "") -> m.CompleteTask:
    return m.CompleteTask.model_validate(
        {
            "message_id": message_id or f"done-{agency}",
            "actor": builders.officer(agency),
            "task": agency,
            "finding": finding,
        }
    )


async def find_the_facts(office: Office, handle: Handle) -> None:
    await office.update(handle, finish(LABOR, builders.labor_finding()))
    await office.update(handle, finish(MEDICAL, builders.medical_finding()))
    await office.update(handle, finish(TAX, builders.tax_finding()))


async def test_a_transferred_inquiry_begins_with_the_new_agencys_own_records(office: Office) -> None:
    handle = await office.start(builders.complaint())
    claim = m.ClaimTask(message_id="c", actor=builders.officer(MEDICAL), task=MEDICAL)
    await office.update(handle, claim)
    handed_on = TransferTask(
        message_id="t", actor=builders.officer(MEDICAL), task=MEDICAL, to=UNION, reason="属工会职责"
    )
    await office.update(handle, handed_on)
    view = await office.until(handle, lambda view: all(t.records == "read" for t in view.tasks if t.agency is UNION))
    assert {t.agency: t.state for t in view.tasks}[MEDICAL] == "transferred"
    await office.update(handle, finish(LABOR, builders.labor_finding()))
    await office.update(handle, finish(TAX, builders.tax_finding()))
    assert (await office.view(handle)).phase is Phase.FACT_FINDING
    await office.update(handle, finish(UNION, UnionFinding()))
    await office.until(handle, lambda view: view.phase is Phase.MEDIATION)


async def test_a_finding_corrected_during_mediation_is_assessed_anew_and_voids_what_was_proposed(
    office: Office,
) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    before = await office.until(handle, lambda view: view.phase is Phase.MEDIATION)
    assert before.mediator is not None
    mediator = builders.mediator(before.mediator)
    due = before.now.date()
    terms = m.Propose(
        message_id="p",
        actor=mediator,
        proposal="p1",
        payer="e1",
        instalments=(builders.instalment("n1", due.replace(year=due.year + 1), c1=before.claimants[0].part_a),),
    )
    await office.update(handle, terms)
    await office.update(handle, ReturnTask(message_id="r", actor=mediator, task=LABOR, reason="工资有误"))
    await office.update(handle, finish(LABOR, builders.labor_finding(wage="9000.00"), "again"))

    after = await office.until(handle, lambda view: view.claimants[0].part_a != before.claimants[0].part_a)
    assert after.claimants[0].part_a > before.claimants[0].part_a
    assert {p.ref: p.state for p in after.proposals} == {"p1": "replaced"}
    assert after.phase is Phase.MEDIATION
    await office.live_to_the_end(handle)
    assessed = [e.at for e in await office.events(handle.id) if e.kind == "assessed"]
    assert len([at for at in assessed if at - assessed[0] < timedelta(days=6)]) == 2  # later ones for the late fee
    await office.verify(handle.id)


async def test_a_correction_still_awaited_when_mediation_ends_is_closed_with_it(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    view = await office.until(handle, lambda view: view.phase is Phase.MEDIATION)
    assert view.mediator is not None
    mediator = builders.mediator(view.mediator)
    await office.update(handle, ReturnTask(message_id="r", actor=mediator, task=LABOR, reason="工资有误", days=30))
    await office.update(handle, m.EndMediation(message_id="e", actor=mediator, reason="分歧过大"))
    closed = await office.live_to_the_end(handle)
    assert closed.outcome in Outcome
    view = await office.view(handle)
    assert {t.agency: t.state for t in view.tasks}[LABOR] == "skipped"
    assert view.tasks[0].finding is not None


OFFICERS = [
    {"id": "lab-head", "agency": "labor", "head": True},
    {"id": "lab-01", "agency": "labor"},
    {"id": "tax-head", "agency": "tax", "head": True},
]


async def test_with_a_directory_two_officers_sign_for_labour_and_an_agency_without_officers_is_seen_at_once(
    office: Office,
) -> None:
    directory = Path(office.tables) / "officers.yaml"
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.write_text(yaml.safe_dump({"officers": OFFICERS}), encoding="utf-8")
    try:
        handle = await office.start(builders.complaint())
        view = await office.until(handle, lambda view: view.waits.what == "inquiry-without-taker")
    finally:
        directory.unlink()
    assert view.waits.on == ("supervisor",)
    assert {t.agency: t.escalated_to for t in view.tasks}[MEDICAL] == "supervisor"
    await find_the_facts(office, handle)
    assert {t.agency: t.state for t in (await office.view(handle)).tasks}[LABOR] == "signed"
    await office.update(handle, CosignTask(message_id="s", actor=builders.officer(LABOR, "lab-01"), task=LABOR))
    assert (await office.until(handle, lambda view: view.phase is Phase.MEDIATION)).tasks
