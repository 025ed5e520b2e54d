"""What a service is told of the case."""

from datetime import datetime

from domain.case.requests import Known
from domain.case.state import CaseState
from domain.inquiry.tasks import TaskState
from domain.procedure.deadlines import limitation_clocks


def jurisdiction(case: CaseState) -> str:
    """Whose rules the case is under."""
    assert case.complaint is not None
    return case.complaint.jurisdiction


def known(case: CaseState, now: datetime) -> Known:
    """What a service is told of the case. An inquiry that was skipped tells as little as one that lapsed."""
    assert case.complaint is not None and case.filed_at is not None
    unanswered = {TaskState.LAPSED, TaskState.SKIPPED}
    return Known(
        case=case.case,
        complaint=case.complaint,
        supplied=case.supplied,
        withdrawn=tuple(case.withdrawn),
        parted=tuple(case.parted),
        filed_on=case.received_on,
        today=case.day(now),
        findings=tuple(case.findings.values()),
        lapsed=tuple(t.agency for t in case.tasks.values() if t.state in unanswered and t.finding is None),
        decisions=tuple(case.decisions.values()),
        assessment=case.assessment,
        clocks=limitation_clocks.asked(case, case.day(now)),
    )
