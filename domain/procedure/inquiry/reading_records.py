"""How an agency's own records come to its inquiry, or why they don't."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from domain.case.state import CaseState
from domain.inquiry.findings import Finding
from domain.inquiry.records import RecordsTrouble
from domain.inquiry.tasks import Task

_FIRST_PATIENCE: Final = timedelta(minutes=2)
_LONGEST_PATIENCE: Final = timedelta(days=1)
_FIRST_PAUSE: Final = timedelta(minutes=5)
_LONGEST_PAUSE: Final = timedelta(hours=4)


def _grown(first: timedelta, longest: timedelta, tries: int) -> timedelta:
    return min(first * (1 << min(tries, 20)), longest)


def patience(task: Task) -> timedelta:
    """How long an agency is tried before the case says why there is no draft: longer each time."""
    return _grown(_FIRST_PATIENCE, _LONGEST_PATIENCE, task.trouble.tries if task.trouble else 0)


def take_records(case: CaseState, task: Task, draft: Finding, now: datetime) -> None:
    """The records have been read: a draft for the officer."""
    task.draft, task.records, task.trouble = draft, "read", None
    case.note("records_read", now, task=task.ref)


def delay_records(
    case: CaseState, task: Task, code: str, params: Mapping[str, str], asked_at: datetime, now: datetime
) -> datetime:
    """They can't be read yet. Returns when they are asked for again. Noted when the reason is a new one.

    They have not been read since they were asked for first, not since that was given up for the first time.
    """
    before = task.trouble
    tries = before.tries if before else 0
    task.trouble = RecordsTrouble(
        code=code,
        params=dict(params),
        since=before.since if before else asked_at,
        tries=tries + 1,
        next_try=now + _grown(_FIRST_PAUSE, _LONGEST_PAUSE, tries),
    )
    if before is None or before.code != code:
        case.note("records_delayed", now, task=task.ref, code=code, params=dict(params))
    return task.trouble.next_try


def give_up_records(case: CaseState, task: Task, now: datetime) -> None:
    """The inquiry is over, or as good as over: nobody waits for the records any more."""
    task.records = "unavailable"
    case.note("records_unavailable", now, task=task.ref)
