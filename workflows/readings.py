"""What a reader is told of a case: the same of one that runs, and of one that only the casebook still has."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from domain.base import Ref
from domain.case.opening import Reading
from domain.case.receipts import Receipt
from domain.case.state import CaseState
from domain.ledger import Actor
from domain.procedure.closure.ends_view import EndsView, ends_view
from domain.procedure.mediation import bargain as bargaining
from domain.procedure.mediation.bargain import Bargain, BargainReading
from domain.procedure.mediation.sessions_view import SittingsView, sittings_view
from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView, performance_view
from domain.views import case_view
from domain.views.case_view import CaseDeadlines, CaseView, OpenTasks, SideBySide, Timeline, TriageExplanation
from domain.views.masking import Eyes
from domain.views.paging import paged, shown_on
from domain.views.waiting import waiting
from domain.words import Language
from texts import sentences
from workflows import answers


def line(case: CaseState, language: Language, names: Mapping[Ref, str] | None = None) -> str:
    """On whom a case waits, as a sentence."""
    waits = waiting(case)
    return sentences.waiting_line(waits.on, waits.what, waits.since, waits.until, waits.provisional, language, names)


_NAMED_AT_MOST: Final = 200
"""People whose names come with a timeline, for whoever says its events anew."""


class Readings:
    """A case as one reader may see it, at an instant of the real time."""

    def __init__(self, case: CaseState, reader: Actor, at: datetime) -> None:
        self._case, self._reader, self._at = case, reader, at
        self._now = case.clock(at)
        self._eyes = Eyes.of(reader, {task.agency for task in case.tasks.values()}, case.mediator)

    def case_view(self, reading: Reading | None = None) -> CaseView:
        """The case, as far as the reader may see it."""
        asked = reading or Reading()
        language, number = asked.language, asked.page
        refs = [c.ref for c in self._case.complaint.claimants] if self._case.complaint else []
        early = number is not None and self._eyes.sees_everybody
        shown = shown_on(refs, number) if early and number is not None else None
        whole = case_view.case_view(self._case, self._now, shown)
        names = self._eyes.names(self._case.complaint)
        told = {
            "line": line(self._case, language, names),
            "assigned_because": answers.assignment(whole.assignment, language),
        }
        seen = self._eyes.case(whole.model_copy(update=told), case_view.shares(self._case, self._reader.id))
        return seen if number is None else paged(seen, number, refs if early else None)

    def receipt(self, reading: Reading | None = None) -> Receipt | None:
        """The receipt of the complaint, for whoever asks again."""
        return answers.receipt(self._case, (reading or Reading()).language)

    def timeline(self, reading: Reading | None = None) -> Timeline:
        """The latest events of the ledger, as facts and as sentences."""
        language = (reading or Reading()).language
        events = self._eyes.events(self._case.events)
        names = self._eyes.names(self._case.complaint)
        return Timeline(
            case=self._case.case,
            first_seq=events[0].seq if events else 1,
            events=events,
            lines=tuple(sentences.event_line(e.kind, e.facts, language, names) for e in events),
            names=names if len(names) <= _NAMED_AT_MOST else {},
        )

    def open_tasks(self, reading: Reading | None = None) -> OpenTasks:
        """The inquiries that somebody still has to act on."""
        del reading
        tasks = (case_view.task_view(task) for task in self._case.open_tasks)
        return OpenTasks(case=self._case.case, tasks=self._eyes.tasks(tasks))

    def deadlines(self, reading: Reading | None = None) -> CaseDeadlines:
        """The dates of the case that the reader may see, and how each came about."""
        del reading
        return self._eyes.deadlines(case_view.deadlines(self._case, self._now), self._case.items)

    def ends(self, reading: Reading | None = None) -> EndsView:
        """How the case ended, or stands, and what each party can do until when."""
        del reading
        return self._eyes.ends(ends_view(self._case, self._now))

    def sittings(self, reading: Reading | None = None) -> SittingsView:
        """The talks of the case: when and where, who comes, and how each side stands to talking."""
        del reading
        return self._eyes.sittings(sittings_view(self._case))

    def side_by_side(self, reading: Reading | None = None) -> SideBySide:
        """The claim and the findings side by side, for each claimant with each employer."""
        del reading
        whole = case_view.side_by_side(self._case)
        return whole.model_copy(update={"lines": self._eyes.lines(whole.lines)})

    def owed(self, reading: PerformanceReading | None = None) -> PerformanceView | None:
        """What is owed under the settlement on a day, and how that came about; None where nothing was settled."""
        asked = reading or PerformanceReading()
        today = self._case.day(self._case.clock(asked.asked_at or self._at))
        whole = performance_view(self._case, asked.on or today)
        return whole and self._eyes.performance(whole)

    def bargain(self, reading: BargainReading | None = None) -> Bargain | None:
        """What is bargained about, and what stands against terms that are not sent; None before it is assessed."""
        asked = reading or BargainReading()
        now = self._case.clock(asked.asked_at or self._at)
        whole = bargaining.bargain(self._case, asked.offer, self._reader, now)
        return whole and bargaining.compared(self._eyes.bargain(whole))

    def explain_triage(self, reading: Reading | None = None) -> TriageExplanation:
        """Why the case is in its class: the rules that fired, and those that nearly did."""
        return answers.triage(self._case, (reading or Reading()).language)

    def answer(self, query: str, reading: Any) -> Any:
        """The answer to a query by its name and its JSON. Raises AttributeError for one that no case has."""
        asked = reading.model_dump() if isinstance(reading, Reading) else reading
        return getattr(self, query)(_ASKED.get(query, Reading).model_validate(asked or {}))


_ASKED: Final[dict[str, type[Reading]]] = {"owed": PerformanceReading, "bargain": BargainReading}
"""How the queries are asked that need more than a language."""
