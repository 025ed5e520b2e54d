"""Workers part from a case: some for a case of their own, or everybody for another case against the same employer."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from domain.assessment.limitation import ClockAsked
from domain.base import Ref
from domain.case.portion import Arrived, Passage, Portion, TakeOver
from domain.case.protocol import accepts
from domain.case.state import CaseState, LimitationNoted, Settlement
from domain.closure.reopening import Paid
from domain.collective.parting import How, Kin, Leaving, Merge, Split
from domain.dialogue import Checked
from domain.inquiry.cutting import cut, renamed, together
from domain.inquiry.tasks import TaskState
from domain.intake.complaint import MAX_CLAIMANTS
from domain.intake.joining import Brought, brought
from domain.procedure.collective.effects import may_join, take_in
from domain.procedure.deadlines import limitation_clocks
from domain.procedure.direction.effects import BEFORE_PERFORMANCE
from domain.procedure.intake.reopened import still_counting
from domain.procedure.mediation.opening import agreed
from domain.refusal import LEADING, Problem, must, refusal
from domain.words import Agency, Outcome, Phase, Role

_LEADING = {Role.SUPERVISOR, Role.MEDIATOR}
NOT_THERE: Final[Problem] = refusal("merge.no_such_case", "into").problems[0]
"""Why nobody arrives at a case that is not there, or has ended."""


@accepts(Split, roles=_LEADING, phases=BEFORE_PERFORMANCE | {Phase.PERFORMANCE})
def split(case: CaseState, message: Split, now: datetime) -> Checked:
    must(case.case_number is not None and case.ending is None, "split.not_registered", "name")
    going = set(message.claimants)
    must(going <= case.claimants, "party.unknown", "claimants", refs=", ".join(sorted(going - case.claimants)[:20]))
    bound = going & _bound(case)
    must(not bound, "split.bound", "claimants", refs=", ".join(sorted(bound)[:20]))
    must(going < case.claimants, "split.everybody", "claimants")
    yield
    new = f"{case.case}-s{len(case.kin) + len(case.leaving) + 1}"
    event = case.note(
        "claimants_split",
        now,
        message.actor,
        message.message_id,
        claimants=list(message.claimants),
        case=new,
        reason=message.reason,
    )
    case.parted.update(dict.fromkeys(message.claimants, new))
    case.withdrawn.update(dict.fromkeys(message.claimants, message.reason))
    _leave(case, "split", new, tuple(message.claimants), message, event.seq)


def _bound(case: CaseState) -> set[Ref]:
    """Whom a settlement binds, or terms that were accepted and are about to be one."""
    settlement: Settlement | None = case.settlement
    if settlement is not None:
        return set(settlement.claimants)
    proposal = agreed(case)
    return {ref for ref, answer in proposal.answers.items() if answer.accept} if proposal else set()


@accepts(Merge, roles=LEADING, phases=BEFORE_PERFORMANCE)
def merge(case: CaseState, message: Merge, now: datetime) -> Checked:
    must(case.case_number is not None and case.ending is None, "split.not_registered", "name")
    must(message.into not in (case.case, case.case_number), "merge.itself", "into")
    must(agreed(case) is None, "merge.settled", "name")
    must(not case.leaving, "merge.under_way", "name")
    yield
    event = case.note("merge_asked", now, message.actor, message.message_id, to=message.into, reason=message.reason)
    _leave(case, "merged", message.into, tuple(case.claimants), message, event.seq)


def _leave(case: CaseState, how: How, to: Ref, claimants: tuple[Ref, ...], message: Split | Merge, length: int) -> None:
    case.leaving.append(
        Leaving(
            how=how,
            to=to,
            claimants=claimants,
            reason=message.reason,
            by=message.actor,
            message_id=f"{how}-{case.case}-{length}",
            head=case.head,
            length=length,
        )
    )


def passage(case: CaseState, now: datetime) -> Passage:
    """The first of those who are on their way, with what goes over with them."""
    one = case.leaving[0]
    assert case.complaint is not None and case.case_number is not None and case.filed_at is not None
    going = frozenset(one.claimants)
    items = [item for item in case.items if item.claimant is None or item.claimant in going]
    kept = {item.ref for item in items}
    discrepancies = {d.id: d.claimant for d in case.assessment.discrepancies} if case.assessment else {}
    portion = Portion(
        how=one.how,
        of=case.case,
        case_number=case.case_number,
        ledger_head=one.head,
        ledger_length=one.length,
        reason=one.reason,
        drill=case.drill,
        clock_offset=case.clock_offset,
        filed_at=case.filed_at,
        complaint=case.complaint.model_copy(
            update={
                "claimants": tuple(c for c in case.complaint.claimants if c.ref in going),
                "items": tuple(items),
            }
        ),
        windows=tuple(case.windows),
        clocks=tuple(clock for clock in limitation_clocks.asked(case, case.day(now)) if clock.item in kept),
        findings=tuple(finding if one.how == "merged" else cut(finding, going) for finding in case.findings.values()),
        decisions=tuple(
            decision for ref, decision in case.decisions.items() if discrepancies.get(ref) in (None, *going)
        ),
        paid=tuple(paid for paid in case.paid_before if paid.claimant in going),
    )
    return Passage(to=one.to, message_id=one.message_id, portion=portion)


def arrived(case: CaseState, answer: Arrived, now: datetime) -> None:
    """They are there, or the other case does not take them: then nothing has changed."""
    one = case.leaving.pop(0)
    if answer.refused is not None:
        case.note("merge_refused", now, one.by, to=one.to, problems=[answer.refused.model_dump(mode="json")])
        return
    case.kin.append(
        Kin(
            how=one.how,
            direction="to",
            case=answer.case,
            case_number=answer.case_number,
            claimants=len(one.claimants),
            at=now,
        )
    )
    told: dict[str, Any] = {"case": answer.case, "number": answer.case_number, "claimants": list(one.claimants)}
    if one.how == "split":
        case.note("split_done", now, one.by, **told)
    else:
        case.note("merged_into", now, one.by, **told)
        case.ending = Outcome.MERGED


@accepts(TakeOver, roles={Role.SYSTEM}, phases=BEFORE_PERFORMANCE)
def take_over(case: CaseState, message: TakeOver, now: datetime) -> Checked:
    portion = message.portion
    if case.complaint is None:
        yield
        _begin_with(case, message, now)
        return
    new = brought(case.complaint, case.items, portion.complaint)
    must(case.drill == portion.drill, "merge.drill", "portion.drill")
    must(_same_employer(case, portion), "merge.other_employer", "portion.complaint")
    must(may_join(case) and case.receipt is not None, "join.settled", "portion.complaint")
    gone = case.withdrawn.keys() & new.known
    must(not gone, "join.withdrawn", "portion.complaint", refs=", ".join(sorted(gone)[:20]))
    fits = len(case.complaint.claimants) + len(new.claimants) <= MAX_CLAIMANTS
    must(fits, "join.too_many", "portion.complaint", most=MAX_CLAIMANTS)
    yield
    _note(case, portion, message, now)
    _take_findings(case, portion, new, now)
    case.limitation += _limitation(portion.clocks, new)
    case.paid_before += _paid(portion, new)
    case.windows += [window for window in portion.windows if window not in case.windows]
    if not new.nothing:
        take_in(case, new, message, now)


def _same_employer(case: CaseState, portion: Portion) -> bool:
    assert case.complaint is not None
    ours, theirs = case.complaint.employer, portion.complaint.employer
    return theirs.is_also(ours.name, ours.credit_code, *ours.former_names)


def _begin_with(case: CaseState, message: TakeOver, now: datetime) -> None:
    """A case of their own: it goes on where the other stands, and a drill's clock with it."""
    portion = message.portion
    case.drill, case.clock_offset = portion.drill, portion.clock_offset
    now += portion.clock_offset
    case.phase_since = now
    case.complaint = portion.complaint.model_copy(update={"complaint_id": case.case})
    case.filed_at, case.windows = portion.filed_at, list(portion.windows)
    case.limitation = [
        LimitationNoted(item=clock.item, event=event) for clock in portion.clocks for event in clock.events
    ]
    case.decisions = {decision.discrepancy: decision for decision in portion.decisions}
    case.kept = {finding.agency: finding for finding in portion.findings}
    case.paid_before = still_counting(portion.paid, case.kept)
    _note(case, portion, message, now)


