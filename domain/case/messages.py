"""Everything that may be said to a running case, as one model for each message.

On the wire each is a plain JSON object. Who may say what, and when, stands with its effect
(``domain/procedure``); docs/messages.md is generated from both.
"""

from domain.assessment.messages import DecideDiscrepancy, RecordLimitation
from domain.deadlines.messages import AdvanceClock, CalendarChanged
from domain.direction.messages import Attach, Comment, Reassign, Reclassify, Refer, Resume, Retry, Suspend, Withdraw
from domain.inquiry.messages import ClaimTask, CompleteTask, ExtendTask, ReleaseTask
from domain.intake.messages import FileComplaint, LinkComplaint, SupplyMaterial
from domain.mediation.messages import Answer, EndMediation, ExtendMediation, Propose, WithdrawProposal
from domain.mediation.session_messages import HoldSession
from domain.message import Message
from domain.notices.messages import NoticesSent
from domain.papers.messages import IssuePaper
from domain.personal_data.messages import ReadPersonalData
from domain.settlement.instalments import Instalment, LeftOut, in_order
from domain.settlement.messages import ConfirmPayment, ConfirmReceipt, ReturnSurplus

__all__ = [
    "AdvanceClock",
    "Answer",
    "Attach",
    "CalendarChanged",
    "ClaimTask",
    "Comment",
    "CompleteTask",
    "ConfirmPayment",
    "ConfirmReceipt",
    "DecideDiscrepancy",
    "EndMediation",
    "ExtendMediation",
    "ExtendTask",
    "FileComplaint",
    "HoldSession",
    "Instalment",
    "IssuePaper",
    "LeftOut",
    "LinkComplaint",
    "Message",
    "NoticesSent",
    "Propose",
    "ReadPersonalData",
    "Reassign",
    "Reclassify",
    "RecordLimitation",
    "Refer",
    "ReleaseTask",
    "Resume",
    "Retry",
    "ReturnSurplus",
    "SupplyMaterial",
    "Suspend",
    "Withdraw",
    "WithdrawProposal",
    "in_order",
]
