"""Writing back what a restored casebook has lost: from the histories of the cases, which have all that was written.

Everything that a case had written was asked of an activity, and is in its history with what was answered. It is done
again in the same order, under the numbers that were given then. What was never in a history, such as the files of
evidence, is named: only a backup has it.
"""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowExecution

from activities.casebook import CasebookService
from activities.papers import PaperService
from casebook import aftercare, bookings, evidence, grid, notices, registry
from casebook.ledger import LedgerConflict
from client.connection import Link
from domain.base import Model, Ref
from domain.case.casebook_rows import CasebookEntry
from domain.case.requests import Admission, AdmissionRequest
from domain.grid.view import GridEntry
from domain.mediation.sessions import BookingRequest, Calendar
from domain.papers.kinds import Issued, IssuedTogether, PaperRequest, PaperRequests
from domain.procedure.aftercare.later_papers import LaterPaper
from domain.procedure.aftercare.view import AftercareEntry
from domain.procedure.closure.handover import Handover
from papers.document import Templates
from runtime.rules import Rules
from runtime.settings import Settings
from texts import say

_TYPES: Final = ("DisputeWorkflow", "GridWorkflow", "AftercareWorkflow")
"""A case before what goes on after it."""
_BEFORE: Final = timedelta(hours=1)
"""How far before the casebook's last event histories are read: its clock and Temporal's may differ."""


class Written(Model):
    """What was written back of one case, and what could not be."""

    case: Ref
    events: int
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Deed:
    """What a history says was asked of an activity, and answered."""

    name: str
    asked: Payload
    answered: Payload | None


async def write_back(at: Link, language: str, told: Callable[[str], None]) -> list[Written]:
    """Do again what the casebook has lost. ``told`` hears of each case that is looked at."""
    found: list[Written] = []
    waiting = deque(await _executions(at))
    put_off: set[str] = set()
    while waiting:
        one = waiting.popleft()
        told(one.id)
        try:
            written = await _Case(at, one.id, language).write_back(one)
        except asyncpg.ForeignKeyViolationError:  # The case that it was joined to comes later.
            if one.run_id in put_off:
                raise
            put_off.add(one.run_id)
            waiting.append(one)
            continue
        if written.events or written.troubles:
            found.append(written)
    return found


async def _executions(at: Link) -> list[WorkflowExecution]:
    """Whatever ran since the casebook's last event, in the order in which it began."""
    last: datetime | None = await at.pool.fetchval("select max(filed_at) from dispute where not drill")
    query = "(" + " or ".join(f"WorkflowType = '{kind}'" for kind in _TYPES) + ")"
    if last is not None:
        query += f" and (CloseTime >= '{(last - _BEFORE).isoformat()}' or ExecutionStatus = 'Running')"
    found = [one async for one in at.client.list_workflows(query)]
    return sorted(found, key=lambda one: (_TYPES.index(one.workflow_type), one.start_time))


