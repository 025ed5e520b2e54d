"""Receipts of notices on the timeline."""

from datetime import datetime

from domain.case.protocol import accepts
from domain.case.state import CaseState
from domain.dialogue import Checked
from domain.notices.messages import NoticesSent
from domain.words import Role


@accepts(NoticesSent, roles={Role.SYSTEM})
def notices_sent(case: CaseState, message: NoticesSent, now: datetime) -> Checked:
    yield
    case.note(
        "notices_sent",
        now,
        message.actor,
        message.message_id,
        seq=message.seq,
        channel=message.channel,
        sent=message.sent,
        failed=message.failed,
    )
