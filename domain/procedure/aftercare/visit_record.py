"""What stands in the record of the visit (回访记录) after a case has closed."""

from collections.abc import Iterator
from datetime import date

from domain.base import Model, Ref
from domain.papers.kinds import PaperKind, PaperMatter, VisitLine, paper_rows
from domain.procedure.aftercare.state import Aftercare, Visited
from domain.procedure.closure.handover import Handover
from domain.procedure.papers.drafting import called, party_lines, schedule_lines


class RecordRequest(Model):
    """A record of the visit to number and draw up. ``key`` makes it happen once."""

    case: Ref
    """The closed case."""
    key: Ref
    found: dict[Ref, Visited]
    """What the visit found of each claimant of whom the record tells."""
    issued_on: date


def request(after: Aftercare, issued_on: date) -> RecordRequest:
    """What the first order on the list asks for: the record of one claimant, or of everybody visited so far."""
    assert after.visits is not None
    about, found = after.paper_orders[0].about, after.visits.found
    return RecordRequest(
        case=after.of,
        key=f"{after.case}.{len(after.papers) + 1}",
        found={claimant: one for claimant, one in found.items() if about in (None, claimant)},
        issued_on=issued_on,
    )


def visit_record(of: Handover, asked: RecordRequest) -> PaperMatter:
    """The matter of the record: whom it is about, what they were to get and when, and what the visit found."""
    assert of.settlement is not None
    row, names = paper_rows()[PaperKind.FOLLOW_UP_RECORD], called(of.complaint)
    everybody = party_lines(of.complaint, of.withdrawn, identify=row.identifies)
    respondents = {one.ref for one in of.complaint.respondents}
    return PaperMatter(
        kind=row.kind,
        case_number=of.case_number,
        issued_on=asked.issued_on,
        filed_on=of.filed_on,
        basis=row.source,
        parties=tuple(one for one in everybody if one.ref in respondents or one.ref in asked.found),
        schedule=tuple(schedule_lines(of.settlement, names, asked.found)),
        outcome=of.outcome,
        handler=of.mediator,
        visits=tuple(_visits(asked, names)),
    )


def _visits(asked: RecordRequest, names: dict[Ref, str]) -> Iterator[VisitLine]:
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
