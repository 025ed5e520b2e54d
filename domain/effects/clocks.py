"""What sets the clocks of a case anew: a notice of working days."""

from datetime import datetime

from domain.case import CaseState
from domain.deadlines import Recounting
from domain.messages import CalendarChanged
from domain.protocol import Checked, accepts
from domain.words import Role


@accepts(CalendarChanged, roles={Role.SUPERVISOR, Role.SYSTEM})
def calendar_changed(case: CaseState, message: CalendarChanged, now: datetime) -> Checked:
    yield
    case.recounting = Recounting(why="notice", source=message.source, year=message.year, digest=message.digest)
    case.note("calendar_changed", now, message.actor, message.message_id, year=message.year, source=message.source)
