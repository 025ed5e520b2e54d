"""Running cases in whatever phase a test needs, around the people whom the examples of messages name."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from domain.assessment.assessment import Assessment, OwedItem
from domain.assessment.prognosis import load_prognosis, prognose
from domain.assessment.reconcile import Decision, Discrepancy
from domain.base import CENTRE_ZONE
from domain.case.state import CaseState, Due, Mandate, Mediation, Payment, Proposal, ReplyItem, Settlement, Suspension
from domain.closure.ends import ReplySignature, ReplySigning, SignatureTerms
from domain.deadlines.deadline import Deadline, end_of
from domain.deadlines.term_table import terms
from domain.inquiry.tasks import Delegation, Desk, Task, TaskState, TimeAsked
from domain.ledger import Actor
from domain.mediation.session_messages import RecusalGround
from domain.mediation.sessions import Recusal, SessionState, Sittings, Talks
from domain.running_ledger import Blocked
from domain.settlement.confirmation import Confirmation, ConfirmationKind, ConfirmationState
from domain.settlement.instalments import Instalment
from domain.settlement.performance import PerformanceTerms, Rescheduling
from domain.settlement.signature import Signature, Signing, SigningWay
from domain.triage.classification import TriageFacts, load_table, triage
from domain.words import Agency, Lane, Outcome, Phase, Role, Room
from tests.builders import arrears_item, complaint, labor_finding

triage_table, prognosis_rules = cache(load_table), cache(load_prognosis)
"""Read once: a case of a test is made thousands of times."""
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=CENTRE_ZONE)
DAY = timedelta(days=1)
MEDIATOR = Actor(id="m-g19", role=Role.MEDIATOR)
OVERLAP = "d-overlapping-employers-c1-e2-2024-05"


def talks(ref: str = "s1", **changes: Any) -> Talks:
    """Talks with both sides in three days."""
    starts = NOW + 3 * DAY
    fields = {
        "kind": Room.ORDINARY,
        "called_at": NOW,
        "starts": starts,
        "ends": starts + timedelta(hours=1),
        "room": "room-1",
    }
    calls = {"invited": ("c1", "e1"), "state": SessionState.SCHEDULED, "reply_until": NOW + DAY}
    return Talks(**{"ref": ref} | fields | calls | changes)


def challenge(**changes: Any) -> Recusal:
    """The employer has challenged the mediator."""
    by = Actor(id="e1", role=Role.RESPONDENT)
    given = {"ref": "r1", "by": by, "mediator": "m-g19", "ground": RecusalGround.RELATIVE, "at": NOW}
    return Recusal(**given | changes)


def deadline(days: int, rule: str = "inquiry-fast") -> Deadline:
    """A deadline some days from today."""
    due = TODAY + days * DAY
    return Deadline(
        rule=rule,
        starts=TODAY,
        due=due,
        due_at=end_of(due),
        provisional=False,
        source="test",
        verified=True,
        row=terms().find(rule, "CN"),
    )


def case(phase: Phase, claimants: int = 1, **changes: Any) -> CaseState:
    """A case in a phase, with a complaint about one item of one employer."""
    facts = TriageFacts(claimants=claimants)
    return CaseState(
        **{
            "case": "dispute-t-1",
            "phase": phase,
            "phase_since": NOW,
            "complaint": complaint(claimants, items=(arrears_item(insurance=("pension", "medical")),)),
            "filed_at": NOW,
            "windows": ["window-1", "window-3"],
            "triage": triage(facts, triage_table()),
            "lane": Lane.FAST,
        }
        | changes
    )


def unfiled(**changes: Any) -> CaseState:
    """A case that waits for its complaint."""
    return CaseState(**{"case": "dispute-t-1", "phase_since": NOW} | changes)


def task(agency: Agency, **changes: Any) -> Task:
    """An inquiry due in seven days, reminded two days before, lapsing three days after."""
    due = deadline(7)
    return Task(
        **{
            "ref": agency.value,
            "agency": agency,
            "opened_at": NOW,
            "deadline": due,
            "remind_at": due.due_at - 2 * DAY,
            "lapse_at": due.due_at + 3 * DAY,
        }
        | changes
    )


def asked(*tasks: Task, **changes: Any) -> CaseState:
    """A case in fact-finding; every agency but the union is asked unless told otherwise."""
    given = tasks or tuple(task(agency) for agency in Agency if agency is not Agency.UNION)
    return case(Phase.FACT_FINDING, **{"tasks": {t.agency.value: t for t in given}} | changes)


def claimed(agency: Agency, by: str) -> Task:
    """An inquiry in an officer's hands."""
    return task(agency, state=TaskState.CLAIMED, officer=by)


