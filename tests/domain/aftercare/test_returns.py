"""What every office can make of what was referred to it: each kind of return, at each office."""

from datetime import date, datetime, timedelta
from itertools import product

import pytest

from domain.aftercare.messages import RecordReferralReturn, ReferralResult
from domain.base import CENTRE_ZONE
from domain.closure.ends import offices
from domain.papers.kinds import Issued, PaperKind
from domain.procedure.aftercare.effects import AFTER, send, take_issued
from domain.procedure.aftercare.later_papers import request
from domain.procedure.aftercare.state import FINAL, Aftercare, LetterTerms, SentItem
from domain.words import Outcome, ReferralTarget
from tests import builders

NOW = datetime(2026, 11, 23, 12, tzinfo=CENTRE_ZONE)
TERMS = LetterTerms(
    remind_at=NOW + timedelta(days=5),
    receipt_due=date(2026, 11, 30),
    receipt_until=NOW + timedelta(days=7),
    return_due=date(2027, 1, 22),
    return_until=NOW + timedelta(days=60),
)


def referred_to(target: ReferralTarget) -> Aftercare:
    """What goes on after a case of which one item went to an office today."""
    after = Aftercare(
        case="after-dispute-x",
        of="dispute-x",
        case_number="RZ-2026-000001",
        drill=False,
        clock_offset=timedelta(),
        outcome=Outcome.REFERRED,
        closed_on=NOW.date(),
        jurisdiction="CN-3711",
        ledger_head="0" * 64,
        to_send={target: [SentItem(item="i1", claimant="c1", reason="not-ours", source="社会保险法 Art.82")]},
    )
    send(after, target, TERMS, NOW)
    return after


def came_back(target: ReferralTarget, result: ReferralResult) -> RecordReferralReturn:
    """The office's word, with what each kind of it needs."""
    said = {"document": "（2026）7号"} if result in (ReferralResult.DECIDED, ReferralResult.SETTLED) else {}
    said |= {"reason": "不属本机关职责"} if result in (ReferralResult.REFUSED, ReferralResult.MISDIRECTED) else {}
    return RecordReferralReturn(
        message_id="m1",
        actor=builders.SUPERVISOR,
        target=target,
        item="i1",
        result=result,
        returned_on=NOW.date(),
        **said,
    )


@pytest.mark.parametrize(("target", "result"), product(ReferralTarget, ReferralResult))
def test_each_kind_of_return_is_taken_from_each_office(target: ReferralTarget, result: ReferralResult) -> None:
    after = referred_to(target)
    assert after.paper_orders == [], "the case's own letter went out with it"
    AFTER.carry_out(after, came_back(target, result), NOW)

    [sent] = after.letters[0].items
    assert (sent.result, sent.returned_on) == (result, NOW.date())
    assert sent.open is (result not in FINAL)
    onward = offices()[target].misdirected
    assert list(after.to_send) == ([onward] if result is ReferralResult.MISDIRECTED else [])
    assert [event.kind for event in after.events][:2] == [
        "told_to_apply" if offices()[target].on_application else "referral_sent",
        "referral_returned",
    ]


@pytest.mark.parametrize("target", ReferralTarget)
def test_what_was_misdirected_goes_on_with_a_paper_of_the_next_offices_kind(target: ReferralTarget) -> None:
    after, onward = referred_to(target), offices()[target].misdirected
    AFTER.carry_out(after, came_back(target, ReferralResult.MISDIRECTED), NOW)
    send(after, onward, TERMS, NOW)
    kind = PaperKind.APPLICATION_NOTICE if offices()[onward].on_application else PaperKind.REFERRAL
    assert [(order.kind, order.about) for order in after.paper_orders] == [(kind, onward)]
    assert (after.letters[-1].items[0].claimant, after.letters[-1].followed) == ("c1", kind is PaperKind.REFERRAL)


def test_what_has_come_back_does_not_come_back_otherwise() -> None:
    after = referred_to(ReferralTarget.LABOUR_INSPECTION)
    AFTER.carry_out(after, came_back(ReferralTarget.LABOUR_INSPECTION, ReferralResult.TAKEN), NOW)
    done = came_back(ReferralTarget.LABOUR_INSPECTION, ReferralResult.DECIDED)
    AFTER.carry_out(after, done.model_copy(update={"message_id": "m2"}), NOW)
    assert after.letters[0].items[0].result is ReferralResult.DECIDED and not after.awaits


def test_each_letter_to_the_same_office_takes_its_own_items() -> None:
    """Two items go on to one office, one after the other, before the first letter is drawn up."""
    target = ReferralTarget.LABOUR_INSPECTION
    after, onward = referred_to(target), offices()[target].misdirected
    after.letters[0].items.append(SentItem(item="i2", claimant="c1", reason="not-ours"))
    for number, item in enumerate(("i1", "i2")):
        wrong = came_back(target, ReferralResult.MISDIRECTED)
        AFTER.carry_out(after, wrong.model_copy(update={"message_id": f"m{number}", "item": item}), NOW)
        send(after, onward, TERMS, NOW)
    drawn = []
    while after.paper_orders:
        drawn.append([sent.item for sent in request(after, NOW).sent])
        take_issued(after, Issued(number=f"n{len(drawn)}", sha256="0" * 64), NOW)
    assert drawn == [["i1"], ["i2"]]
