"""What the casebook is told of a case: its new events, and the rows that people search."""

from domain.case import CaseState
from domain.projection import CasebookEntry, CaseRow, TaskRow
from domain.view import group
from domain.waiting import waiting


def casebook_entry(case: CaseState, up_to: int) -> CasebookEntry:
    """What the casebook has not been told yet up to an event, with the rows that people search."""
    waits = waiting(case)
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
            seq=up_to,
        ),
        tasks=tuple(
            TaskRow(
                task=t.ref,
                agency=t.agency,
                state=t.state,
                officer=t.officer,
                opened_at=t.opened_at,
                due_at=t.deadline.due_at,
                escalated=t.escalated,
            )
            for t in case.tasks.values()
        ),
    )