def delegated(agency: Agency, by: str, to: str) -> Task:
    """An inquiry that one officer gave to another."""
    return task(agency, state=TaskState.CLAIMED, officer=to, delegations=[Delegation(by=by, reason="出差")])


def signed(agency: Agency, by: str) -> Task:
    """A labour finding that waits for its second officer."""
    desk = Desk(agency=agency, candidates=3, head="lab-head", signatures=2)
    return task(agency, state=TaskState.SIGNED, officer=by, signed=[by], unsigned=labor_finding(), desk=desk)


def done(agency: Agency, by: str) -> Task:
    """A labour inquiry that is done."""
    return task(agency, state=TaskState.DONE, officer=by, signed=[by], finding=labor_finding())


def to_be_signed() -> CaseState:
    """A case whose unified reply waits for the head of the labour bureau."""
    desk = Desk(agency=Agency.LABOR, candidates=2, head="lab-head")
    closing = case(Phase.CLOSURE, tasks={"labor": done(Agency.LABOR, "lab-01")}, desks={Agency.LABOR: desk})
    closing.outcome, end = Outcome.FAILED, deadline(3, "reply-signature")
    closing.reply = [ReplyItem(item="i1", claimant="c1", answer="unsettled", amount=Decimal("1.00"))]
    terms = SignatureTerms(deadline=end, remind_at=end.due_at - 2 * DAY, lapse_at=end.due_at + 2 * DAY)
    part = ReplySignature(head="lab-head")
    closing.ends.signing = ReplySigning(terms=terms, digest="0" * 64, parts={Agency.LABOR: part})
    return closing


def assessment(*contradictions: Discrepancy, **part_a: str) -> Assessment:
    """What is owed to whom on item i1, and what contradicts."""
    return Assessment(
        as_of=TODAY,
        owed=tuple(
            OwedItem(item="i1", claimant=ref, part_a=Decimal(amount), part_b=Decimal("0.00"))
            for ref, amount in part_a.items()
        ),
        employer_share=Decimal(0),
        employee_share=Decimal(0),
        late_fee=Decimal(0),
        discrepancies=contradictions,
        prognosis=prognose(TriageFacts(), prognosis_rules()),
    )


def contradiction(ref: str = OVERLAP) -> Discrepancy:
    """Two employers in the same months: for the joint meeting."""
    return Discrepancy(
        id=ref,
        kind="overlapping-employers",
        claimant="c1",
        employer="e2",
        months=1,
        first="labor",
        second="labor",
        resolver="joint-meeting",
    )


def judged(**changes: Any) -> CaseState:
    """A case whose joint meeting has one contradiction to decide."""
    return case(
        Phase.PROGNOSIS,
        **{"assessment": assessment(contradiction(), c1="8466.43"), "joint_meeting": deadline(14, "joint-meeting")}
        | changes,
    )


def instalment(ref: str = "n1", days: int = 53, **part_a: str) -> Instalment:
    """Part A, some days from today."""
    amounts = {claimant: Decimal(amount) for claimant, amount in (part_a or {"c1": "8466.43"}).items()}
    return Instalment(ref=ref, due=TODAY + days * DAY, part_a=amounts)


def proposal(ref: str = "p1", *instalments: Instalment, **changes: Any) -> Proposal:
    """Terms that the mediator put on the table, to be answered within five days."""
    return Proposal(
        **{
            "ref": ref,
            "by": MEDIATOR,
            "at": NOW,
            "expires_at": end_of(TODAY + 5 * DAY),
            "payer": "e1",
            "instalments": instalments or (instalment(),),
        }
        | changes
    )


def mediated(*proposals: Proposal, claimants: int = 1, **changes: Any) -> CaseState:
    """A case in mediation; each claimant is owed 8,466.43 yuan of part A."""
    open_proposals = {p.ref: p for p in proposals}
    return case(
        Phase.MEDIATION,
        claimants,
        **{
            "assessment": assessment(**{f"c{n}": "8466.43" for n in range(1, claimants + 1)}),
            "mediator": MEDIATOR.id,
            "mediation": Mediation(opened_at=NOW, deadline=deadline(15, "mediation-talks"), proposals=open_proposals),
        }
        | changes,
    )


