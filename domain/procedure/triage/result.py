"""The triage as it comes to the case."""

from datetime import datetime

from domain.case.state import CaseState
from domain.triage.classification import Triage


def take_triage(case: CaseState, triage: Triage, now: datetime) -> None:
    """The triage, and why."""
    before = case.case_class
    case.triage = triage
    if case.reclassified is None:
        case.lane = triage.lane
    case.note(
        "triaged",
        now,
        case_class=triage.case_class,
        lane=triage.lane,
        group=triage.group,
        priority=triage.priority,
        rules=[rule.rule for rule in triage.fired],
        before=before,
    )
