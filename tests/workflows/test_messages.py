"""What messages do to a running case, and what they can't do."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.case import messages as m
from domain.case.receipts import Decision
from domain.deadlines.calendar import Calendar
from domain.inquiry.findings import LaborFinding
from domain.words import Agency, CaseClass, Language, Outcome, Phase, ReferralTarget, Role
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Handle, Office
from texts.sentences import day

LABOR, TAX, MEDICAL = Agency.LABOR, Agency.TAX, Agency.MEDICAL_INSURANCE


async def find_the_facts(office: Office, handle: Handle, claimants: int = 1) -> None:
    """Every agency submits its finding."""
    findings = {
        LABOR: builders.labor_finding(claimants),
        MEDICAL: builders.medical_finding(),
        TAX: builders.tax_finding(),
    }
    for agency, finding in findings.items():
        done = m.CompleteTask(message_id=f"done-{agency}", actor=builders.officer(agency), task=agency, finding=finding)
        await office.update(handle, done)


async def settle(office: Office, handle: Handle, accepting: tuple[str, ...] = ("c1",), instalments: int = 1) -> Decimal:
    """Terms for everybody are put on the table; some accept, the others reject, the employer accepts."""
    view = await office.view(handle)
    assert view.mediator is not None
    owed = {c.ref: c.part_a for c in view.claimants}
    first = day(view.now) + timedelta(days=40)
    parts = [
        {
            ref: (yuan / instalments).quantize(Decimal("0.01"))
            if n
            else yuan - (instalments - 1) * (yuan / instalments).quantize(Decimal("0.01"))
            for ref, yuan in owed.items()
        }
        for n in range(instalments)
    ]
    proposal = m.Propose(
        message_id="propose",
        actor=builders.mediator(view.mediator),
        proposal="p1",
        payer="e1",
        instalments=tuple(
            builders.instalment(f"n{n}", first + timedelta(days=30 * n), **part) for n, part in enumerate(parts)
        ),
    )
    await office.update(handle, proposal)
    for ref in [*owed, "e1"]:
        role = Role.RESPONDENT if ref == "e1" else Role.CLAIMANT
        said = m.Answer(
            message_id=f"answer-{ref}",
            actor=builders.party(ref, role),
            proposal="p1",
            party=ref,
            accept=ref in (*accepting, "e1"),
        )
        await office.update(handle, said)
    await office.sign(handle)
    return sum((owed[ref] for ref in accepting), Decimal(0))


def comment(message_id: str, text: str = "注意") -> m.Comment:
    return m.Comment(message_id=message_id, actor=builders.SUPERVISOR, text=text)


async def test_the_same_message_twice_acts_once(office: Office) -> None:
    handle = await office.start(builders.complaint())

    first = await office.update(handle, comment("once"))
    second = await office.update(handle, comment("once"))
    await handle.signal("comment", comment("once"))

    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.seq == second.seq
    lines = (await office.timeline(handle)).events
    assert [event.kind for event in lines].count("commented") == 1


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("claim_task", {"message_id": "x", "actor": {"id": "o", "role": "officer", "agency": "tax"}}, "task"),
        ("no_such_thing", {"message_id": "x"}, "name"),
        ("comment", "just text", "(message)"),
        ("comment", None, "(message)"),
        ("comment", {"message_id": "x", "actor": {"id": "s", "role": "supervisor"}, "text": "a", "b": 1}, "b"),
    ],
)
async def test_a_bad_signal_is_put_on_the_timeline_as_rejected(
    office: Office, name: str, body: object, field: str
) -> None:
    handle = await office.start(builders.complaint())

    await office.say(handle, "signal", name, body)

    assert field in json.dumps((await office.noted(handle, "message_rejected")).facts)


@pytest.mark.parametrize(("count"), [0, 2])
async def test_a_signal_with_no_or_too_many_payloads_harms_nothing(office: Office, count: int) -> None:
    handle = await office.start(builders.complaint())

    await handle.signal("comment", args=[comment("x")] * count)

    assert await office.noted(handle, "message_rejected")
    assert (await office.view(handle)).phase is Phase.FACT_FINDING


async def test_a_refusal_names_the_field_in_the_senders_language_and_never_repeats_the_value(office: Office) -> None:
    handle = await office.start(builders.complaint())
    secret = "370000199001011234"
    body = {
        "message_id": "x",
        "actor": builders.officer(LABOR).model_dump(),
        "task": {"number": secret},
        "language": "en",
    }

    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update("claim_task", body)

    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == "Refused"
    assert "task: must be text" in str(refused.value.cause)
    assert secret not in str(refused.value.cause) + repr(refused.value.cause.details)


async def test_one_agency_cannot_do_anothers_task(office: Office) -> None:
    handle = await office.start(builders.complaint())
    message = m.CompleteTask(message_id="x", actor=builders.officer(TAX), task=LABOR, finding=LaborFinding())

    with pytest.raises(WorkflowUpdateFailedError):
        await office.update(handle, message)

    await handle.signal("complete_task", message)
    view = await office.view(handle)
    assert all(task.state == "offered" for task in view.tasks)


async def test_an_agencys_own_records_prefill_the_draft(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await office.until(handle, lambda view: bool(view.tasks) and all(task.records == "read" for task in view.tasks))
    officer = builders.officer(TAX)
    await office.update(handle, m.CompleteTask(message_id="x", actor=officer, task=TAX, accept_draft=True))

    assert next(t for t in (await office.view(handle)).tasks if t.agency is TAX).state == "done"


async def test_premiums_cannot_be_bargained_away_by_one_fen(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    view = await office.view(handle)
    assert view.mediator
    short = view.claimants[0].part_a - Decimal("0.01")
    terms = m.Propose(
        message_id="p",
        actor=builders.mediator(view.mediator),
        proposal="p1",
        payer="e1",
        instalments=(builders.instalment("n1", day(view.now), c1=short),),
    )

    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await office.update(handle, terms)

    assert "社会保险费征缴暂行条例第十二条" in str(refused.value.cause)


async def test_a_late_instalment_is_reminded_and_may_be_paid_within_its_grace(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    owed = await settle(office, handle)

    await office.advance(handle, 45)
    assert (await office.view(handle)).waits.what == "overdue-instalment"
    late = await office.view(handle)
    assert late.settlement is not None and late.settlement.late_fee_owed
    taxman, today, fee = builders.officer(TAX), day(late.now), late.settlement.late_fee_owed
    paid = m.ConfirmPayment(message_id="r1", actor=taxman, receipt="r1", paid_on=today, amount=owed)
    await office.update(handle, paid)
    waits = (await office.view(handle)).waits
    assert (waits.what, waits.on) == ("late-fee", ("e1",))
    charged = m.ConfirmPayment(
        message_id="r2", actor=taxman, receipt="r2", paid_on=today, amount=Decimal("0.00"), late_fee=fee
    )
    await office.update(handle, charged)

    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.PERFORMED
    kinds = [e.kind for e in await office.events(handle.id)]
    assert {"instalment_reminded", "instalment_overdue"} <= set(kinds)
    assert "instalment_defaulted" not in kinds


async def test_a_late_instalment_past_grace_brings_enforcement_back(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    await settle(office, handle)

    closed = await office.live_to_the_end(handle)

    assert closed.outcome is Outcome.BREACHED
    view = await office.view(handle)
    assert [r.target for r in view.referrals] == [ReferralTarget.ENFORCEMENT]


async def test_a_receipt_counts_once_and_a_part_payment_leaves_the_rest_open(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    owed = await settle(office, handle, instalments=2)
    today = day((await office.view(handle)).now)

    def pay(message_id: str, receipt: str, amount: Decimal) -> m.ConfirmPayment:
        return m.ConfirmPayment(
            message_id=message_id, actor=builders.officer(TAX), receipt=receipt, paid_on=today, amount=amount
        )

    await office.update(handle, pay("1", "r1", Decimal("100.00")))
    with pytest.raises(WorkflowUpdateFailedError):
        await office.update(handle, pay("2", "r1", Decimal("100.00")))
    settlement = (await office.view(handle)).settlement
    assert settlement is not None
    assert settlement.paid == Decimal("100.00")
    await office.update(handle, pay("3", "r2", owed - Decimal("100.00")))

    assert (await office.live_to_the_end(handle)).outcome is Outcome.PERFORMED


async def test_those_who_reject_are_referred_and_those_who_accept_are_paid(office: Office) -> None:
    handle = await office.start(builders.complaint(claimants=3))
    await find_the_facts(office, handle, claimants=3)
    owed = await settle(office, handle, accepting=("c1", "c3"))
    today = day((await office.view(handle)).now)
    paid = m.ConfirmPayment(message_id="r", actor=builders.officer(TAX), receipt="r", paid_on=today, amount=owed)
    await office.update(handle, paid)

    closed = await office.live_to_the_end(handle)

    assert closed.outcome is Outcome.PARTLY_PERFORMED
    answers = {r.claimant: r.answer for r in (await office.view(handle)).reply}
    assert answers == {"c1": "paid", "c2": "unsettled", "c3": "paid"}


async def test_a_suspended_case_stands_still_and_its_deadlines_move(office: Office) -> None:
    handle = await office.start(builders.complaint())
    opened = await office.until(handle, lambda view: len(view.tasks) == 3)
    before = {t.ref: t.due for t in opened.tasks}
    today = day(opened.now)
    suspend = m.Suspend(message_id="s", actor=builders.SUPERVISOR, until=today + timedelta(days=60), reason="另案")
    await office.update(handle, suspend)

    await office.advance(handle, 30)
    assert (await office.view(handle)).waits.what == "resumption"
    await office.update(handle, m.Resume(message_id="r", actor=builders.SUPERVISOR))

    after = {t.ref: t.due for t in (await office.view(handle)).tasks}
    workdays = Calendar()
    assert after == {ref: workdays.next_working_day(due + timedelta(days=30)) for ref, due in before.items()}
    assert not any(t.escalated for t in (await office.view(handle)).tasks)


async def test_a_suspension_ends_by_itself(office: Office) -> None:
    handle = await office.start(builders.complaint())
    today = day((await office.view(handle)).now)
    suspend = m.Suspend(message_id="s", actor=builders.SUPERVISOR, until=today + timedelta(days=9), reason="另案")
    await office.update(handle, suspend)

    await office.advance(handle, 10)

    assert (await office.view(handle)).waits.what == "inquiry"


async def test_when_everybody_withdraws_the_case_ends_and_premiums_are_still_collected(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)

    await office.update(handle, m.Withdraw(message_id="w", actor=builders.SUPERVISOR, reason="已协商"))

    assert (await office.live_to_the_end(handle)).outcome is Outcome.WITHDRAWN
    reply = (await office.view(handle)).reply
    assert [(r.answer, r.referred_to) for r in reply] == [("withdrawn-collected", ReferralTarget.ENFORCEMENT)]


async def test_when_every_item_is_referred_the_case_ends(office: Office) -> None:
    handle = await office.start(builders.complaint())
    refer = m.Refer(
        message_id="r", actor=builders.SUPERVISOR, item="i1", target=ReferralTarget.ARBITRATION, reason="先裁"
    )

    await office.update(handle, refer)

    assert (await office.live_to_the_end(handle)).outcome is Outcome.REFERRED


async def test_the_supervisor_puts_a_case_in_another_class_and_hands_a_task_on(office: Office) -> None:
    handle = await office.start(builders.complaint())
    reclassify = m.Reclassify(
        message_id="c", actor=builders.SUPERVISOR, case_class=CaseClass.COMPLEX, reason="另有单位"
    )
    await office.update(handle, reclassify)
    await office.update(
        handle, m.Reassign(message_id="t", actor=builders.SUPERVISOR, task=TAX, to="tax-09", reason="休假")
    )

    view = await office.view(handle)
    assert (view.case_class, view.group) == (CaseClass.COMPLEX, "complex-group")
    assert next(t for t in view.tasks if t.agency is TAX).officer == "tax-09"
    await find_the_facts_as(office, handle, "tax-09")
    mediator = (await office.view(handle)).mediator
    assert mediator is not None
    assert mediator.startswith("m-c")


async def find_the_facts_as(office: Office, handle: Handle, taxman: str) -> None:
    for agency, finding in (
        (LABOR, builders.labor_finding()),
        (MEDICAL, builders.medical_finding()),
        (TAX, builders.tax_finding()),
    ):
        actor = builders.officer(agency, taxman if agency is TAX else "o1")
        await office.update(handle, m.CompleteTask(message_id=f"d-{agency}", actor=actor, task=agency, finding=finding))


async def test_mediation_goes_on_beyond_fifteen_days_only_by_consent_of_both_sides(office: Office) -> None:
    handle = await office.start(builders.complaint())
    await find_the_facts(office, handle)
    due = (await office.view(handle)).mediation_due
    assert due is not None
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        consent = m.ExtendMediation(message_id=f"x-{ref}", actor=builders.party(ref, role), parties=(ref,), days=10)
        await office.update(handle, consent)
        if ref == "c1":
            assert (await office.view(handle)).mediation_due == due

    longer = Calendar.load().next_working_day(due + timedelta(days=10))
    await office.until(handle, lambda view: view.mediation_due == longer)


async def test_missing_items_are_asked_for_and_can_be_supplied(office: Office) -> None:
    handle, receipt = await office.file(builders.complaint(items=()))
    assert receipt.decision is Decision.NEEDS_MATERIAL
    assert receipt.supply_until is not None
    supply = m.SupplyMaterial(message_id="s", actor=builders.INTAKE, items=(builders.arrears_item(),))

    await office.update(handle, supply)

    assert (await office.view(handle)).phase is Phase.FACT_FINDING


async def test_missing_items_that_never_come_end_the_case(office: Office) -> None:
    handle, _ = await office.file(builders.complaint(items=()))

    assert (await office.live_to_the_end(handle)).outcome is Outcome.NOT_ACCEPTED


async def test_what_belongs_elsewhere_is_refused_with_a_referral_and_kept(office: Office) -> None:
    handle, receipt = await office.file(builders.complaint(jurisdiction="CN-99"))

    assert receipt.decision is Decision.REFUSED
    assert receipt.refer_to is ReferralTarget.OTHER_CENTRE
    assert receipt.case_number
    assert (await office.live_to_the_end(handle)).outcome is Outcome.NOT_ACCEPTED


async def test_the_same_complaint_at_several_windows_at_once_is_one_case(office: Office) -> None:
    complaint = builders.complaint(claimants=2)
    windows = [complaint.model_copy(update={"complaint_id": f"{complaint.complaint_id}-w{n}"}) for n in range(8)]

    filed = await asyncio.gather(*(office.file(window) for window in windows))

    receipts = [receipt for _, receipt in filed]
    assert [r.decision for r in receipts].count(Decision.ACCEPTED) == 1
    assert len({r.case_number for r in receipts}) == 1
    kept = office.client.get_workflow_handle(receipts[0].case)
    await office.until(kept, lambda view: len(view.linked) == 7)


async def test_the_same_complaint_filed_twice_at_one_window_gets_the_same_receipt(office: Office) -> None:
    complaint = builders.complaint()

    (first, one), (second, two) = await office.file(complaint), await office.file(complaint)

    assert first.id == second.id
    assert one == two


async def test_a_missing_parameter_blocks_the_case_visibly_until_it_is_loaded(office: Office) -> None:
    item = builders.arrears_item(first_month="2023-01", last_month="2023-01")
    handle = await office.start(builders.complaint(jurisdiction="CN-37", items=(item,)))
    labor = LaborFinding.model_validate(
        {
            "employments": [
                {
                    "claimant": "c1",
                    "employer": "e1",
                    "first_month": "2023-01",
                    "last_month": "2023-01",
                    "monthly_wage": "5000.00",
                }
            ]
        }
    )
    for agency, finding in ((LABOR, labor), (MEDICAL, builders.medical_finding()), (TAX, builders.tax_finding())):
        await office.update(
            handle,
            m.CompleteTask(message_id=f"d-{agency}", actor=builders.officer(agency), task=agency, finding=finding),
        )
    view = await office.until(handle, lambda view: view.blocked is not None)
    assert view.blocked is not None
    assert view.blocked.code == "parameters.missing"
    assert "base-floor (" in view.blocked.params["rows"]

    folder = office.tables / "parameters"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shandong-2023.yaml").write_text(
        "jurisdiction: CN-37\nrows:\n"
        + "".join(
            f"  - {{id: {name}-2023, name: {name}, value: {value}, unit: yuan, "
            "since: 2023-01-01, until: 2023-12-31, source: test, verified: true}\n"
            for name, value in (("base-floor", 4000), ("base-cap", 20000))
        )
    )
    await office.update(handle, m.Retry(message_id="again", actor=builders.SUPERVISOR))

    await office.until(handle, lambda view: view.phase is Phase.MEDIATION)


async def test_a_case_with_very_many_messages_goes_on_in_a_new_run(office: Office) -> None:
    handle = await office.start(builders.complaint())
    first_run = (await handle.describe()).run_id

    for batch in range(11):
        await asyncio.gather(*(handle.signal("comment", comment(f"m-{batch}-{n}")) for n in range(100)))
    same_case = office.client.get_workflow_handle(handle.id)

    await office.until(same_case, lambda view: view.ledger_length > 1100)
    await seen(same_case.describe, lambda now: now.run_id != first_run)
    assert (await office.update(same_case, comment("m-0-0"))).duplicate
    await office.live_to_the_end(same_case)
    events = await office.events(handle.id)
    assert sum(1 for e in events if e.kind == "commented") == 1100
    assert await office.verify(handle.id)


async def test_sentences_of_the_timeline_are_in_the_readers_language(office: Office) -> None:
    handle = await office.start(builders.complaint())

    english = await office.timeline(handle, Language.ENGLISH)
    chinese = await office.timeline(handle, Language.CHINESE)

    assert "Registered as" in " ".join(english.lines)
    assert "立案" in " ".join(chinese.lines)
