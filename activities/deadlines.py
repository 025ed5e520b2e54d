"""Counting the open deadlines of a running case anew, by the calendar and the terms that are now in force."""

from datetime import datetime
from typing import Final

from temporalio import activity

from domain.case.requests import OpenDeadline, Recount, RecountRequest
from domain.deadlines.calendar import NoticeMissing
from domain.deadlines.deadline import Deadline, recount
from runtime.rules import Rules

_GRACE: Final = {"inquiry": "inquiry-grace", "instalment": "instalment-grace"}


class DeadlineService:
    """The centre's calendar."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @activity.defn(name="deadlines.recount")
    async def recount(self, request: RecountRequest) -> Recount:
        """Raises NoticeMissing where a new notice has not been loaded, UnknownTerm when a row has gone."""
        because = request.because
        calendar = self._rules.tables.calendar
        if because.year and because.digest and not calendar.holds(because.year, because.digest):
            raise NoticeMissing(because.year, because.source)
        return Recount(
            deadlines=tuple(self._anew(running) for running in request.deadlines),
            clocks=self._rules.clocks(request.clocks, request.today, request.jurisdiction),
        )

    def _anew(self, running: OpenDeadline) -> OpenDeadline:
        tables = self._rules.tables
        due = running.deadline if running.passed else recount(running.deadline, tables.calendar, tables.terms)
        return running.model_copy(
            update={
                "deadline": due,
                "remind_at": running.remind_at and self._rules.reminder(due, f"{running.what}-reminder"),
                "escalate_at": running.escalate_at and self._after("inquiry-escalation", due),
                "final_at": running.final_at and self._after(_GRACE[running.what], due),
            }
        )

    def _after(self, event: str, due: Deadline) -> datetime:
        return self._rules.deadline(event, due.due, due.jurisdiction).due_at
