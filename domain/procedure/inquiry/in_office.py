"""Whom a message puts an inquiry, or the case, into the hands of: they must be in the centre's directory and there."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from domain.base import Ref
from domain.case.state import CaseState
from domain.direction.messages import Reassign
from domain.inquiry.messages import ClaimTask, DelegateTask, RelieveOfficer
from domain.message import Message
from domain.refusal import must
from domain.words import Agency

InOffice = Callable[[Agency | None, Ref, date | None], bool]
"""Whether somebody of an agency, or of the mediators (None), holds office, and is there on a day where one is named."""


def must_be_in_office(case: CaseState, message: Message, now: datetime, in_office: InOffice) -> None:
    """Raises Refused for the first of those whom a message names that is not in office."""
    for field, agency, who in _named(case, message):
        on = None if isinstance(message, ClaimTask) else case.day(now)
        must(in_office(agency, who, on), "officer.not_in_office", field, officer=who, agency=agency)


def _named(case: CaseState, message: Message) -> Iterator[tuple[str, Agency | None, Ref]]:
    match message:
        case ClaimTask():
            yield "actor.id", message.actor.agency, message.actor.id
        case DelegateTask():
            yield "to", case.tasks[message.task].agency, message.to
        case RelieveOfficer() if message.to is not None:
            yield "to", message.agency, message.to
        case Reassign():
            yield "to", case.tasks[message.task].agency if message.task else None, message.to