def represented() -> CaseState:
    """Ten workers in mediation who elected c1, c2 and c3; terms for c1 and c2 are on the table."""
    return mediated(
        proposal("p1", instalment(c1="8466.43", c2="8466.43")),
        claimants=10,
        mandates={"mandate-1": Mandate(at=NOW, by=MEDIATOR, representatives=("c1", "c2", "c3"))},
        represented={f"c{n}": "mandate-1" for n in range(1, 11)},
    )


def due(one: Instalment, grace: int = 10) -> Due:
    """An instalment on its way: reminded three days before it is due, in default after the grace."""
    end = end_of(one.due)
    on = deadline((one.due - TODAY).days, "instalment")
    return Due(instalment=one, deadline=on, remind_at=end - 3 * DAY, default_at=end + grace * DAY)


def payment(receipt: str = "337116260100001234", amount: str = "4233.22", **changes: Any) -> Payment:
    """Money that the tax bureau confirmed today."""
    money = {"amount": Decimal(amount), "late_fee": Decimal("0.00")}
    return Payment(**{"receipt": receipt, "paid_on": TODAY} | money | changes)


def rescheduling(**changes: Any) -> Rescheduling:
    """A new schedule that the employer asked for."""
    asked = {"ref": "s1", "by": Actor(id="e1", role=Role.RESPONDENT), "at": NOW, "expires_at": end_of(TODAY + 5 * DAY)}
    terms = {"instalments": (instalment("s1-1", 80),), "reason": "货款延迟", "consents": {"e1": True}}
    return Rescheduling(**asked | terms | changes)


TERMS = PerformanceTerms(
    acceleration=True, acceleration_source="本中心规则", late_fee=Decimal("0.05"), late_fee_row="cn-late-fee"
)
"""As a settlement is performed today: everything due on default, 0.05 percent a day."""


def followed(one: Instalment) -> Due:
    """An instalment as a settlement of today follows it: reminded again after five days, enforced ten after grace."""
    plain = due(one)
    later = {"remind_again_at": plain.deadline.due_at + 5 * DAY, "enforce_at": plain.default_at + 10 * DAY}
    return plain.model_copy(update=later)


def settled(
    *dues: Due,
    claimants: int = 1,
    payments: Sequence[Payment] = (),
    reschedulings: Sequence[Rescheduling] = (),
    terms: PerformanceTerms | None = None,
    **changes: Any,
) -> CaseState:
    """A case whose settlement is being performed; without terms, as of before there were any."""
    agreed = Settlement(
        proposal="p1",
        payer="e1",
        claimants=tuple(f"c{n}" for n in range(1, claimants + 1)),
        agreed_on=TODAY,
        guarantee=None,
        dues=list(dues or [due(instalment())]),
        payments=list(payments),
        terms=terms,
        reschedulings=list(reschedulings),
    )
    return case(Phase.PERFORMANCE, claimants, **{"settlement": agreed} | changes)


def being_signed(before: CaseState | None = None) -> CaseState:
    """A settlement that is to be signed within fourteen days, by those whom the first proposal offers something."""
    case = before or mediated(proposal())
    assert case.mediation is not None
    terms = case.mediation.proposals["p1"]
    claimants = tuple(c for c in case.claimants if c in terms.claimants)
    until = deadline(14, "agreement-signing")
    return case.model_copy(
        update={
            "phase": Phase.PERFORMANCE,
            "settlement": Settlement(
                proposal="p1",
                payer="e1",
                claimants=claimants,
                agreed_on=TODAY,
                guarantee=None,
                dues=[due(one) for one in terms.instalments],
            ),
            "signing": Signing(deadline=until, remind_at=until.due_at - 6 * DAY),
        }
    )


def confirmable(**asked: datetime) -> CaseState:
    """A settlement of 1,000 yuan of part B that can be confirmed for thirty days, and who has asked for it."""
    kind = ConfirmationKind.JUDICIAL
    until = deadline(30, kind)
    state = ConfirmationState.REQUESTED if {"c1", "e1"} <= asked.keys() else ConfirmationState.OPEN
    one = Confirmation(kind=kind, deadline=until, remind_at=until.due_at - 8 * DAY, asked=asked, state=state)
    b = instalment().model_copy(update={"part_b": {"c1": Decimal("1000.00")}})
    return settled(due(b), mediator=MEDIATOR.id, confirmations={kind: one})


