"""Ordering papers, and what became of an order."""

from datetime import datetime
from typing import Final

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.dialogue import Checked
from domain.papers.kinds import Issued, Paper, PaperKind, PaperOrder, paper_rows
from domain.papers.messages import IssuePaper
from domain.procedure.papers.drafting import can_issue
from domain.refusal import must
from domain.words import Role

_TOGETHER: Final = 20
_LINES: Final = 2000
"""Of people in all papers that are issued at once."""


@accepts(IssuePaper, roles={Role.MEDIATOR, Role.SUPERVISOR})
def issue_paper(case: CaseState, message: IssuePaper, now: datetime) -> Checked:
    row = paper_rows()[message.kind]
    must((message.about is None) == (row.about == "case"), "paper.about", "about", about=row.about)
    must(can_issue(case, message.kind, message.about), "paper.nothing_to_say", "kind", since=row.from_phase)
    yield
    order(case, message.kind, message.about, message.actor.id, now)
    case.note("paper_ordered", now, message.actor, message.message_id, paper=message.kind, about=message.about)


def order(case: CaseState, kind: PaperKind, about: str | None, by: str, now: datetime) -> None:
    """Put a paper on the list of those to be issued."""
    case.paper_orders.append(PaperOrder(kind=kind, about=about, by=by, at=now))


def together(case: CaseState) -> int:
    """How many of the papers that were ordered are issued at once: fewer where each is about thousands of people."""
    return max(1, min(_TOGETHER, _LINES // max(len(case.claimants), 1)))


def take_issued(case: CaseState, issued: Issued, now: datetime) -> None:
    """The first order on the list has become a paper."""
    done = case.paper_orders.pop(0)
    of = case.settlement.proposal if case.settlement is not None and done.kind is PaperKind.AGREEMENT else None
    paper = Paper(
        kind=done.kind,
        about=done.about,
        of=of,
        number=issued.number,
        sha256=issued.sha256,
        issued_on=case.day(now),
    )
    case.papers.append(paper)
    case.note("paper_issued", now, paper=paper.kind, about=paper.about, number=paper.number, sha256=paper.sha256)
