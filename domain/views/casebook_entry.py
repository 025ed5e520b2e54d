"""What the casebook is told of a case: its new events, and the rows that people search."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from domain.case.casebook_rows import CasebookEntry, CaseRow, TaskRow
from domain.case.state import CaseState
from domain.inquiry.tasks import SUSPENDED
from domain.intake.complaint import Claimant, Respondent
from domain.views.case_view import group
from domain.views.waiting import waiting

P = TypeVar("P", Claimant, Respondent)


def casebook_entry(case: CaseState, up_to: int) -> CasebookEntry:
    """What the casebook has not been told yet up to an event, with the rows that people search."""
    waits, kinds = waiting(case), tuple(sorted({item.kind for item in case.items}))
    return CasebookEntry(
        events=tuple(event for event in case.unrecorded() if event.seq <= up_to),
        case=CaseRow(
            case=case.case,
            case_number=case.case_number,
            drill=case.drill,
            phase=case.phase,
            case_class=case.case_class,
            lane=case.lane,
            group=group(case),
            mediator=case.mediator,
            outcome=case.outcome,
            claimants=len(case.claimants),
            waits_on=waits.on[:20],
            waits_for=waits.what,
            waits_since=waits.since,
            waits_until=waits.until,
            blocked=case.blocked.code if case.blocked else None,
            blocked_since=case.blocked.since if case.blocked else None,
            seq=up_to,
        ),
        tasks=tuple(
            TaskRow(
                task=t.ref,
                agency=t.agency,
                state=SUSPENDED if case.suspension is not None and t.is_open else t.state,
                officer=t.officer,
                opened_at=t.opened_at,
                due_at=t.deadline.due_at,
                escalated=t.escalated,
                escalated_to=t.escalated_to,
                remind_at=t.remind_at,
                reminded=t.reminded,
                priority=t.priority,
                delegated_by=tuple(d.by for d in t.delegations),
                kinds=kinds,
                records_away_since=t.trouble.since if t.trouble is not None and t.is_open else None,
            )
            for t in case.tasks.values()
        ),
        joined=tuple(_news(case, case.complaint.claimants if case.complaint else (), up_to)),
        corrected=tuple(_news(case, case.complaint.respondents if case.complaint else (), up_to)),
    )


def _news(case: CaseState, people: Iterable[P], up_to: int) -> Iterator[P]:
    """Who joined or was corrected by an event that the casebook has not been told yet."""
    if case.joined and max(case.joined.values()) > case.recorded:
        for person in people:
            if case.recorded < case.joined.get(person.ref, 0) <= up_to:
                yield person
