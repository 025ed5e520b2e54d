"""Registrations and ledger entries in one line. Every employer is new, so that tests do not meet in the casebook."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from domain.case.casebook_rows import CasebookEntry, CaseRow, TaskRow
from domain.case.requests import RegistrationRequest
from domain.intake.complaint import Complaint
from domain.ledger import GENESIS, SYSTEM, Event, seal
from domain.words import Agency, Phase
from tests.builders import complaint, employer

FILED = datetime(2024, 3, 1, 4, tzinfo=UTC)
_numbers = count(1)


def fresh(word: str) -> str:
    """A name that no other test uses."""
    return f"{word}-{next(_numbers)}"


def request(filed: Complaint | None = None, case: str | None = None, **changes: Any) -> RegistrationRequest:
    """A complaint against a new employer that asks for a number."""
    held = filed or complaint(respondents=(employer(name=fresh("虚构登记公司")),))
    return RegistrationRequest(
        **{"case": case or fresh("filed-t"), "complaint": held, "drill": False, "filed_at": FILED} | changes
    )


def chain(length: int, **facts: Any) -> tuple[Event, ...]:
    """A ledger of that many events."""
    events: list[Event] = []
    for seq in range(1, length + 1):
        events.append(
            seal(
                seq=seq,
                at=FILED + timedelta(minutes=seq, microseconds=seq),
                kind="commented",
                actor=SYSTEM,
                message_id=f"m-{seq}",
                facts={"text": f"第 {seq} 条", **facts},
                previous=events[-1].digest if events else GENESIS,
            )
        )
    return tuple(events)


def row(case: str, **changes: Any) -> CaseRow:
    """The searchable line of a case in fact-finding."""
    return CaseRow(
        **{
            "case": case,
            "case_number": None,
            "drill": False,
            "phase": Phase.FACT_FINDING,
            "case_class": None,
            "lane": None,
            "group": None,
            "mediator": None,
            "outcome": None,
            "claimants": 1,
            "waits_on": ("tax",),
            "waits_for": "inquiry",
            "waits_since": FILED,
            "waits_until": None,
            "seq": 1,
        }
        | changes
    )


def task(agency: Agency = Agency.TAX, **changes: Any) -> TaskRow:
    """An inquiry that is on offer."""
    return TaskRow(
        **{
            "task": agency.value,
            "agency": agency,
            "state": "offered",
            "officer": None,
            "opened_at": FILED,
            "due_at": FILED + timedelta(days=7),
            "escalated": False,
        }
        | changes
    )


def entry(case: str, *events: Event, tasks: tuple[TaskRow, ...] = (), **changes: Any) -> CasebookEntry:
    """A step of a case."""
    seq = events[-1].seq if events else 1
    return CasebookEntry(events=events, case=row(case, **{"seq": seq} | changes), tasks=tasks)