def _note(case: CaseState, portion: Portion, message: TakeOver, now: datetime) -> None:
    case.kin.append(
        Kin(
            how=portion.how,
            direction="from",
            case=portion.of,
            case_number=portion.case_number,
            ledger_head=portion.ledger_head,
            claimants=len(portion.complaint.claimants),
            at=now,
        )
    )
    told: dict[str, Any] = {
        "case": portion.of,
        "number": portion.case_number,
        "head": portion.ledger_head,
        "events": portion.ledger_length,
        "workers": len(portion.complaint.claimants),
        "kept": [str(finding.agency) for finding in portion.findings],
        "reason": portion.reason,
    }
    if portion.how == "split":
        case.note("split_from", now, message.actor, message.message_id, **told)
    else:
        case.note("merged_from", now, message.actor, message.message_id, **told)


def _take_findings(case: CaseState, portion: Portion, new: Brought, now: datetime) -> None:
    """What the agencies found of those who come, beside what they found of those who are here."""
    for finding in portion.findings:
        task = next((t for t in case.tasks.values() if t.agency is finding.agency), None)
        if task is not None and task.state is TaskState.DONE and task.finding is not None:
            task.finding = together(task.finding, renamed(finding, new.refs))
            case.note("finding_kept", now, task=task.ref)


def _limitation(clocks: Collection[ClockAsked], new: Brought) -> list[LimitationNoted]:
    return [
        LimitationNoted(item=item, event=event)
        for clock in clocks
        for item in new.items_of.get(clock.item, ())
        for event in clock.events
    ]


def _paid(portion: Portion, new: Brought) -> tuple[Paid, ...]:
    held: Collection[Agency] = {finding.agency for finding in portion.findings}
    return tuple(
        one.model_copy(update={"claimant": new.refs.get(one.claimant, one.claimant)})
        for one in still_counting(portion.paid, held)
    )
