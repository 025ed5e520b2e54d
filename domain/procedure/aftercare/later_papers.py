"""Papers after a case has closed: the record of the visit (回访记录), the letter for a misdirected item."""

from collections.abc import Iterator

from domain.base import Instant, Model, Ref
from domain.case.state import CaseState, Referral
from domain.papers.kinds import PaperKind, PaperMatter, VisitLine, paper_rows
from domain.procedure.aftercare.state import Aftercare, SentItem, Visited
from domain.procedure.closure.handover import Handover
from domain.procedure.papers.drafting import called, draft, party_lines, schedule_lines
from domain.words import ReferralTarget


class LaterPaper(Model):
    """A paper to number and draw up. ``key`` makes it happen once."""

    case: Ref
    """The closed case."""
    key: Ref
    kind: PaperKind
    about: Ref | None
    """A claimant, or the office that a letter is about."""
    found: dict[Ref, Visited] = {}
    """What the visit found of each claimant of whom the record tells."""
    sent: tuple[SentItem, ...] = ()
    """What goes on to the office."""
    at: Instant


def request(after: Aftercare, at: Instant) -> LaterPaper:
    """What the first order on the list asks for."""
    order, found = after.paper_orders[0], after.visits.found if after.visits else {}
    record = order.kind is PaperKind.FOLLOW_UP_RECORD
    before = sum((paper.kind, paper.about) == (order.kind, order.about) for paper in after.papers)
    onward = [letter for letter in after.letters if letter.onward and letter.target == order.about]
    return LaterPaper(
        case=after.of,
        key=f"{after.case}.{len(after.papers) + 1}",
        kind=order.kind,
        about=order.about,
        found={ref: one for ref, one in found.items() if order.about in (None, ref)} if record else {},
        sent=() if record else tuple(onward[before].items),
        at=at,
    )


def matter(of: Handover, asked: LaterPaper) -> PaperMatter:
    """What stands in it."""
    return visit_record(of, asked) if asked.kind is PaperKind.FOLLOW_UP_RECORD else _onward(of, asked)


def _onward(of: Handover, asked: LaterPaper) -> PaperMatter:
    """The letter to the next office, or the notice to whoever has to apply there: the case as it closed, sent on."""
    assert asked.about is not None
    sent = [
        Referral(
            item=one.item,
            claimant=one.claimant,
            target=ReferralTarget(asked.about),
            reason=one.reason,
            source=one.source,
        )
        for one in asked.sent
    ]
    return draft(of.state.model_copy(update={"referrals": sent}), asked.kind, asked.about, asked.at)


def visit_record(of: Handover, asked: LaterPaper) -> PaperMatter:
    """The matter of the record: whom it is about, what they were to get and when, and what the visit found."""
    assert of.settlement is not None
    row, names = paper_rows()[PaperKind.FOLLOW_UP_RECORD], called(of.complaint)
    everybody = party_lines(of.complaint, of.withdrawn, identify=row.identifies)
    respondents = {one.ref for one in of.complaint.respondents}
    return PaperMatter(
        kind=row.kind,
        case_number=of.case_number,
        issued_on=CaseState.day(asked.at),
        filed_on=of.filed_on,
        basis=row.source,
        parties=tuple(one for one in everybody if one.ref in respondents or one.ref in asked.found),
        schedule=tuple(schedule_lines(of.settlement, names, asked.found)),
        outcome=of.outcome,
        handler=of.mediator,
        visits=tuple(_visits(asked, names)),
    )


def _visits(asked: LaterPaper, names: dict[Ref, str]) -> Iterator[VisitLine]:
    for claimant, one in asked.found.items():
        yield VisitLine(
            of=claimant,
            claimant=names[claimant],
            satisfaction=one.satisfaction,
            performed=one.performed,
            remark=one.remark,
            visited_on=one.on,
            visited_by=one.by,
        )