def to_be_sealed() -> CaseState:
    """A settlement that payer and claimant have signed."""
    case = being_signed()
    assert case.signing is not None
    both = ("c1", "e1")
    by = Actor(id="m-g19", role=Role.MEDIATOR)
    case.signing.signatures.append(Signature(parties=both, how=SigningWay.IN_PERSON, signed_on=TODAY, at=NOW, by=by))
    case.signing.signed.update(dict.fromkeys(both, 0))
    return case


def ready_for(message: str) -> CaseState:
    """A case that the example of a message fits."""
    standing_still = Suspension(since=NOW - DAY, until=NOW + 30 * DAY, reason="等待")
    stuck = Blocked(step="triage", code="parameters.missing", params={}, since=NOW, tries=1, retry_at=NOW + DAY)
    match message:
        case "file_complaint":
            return unfiled()
        case "sign_reply":
            return to_be_signed()
        case "split":
            return asked(complaint=complaint(2), case_number="RZ-2026-000001")
        case "merge":
            return asked(case_number="RZ-2026-000001")
        case "take_over":
            return unfiled()
        case "reopen":
            return unfiled(case="dispute-t-1-r1")
        case "supply_material":
            return case(
                Phase.INTAKE, complaint=complaint(items=()), missing=("claim-items",), material_deadline=deadline(7)
            )
        case "sign" | "refuse_to_sign":
            return being_signed()
        case "seal_agreement":
            return to_be_sealed()
        case "sign_for":
            return being_signed(represented())
        case "request_confirmation":
            return confirmable()
        case "record_confirmation_result":
            return confirmable(c1=NOW, e1=NOW)
        case "issue_paper":
            return asked(case_number="RZ-2026-000001")
        case "release_task" | "delegate_task" | "relieve_officer" | "transfer_task" | "ask_for_time":
            return asked(claimed(Agency.TAX, "tax-01"))
        case "revoke_delegation":
            return asked(delegated(Agency.TAX, "tax-01", "tax-02"))
        case "refuse_time":
            wanted = TimeAsked(by="tax-01", days=5, reason="等待", at=NOW)
            return asked(task(Agency.TAX, state=TaskState.CLAIMED, officer="tax-01", asked=wanted))
        case "cosign_task":
            return asked(signed(Agency.LABOR, "lab-01"))
        case "return_task":
            return mediated(tasks={"labor": done(Agency.LABOR, "lab-01")})
        case "claim_task" | "skip_task" | "extend_task" | "complete_task" | "reclassify" | "reassign" | "refer":
            return asked()
        case "decide_discrepancy":
            return judged()
        case "correct_decision":
            first = Decision(discrepancy=OVERLAP, holds="first", decided_by="sup-01", reason="合同")
            return judged(decisions={OVERLAP: first})
        case "cancel_session" | "answer_invitation":
            return mediated(sittings=Sittings(talks=[talks()]))
        case "decide_recusal":
            return mediated(sittings=Sittings(recusals=[challenge()]))
        case "schedule_session" | "ask_recusal" | "note_caucus":
            return mediated()
        case "hold_session" | "propose" | "extend_mediation" | "end_mediation":
            return mediated()
        case "elect_representatives":
            return mediated(claimants=10)
        case "leave_representation" | "answer_for":
            return represented()
        case "answer" | "withdraw_proposal" | "counter":
            return mediated(proposal())
        case "confirm_payment" | "reschedule":
            return settled()
        case "confirm_receipt":
            return settled(due(instalment().model_copy(update={"part_b": {"c1": Decimal("2000.00")}})))
        case "return_surplus":
            return settled(payments=[payment(amount="4333.22", surplus=Decimal("100.00"))])
        case "correct_payment" | "reverse_payment":
            return settled(payments=[payment()])
        case "answer_rescheduling":
            return settled(reschedulings=[rescheduling()])
        case "issue_paper":
            return asked(*(task(agency) for agency in (Agency.LABOR, Agency.TAX)))
        case "resume":
            return asked(suspension=standing_still)
        case "retry":
            return case(Phase.TRIAGE, blocks={stuck.step: stuck})
        case "advance_clock":
            return asked(drill=True)
        case _:
            return asked(task(Agency.LABOR, draft=labor_finding(), records="read"))
