"""What sets the clocks of a case anew: a notice of working days, and what acts on limitation."""

from datetime import datetime

from domain.assessment.limitation import LimitationEvent
from domain.assessment.messages import RecordLimitation
from domain.case.protocol import accepts
from domain.case.state import CaseState, LimitationNoted
from domain.deadlines.deadline import Recounting
from domain.deadlines.messages import CalendarChanged
from domain.dialogue import Checked
from domain.refusal import must
from domain.words import Role


@accepts(CalendarChanged, roles={Role.SUPERVISOR, Role.SYSTEM})
def calendar_changed(case: CaseState, message: CalendarChanged, now: datetime) -> Checked:
    yield
    case.recounting = Recounting(why="notice", source=message.source, year=message.year, digest=message.digest)
    case.note("calendar_changed", now, message.actor, message.message_id, year=message.year, source=message.source)


@accepts(RecordLimitation, roles={Role.INTAKE, Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR})
def record_limitation(case: CaseState, message: RecordLimitation, now: datetime) -> Checked:
    items = {item.ref for item in case.items}
    must(items, "filing.nothing_filed", "name")
    must(message.item is None or message.item in items, "item.unknown", "item", known=", ".join(sorted(items)))
    must(message.on <= case.day(now), "date.in_future", "on")
    yield
    event = LimitationEvent(kind=message.kind, on=message.on, until=message.until)
    same = (message.item, message.kind, message.on)
    kept = [one for one in case.limitation if (one.item, one.event.kind, one.event.on) != same]
    case.limitation = [*kept, LimitationNoted(item=message.item, event=event)]
    case.recounting = case.recounting or Recounting(why="limitation")
    case.note(
        "limitation_recorded",
        now,
        message.actor,
        message.message_id,
        item=message.item,
        event=message.kind,
        on=message.on.isoformat(),
        until=message.until.isoformat() if message.until else None,
        reason=message.reason,
    )