class _Case:
    """One case, its rows and its history."""

    def __init__(self, at: Link, case: str, language: str) -> None:
        settings = Settings()
        rules = Rules(settings.own_tables)
        self._at, self._case, self._language = at, case, language
        self._casebook = CasebookService(at.pool, at.vault)
        self._papers = PaperService(at.pool, at.vault, Templates(rules.folder / "papers"), rules)
        self._troubles: list[str] = []

    async def write_back(self, execution: WorkflowExecution) -> Written:
        """Do again whatever a run asked for. Raises nothing that one case alone is to blame for."""
        before = await self._events()
        async for deed in self._deeds(execution):
            try:
                await self._do(deed)
            except LedgerConflict as conflict:
                self._trouble(say(conflict.code, self._language, seq=conflict.seq))
                break
            except asyncpg.UniqueViolationError as taken:
                self._trouble(say("cli.repair.taken", self._language, what=taken.constraint_name))
                break
        return Written(case=self._case, events=await self._events() - before, troubles=tuple(self._troubles))

    def _trouble(self, text: str) -> None:
        if text not in self._troubles:
            self._troubles.append(text)

    async def _events(self) -> int:
        counted: int = await self._at.pool.fetchval('select count(*) from ledger where "case" = $1', self._case)
        return counted

    async def _deeds(self, execution: WorkflowExecution) -> AsyncIterator[_Deed]:
        """What was done, in order; of the last thing it may not be known yet whether it was."""
        history = await self._at.client.get_workflow_handle(self._case, run_id=execution.run_id).fetch_history()
        answers = {
            done.scheduled_event_id: next(iter(done.result.payloads), None)
            for event in history.events
            if event.HasField("activity_task_completed_event_attributes")
            for done in (event.activity_task_completed_event_attributes,)
        }
        for event in history.events:
            asked = event.activity_task_scheduled_event_attributes
            if event.event_id in answers and asked.input.payloads:  # Whoever is asked for keys is told nothing.
                yield _Deed(asked.activity_type.name, asked.input.payloads[0], answers[event.event_id])

    async def _read(self, payload: Payload, kind: type[Any]) -> Any:
        [value] = await self._at.client.data_converter.decode([payload], [kind])
        return value

    async def _do(self, deed: _Deed) -> None:
        if (known := _DEEDS.get(deed.name)) is not None:
            asked, answered, do = known
            answer = await self._read(deed.answered, answered) if deed.answered is not None else None
            await do(self, await self._read(deed.asked, asked), answer)

    async def _admitted(self, asked: AdmissionRequest, answer: Admission) -> None:
        request = asked.registration
        await registry.register(self._at.pool, self._at.vault, request, answer.registration)
        if not answer.registration.joined:
            said = request.complaint
            await notices.keep_contacts(self._at.pool, self._at.vault, request.case, said.claimants, said.respondents)

    async def _recorded(self, asked: CasebookEntry, answer: int) -> None:
        del answer
        await self._casebook.record(asked)
        for event in asked.events:
            sha256 = str(event.facts.get("sha256"))
            if event.kind == "evidence_attached" and not await evidence.held(self._at.pool, self._case, sha256):
                self._trouble(say("cli.repair.evidence", self._language, seq=event.seq, sha256=sha256[:12]))

    async def _issued_together(self, asked: PaperRequests, answer: IssuedTogether) -> None:
        for paper, issued in zip(asked.papers, answer.issued, strict=True):
            await self._issued(paper, issued)

    async def _issued(self, asked: PaperRequest | LaterPaper, answer: Issued) -> None:
        again = await self._papers.restore(asked, answer)
        if again != answer:
            self._trouble(say("cli.repair.paper", self._language, number=answer.number))

    async def _settled(self, asked: BookingRequest, answer: Calendar) -> None:
        await bookings.keep_only(self._at.pool, asked.case, [one.ref for one in answer.placed])
        wanted = {booking.ref: booking for booking in asked.bookings}
        for placed in answer.placed:
            booking = wanted[placed.ref]
            if await bookings.book(self._at.pool, asked.case, booking, placed.room, drill=asked.drill) is not None:
                self._trouble(say("cli.repair.booking", self._language, session=placed.ref))

    async def _handed_over(self, asked: Handover, answer: object) -> None:
        del answer
        await aftercare.keep(self._at.pool, self._at.vault, asked)

    async def _followed(self, asked: AftercareEntry, answer: int) -> None:
        del answer
        await aftercare.record(self._at.pool, self._at.vault, asked)

    async def _at_post(self, asked: GridEntry, answer: int) -> None:
        del answer
        await grid.record(self._at.pool, self._at.vault, asked)


_DEEDS: Final[dict[str, tuple[type[Any], type[Any], Callable[[_Case, Any, Any], Awaitable[None]]]]] = {
    "intake.admit": (AdmissionRequest, Admission, _Case._admitted),
    "casebook.record": (CasebookEntry, int, _Case._recorded),
    "papers.issue": (PaperRequests, IssuedTogether, _Case._issued_together),
    "papers.issue_later": (LaterPaper, Issued, _Case._issued),
    "sessions.settle": (BookingRequest, Calendar, _Case._settled),
    "aftercare.hand_over": (Handover, dict, _Case._handed_over),
    "aftercare.record": (AftercareEntry, int, _Case._followed),
    "grid.record": (GridEntry, int, _Case._at_post),
}
