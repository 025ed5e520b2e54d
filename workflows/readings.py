"""What a reader is told of a case: the same of one that runs, and of one that only the casebook still has."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from domain.base import Model, Ref
from domain.case.opening import Page, Reading
from domain.case.receipts import Receipt
from domain.case.state import CaseState
from domain.ledger import Actor
from domain.procedure.closure.ends_view import EndsView, ends_view
from domain.procedure.mediation import bargain as bargaining
from domain.procedure.mediation.bargain import Bargain, BargainReading
from domain.procedure.mediation.sessions_view import SittingsView, sittings_view
from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView, performance_view
from domain.refusal import must
from domain.views import case_view
from domain.views.case_view import CaseDeadlines, CaseView, OpenTasks, SideBySide, Timeline, TriageExplanation
from domain.views.masking import Eyes
from domain.views.paging import WHOLE, counted, page_of, paged, shown_on
from domain.views.waiting import waiting
from domain.words import Language
from texts import sentences
from workflows import answers

A = TypeVar("A", bound=Model)


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

    @property
    def _everybody(self) -> Sequence[Ref]:
        return [c.ref for c in self._case.complaint.claimants] if self._case.complaint else []

    def _turned(self, asked: Reading) -> Eyes:
        """The reader's eyes, turned to the claimants of the page. Raises Refused where all are too many at once."""
        everybody = self._everybody
        if not self._eyes.sees_everybody:
            return self._eyes
        if asked.page is None:
            must(len(everybody) <= WHOLE, "query.too_many", "page", people=len(everybody), at_most=WHOLE)
            return self._eyes
        return self._eyes.on(shown_on(everybody, self._page(asked).number, asked.size))

    def _marked(self, told: A, asked: Reading) -> A:
        """An answer that says which page of it this is."""
        turned = asked.page is not None and self._eyes.sees_everybody
        return told.model_copy(update={"page": self._page(asked)}) if turned else told

    def _page(self, asked: Reading) -> Page:
        found = self._case.assessment.discrepancies if self._case.assessment else ()
        return page_of(len(self._everybody), len(found), asked.page or 1, asked.size)

    def case_view(self, reading: Reading | None = None) -> CaseView:
        """The case, as far as the reader may see it."""
        asked, everybody = reading or Reading(), self._everybody
        eyes, language = self._turned(asked), asked.language
        whole = case_view.case_view(self._case, self._now, eyes.page)
        told: dict[str, Any] = {
            "line": line(self._case, language, self._eyes.names(self._case.complaint)),
            "assigned_because": answers.assignment(whole.assignment, language),
        }
        if asked.page is not None and eyes.sees_everybody:
            told["proposals"] = tuple(counted(one) for one in whole.proposals)
        own = case_view.NO_SHARES if eyes.sees_everybody else case_view.shares(self._case, self._reader.id)
        seen = eyes.case(whole.model_copy(update=told), frozenset(everybody), own)
        if asked.page is None:
            return seen
        if eyes.sees_everybody:
            return paged(seen, self._page(asked), asked.size)
        return paged(seen, page_of(len(seen.claimants), len(seen.discrepancies), asked.page, asked.size), asked.size)

    def receipt(self, reading: Reading | None = None) -> Receipt | None:
        """The receipt of the complaint, for whoever asks again."""
        return answers.receipt(self._case, (reading or Reading()).language)

    def timeline(self, reading: Reading | None = None) -> Timeline:
        """The latest events of the ledger, as facts and as sentences."""
        asked = reading or Reading()
        language, eyes = asked.language, self._eyes if asked.page is None else self._turned(asked)
        events = eyes.events(self._case.events)
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
        asked = reading or Reading()
        whole = case_view.deadlines(self._case, self._now)
        return self._marked(self._turned(asked).deadlines(whole, self._case.items), asked)

    def ends(self, reading: Reading | None = None) -> EndsView:
        """How the case ended, or stands, and what each party can do until when."""
        asked = reading or Reading()
        return self._marked(self._turned(asked).ends(ends_view(self._case, self._now)), asked)

    def sittings(self, reading: Reading | None = None) -> SittingsView:
        """The talks of the case: when and where, who comes, and how each side stands to talking."""
        del reading
        return self._eyes.sittings(sittings_view(self._case))

    def side_by_side(self, reading: Reading | None = None) -> SideBySide:
        """The claim and the findings side by side, for each claimant with each employer."""
        asked, whole = reading or Reading(), case_view.side_by_side(self._case)
        cut = whole.model_copy(update={"lines": self._turned(asked).lines(whole.lines)})
        return self._marked(cut, asked)

    def owed(self, reading: PerformanceReading | None = None) -> PerformanceView | None:
        """What is owed under the settlement on a day, and how that came about; None where nothing was settled."""
        asked = reading or PerformanceReading()
        today = self._case.day(self._case.clock(asked.asked_at or self._at))
        eyes, whole = self._turned(asked), performance_view(self._case, asked.on or today, asked.supposed)
        return whole and self._marked(eyes.performance(whole), asked)

    def bargain(self, reading: BargainReading | None = None) -> Bargain | None:
        """What is bargained about, and what stands against terms that are not sent; None before it is assessed."""
        asked = reading or BargainReading()
        eyes, now = self._turned(asked), self._case.clock(asked.asked_at or self._at)
        whole = bargaining.bargain(self._case, asked.offer, self._reader, now)
        return whole and self._marked(bargaining.compared(eyes.bargain(whole)), asked)

    def explain_triage(self, reading: Reading | None = None) -> TriageExplanation:
        """Why the case is in its class: the rules that fired, and those that nearly did."""
        return answers.triage(self._case, (reading or Reading()).language)

    def answer(self, query: str, reading: Any) -> Any:
        """The answer to a query by its name and its JSON. Raises AttributeError for one that no case has."""
        asked = reading.model_dump() if isinstance(reading, Reading) else reading
        return getattr(self, query)(_ASKED.get(query, Reading).model_validate(asked or {}))


_ASKED: Final[dict[str, type[Reading]]] = {"owed": PerformanceReading, "bargain": BargainReading}
"""How the queries are asked that need more than a language."""
