"""What a grid post tried before the case came to the centre."""

from datetime import datetime

from domain.assessment.limitation import LimitationEvent, LimitationEventKind
from domain.case.protocol import accepts
from domain.case.state import CaseState, LimitationNoted
from domain.deadlines.deadline import Recounting
from domain.dialogue import Checked
from domain.grid.messages import TakeGridRecord
from domain.refusal import must
from domain.words import Role


@accepts(TakeGridRecord, roles={Role.SYSTEM})
def take_grid_record(case: CaseState, message: TakeGridRecord, now: datetime) -> Checked:
    must(case.complaint, "filing.nothing_filed", "record")
    assert case.complaint is not None
    yield
    record = message.record
    if record.post.id not in case.windows:
        case.windows.append(record.post.id)
    if record.complaint_id == case.complaint.complaint_id:  # Another complaint was joined to a case of more items.
        filed = LimitationEvent(kind=LimitationEventKind.FILING_WITH_CENTRE, on=record.opened_on)
        case.limitation = [*case.limitation, LimitationNoted(item=None, event=filed)]
        case.recounting = case.recounting or Recounting(why="limitation")
    case.note(
        "grid_record_taken",
        now,
        message.actor,
        message.message_id,
        post=record.post.id,
        post_kind=record.post.kind,
        opened_on=record.opened_on.isoformat(),
        grid=record.grid,
        said=len(record.said),
        offers=len(record.offers),
    )
    for said in record.said:
        case.note(
            "said_at_grid",
            now,
            who=said.who or record.post.id,
            text=said.text,
            attitude=said.attitude,
            at=said.at.isoformat(),
        )
    for offer in record.offers:
        case.note(
            "offered_at_grid",
            now,
            terms=offer.terms,
            payer=offer.payer,
            instalments=[{"due": i.due.isoformat(), "amount": f"{i.total:.2f}"} for i in offer.instalments],
            total=f"{sum(i.total for i in offer.instalments):.2f}",
            text=offer.remark,
        )
