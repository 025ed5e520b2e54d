"""Receipts of notices on the timeline."""

from datetime import datetime

from domain.case import CaseState
from domain.messages import NoticesSent
from domain.protocol import Checked, accepts
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
