"""The unified reply as it comes to the case, and the referrals that follow."""

from datetime import datetime

from domain.case.requests import Closing
from domain.case.state import CaseState, Referral


def take_reply(case: CaseState, closing: Closing, now: datetime) -> None:
    """The unified reply closes the case for every party and every agency."""
    case.outcome, case.reply, known = closing.outcome, list(closing.reply), list(case.referrals)
    case.ends.remedies = closing.remedies
    for referral in closing.referrals:
        if referral not in known:
            case.referrals.append(referral)
            note_referral(case, referral, now)
    case.note(
        "replied",
        now,
        outcome=closing.outcome,
        items=[
            {"item": r.item, "claimant": r.claimant, "answer": r.answer, "amount": f"{r.amount:.2f}"}
            for r in closing.reply
        ],
    )
    if case.settlement is not None and (file := case.settlement.enforcement) is not None:
        case.note(
            "late_fee_left",
            now,
            outstanding=f"{file.outstanding:.2f}",
            late_fee=f"{file.late_fee:.2f}",
            on=file.as_of.isoformat(),
        )


def note_referral(case: CaseState, referral: Referral, now: datetime) -> None:
    case.note(
        "item_referred",
        now,
        item=referral.item,
        claimant=referral.claimant,
        target=referral.target,
        reason=referral.reason,
        source=referral.source,
    )
