"""Reopening a closed case: the first thing that a new case hears."""

from datetime import datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.closure.reopening import Reopen, Reopening, reopened_as
from domain.dialogue import Checked
from domain.refusal import must
from domain.words import Phase, Role


@accepts(Reopen, roles={Role.SUPERVISOR, Role.MEDIATOR, Role.INTAKE}, phases={Phase.INTAKE})
def reopen(case: CaseState, message: Reopen, now: datetime) -> Checked:
    must(case.complaint is None and case.reopening is None, "reopen.taken", "case")
    must(case.case == reopened_as(message.case), "reopen.name", "case", name=reopened_as(message.case))
    yield
    case.reopening = Reopening(
        of=message.case,
        ledger_head=message.ledger_head,
        ground=message.ground,
        reason=message.reason,
        by=message.actor,
        at_request_of=message.at_request_of,
        ask=message.ask,
    )
    case.note(
        "case_reopened",
        now,
        message.actor,
        message.message_id,
        of=message.case,
        head=message.ledger_head,
        ground=message.ground,
        reason=message.reason,
        at_request_of=message.at_request_of,
    )
