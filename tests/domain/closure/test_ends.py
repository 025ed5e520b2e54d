"""What each end of a case leaves to do: every combination has its row, and the last days are counted right."""

from datetime import date
from decimal import Decimal

import pytest

import texts
from domain.assessment.limitation import ClockState, LimitationClock
from domain.case.requests import ClosingRequest, Known
from domain.case.state import ReplyItem, Settlement, Suspension
from domain.closure.ends import OPEN, Ends, Remedy, ends, remedy_rows, ways
from domain.deadlines.calendar import Calendar
from domain.deadlines.deadline import Deadline, plan
from domain.deadlines.term_table import terms
from domain.papers.kinds import PaperKind
from domain.procedure.closure.closing import left_to_do
from domain.procedure.closure.ends_view import end_of, ends_view
from domain.procedure.papers.drafting import can_issue, draft, due_with
from domain.words import Language, Nature, Outcome, Phase, ReferralTarget
from papers.wording import wording
from tests.builders import complaint
from tests.domain.cases import DAY, NOW, TODAY, case, mediated
from tests.domain.closure.test_closing import ARREARS, RELATION, WAGES, closing, owing, paid
from texts.ends import limit, way

TELLS_NO_PAPER = {"running"}


def count(rule: str, start: date) -> Deadline:
    return plan(rule, start, Calendar.load(), "CN", table=terms())


def test_every_outcome_and_what_comes_before_one_has_its_row() -> None:
    assert set(ends()) == {*Outcome, "running", "suspended", "reopened"}
    assert {end for end, row in ends().items() if not row.papers} == TELLS_NO_PAPER


def test_every_answer_on_a_claim_item_of_either_nature_leaves_a_way() -> None:
    known = {key.removeprefix("reply.") for key in texts.catalogue() if key.startswith("reply.")}
    answers = known - {"anonymous-report", "before-arbitration-or-court"}
    assert set(remedy_rows()) == {(answer, nature) for answer in answers for nature in Nature}
    assert all(row.ways for row in remedy_rows().values())


def test_every_way_says_whom_to_turn_to_and_counts_by_a_row_of_the_table_of_terms() -> None:
    assert all(texts.knows(f"words.{way.body}") and texts.knows(f"ends.way.{way.way}") for way in ways().values())
    assert {way.rule for way in ways().values() if way.rule} <= set(terms())


def test_public_law_items_are_never_sent_to_arbitration_and_private_law_ones_never_to_inspection() -> None:
    for (_, nature), row in remedy_rows().items():
        wrong = {"arbitration", "execution", "judicial-confirmation"} if nature is Nature.PUBLIC_LAW else {"inspection"}
        assert not wrong & set(row.ways)


def left(settled: bool = True) -> dict[tuple[str, Nature], Remedy]:
    found = owing(("i1", "c1", "100.00", "0.00"), ("i2", "c1", "0.00", "500.00"))
    agreed = paid(c1="500.00") if settled else None
    ended = closing(items=(ARREARS, WAGES, RELATION), found=found, settlement=agreed)
    known = closing_request(agreed)
    return {(told.answer, told.nature): told for told in left_to_do(known, ended, count)}


def closing_request(agreed: Settlement | None) -> ClosingRequest:
    known = Known(
        case="k",
        complaint=complaint(1, items=(ARREARS, WAGES, RELATION)),
        supplied=(),
        withdrawn=(),
        filed_on=TODAY,
        today=TODAY,
    )
    return ClosingRequest(known=known, ending=None, settlement=agreed, referrals=())


def test_where_no_agency_has_decided_anything_there_is_nothing_to_reconsider() -> None:
    told = left()
    for answer in ("paid", "settled", "nothing-owed"):
        ways_left = {way.way for (code, _), remedy in told.items() if code == answer for way in remedy.ways}
        assert not ways_left & {"reconsideration", "administrative-suit"}
    assert [way.way for way in told["paid", Nature.PUBLIC_LAW].ways] == ["reopening"]


def test_an_agreement_may_be_confirmed_for_thirty_days_and_reviewed_for_fifteen() -> None:
    last = {way.way: way.last for way in left()["settled", Nature.PRIVATE_LAW].ways}
    # 2026-12-23 is a Wednesday, 2026-12-08 a Tuesday.
    assert (last["judicial-confirmation"], last["arbitration-review"]) == (date(2026, 12, 23), date(2026, 12, 8))


def test_what_was_not_settled_goes_by_the_items_clock_and_against_a_silent_office_after_sixty_days_for_sixty() -> None:
    public, private = left(settled=False)["unsettled", Nature.PUBLIC_LAW], left(False)["unsettled", Nature.PRIVATE_LAW]
    # 60 days after 2026-11-23 is 2027-01-22; 60 days after that Tuesday 2027-03-23.
    assert [(w.way, w.by_clock, w.opens_after, w.last) for w in public.ways] == [
        ("inspection", True, None, None),
        ("inaction", False, date(2027, 1, 22), date(2027, 3, 23)),
        ("reopening", False, None, None),
    ]
    assert [(w.way, w.by_clock) for w in private.ways] == [("arbitration", True), ("reopening", False)]


CLOCK = LimitationClock(
    item="i1",
    clock="look-back",
    as_of=TODAY,
    state=ClockState.RUNNING,
    runs_from=date(2026, 1, 1),
    lapses_on=date(2026, 12, 31),
    remaining_days=38,
    sources=("x",),
    verified=True,
)


def test_a_running_case_tells_until_when_each_item_may_be_raised() -> None:
    told = ends_view(case(Phase.MEDIATION, clocks=(CLOCK,)), NOW + 10 * DAY)
    (item,) = told.items
    assert (told.end, item.answer, item.limit and item.limit.remaining_days) == ("running", OPEN, 28)
    assert [way.way for way in told.remedies[0].ways] == ["inspection"]


def test_a_closed_case_tells_each_answer_with_its_item_and_target() -> None:
    remedies = tuple(left(settled=False).values())
    reply = ReplyItem(
        item="i1", claimant="c1", answer="unsettled", amount=Decimal("1.00"), referred_to=ReferralTarget.ENFORCEMENT
    )
    closed = case(Phase.CLOSED, outcome=Outcome.FAILED, reply=[reply], ends=Ends(remedies=remedies))
    (item,) = ends_view(closed, NOW).items
    assert (item.answer, item.nature, item.referred_to) == ("unsettled", "A", ReferralTarget.ENFORCEMENT)


@pytest.mark.parametrize(("end", "kind"), [(end, kind) for end in Outcome for kind in ends()[end].papers])
def test_each_outcome_issues_its_papers_as_far_as_they_have_something_to_say(end: Outcome, kind: PaperKind) -> None:
    closed = mediated() if end is Outcome.FAILED else case(Phase.CLOSED)
    closed.phase, closed.outcome = Phase.CLOSED, end
    closed.reply = [ReplyItem(item="i1", claimant="c1", answer="unsettled", amount=Decimal("1.00"))]
    closed.case_number = "RZ-1"
    issued = {paper for paper, _ in due_with(closed, Phase.CLOSED)}
    assert (kind in issued) == (kind not in (PaperKind.REFERRAL, PaperKind.APPLICATION_NOTICE))


def test_a_suspended_case_has_its_notice_with_the_day_on_which_it_goes_on() -> None:
    stands = Suspension(since=NOW, until=NOW + 30 * DAY, reason="等待另案")
    still = case(Phase.MEDIATION, suspension=stands, clocks=(CLOCK,))
    assert end_of(still) == "suspended" and can_issue(still, PaperKind.SUSPENSION_NOTICE, None)
    matter = draft(still, PaperKind.SUSPENSION_NOTICE, None, NOW)
    assert (matter.deadline, matter.reason) == (TODAY + 30 * DAY, "等待另案")
    assert "2026年12月31日" in wording(matter, "1", Language.CHINESE)["limitation"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_way_and_every_state_of_a_clock_can_be_said(language: str) -> None:
    for name in ways():
        told = {"way": name, "last": None, "opens_after": None, "by_clock": False, "provisional": True}
        assert (
            way(told, language)
            and way(told | {"last": TODAY}, language)
            and way(told | {"opens_after": TODAY}, language)
        )
    for state in ClockState:
        assert limit({"state": state, "last": TODAY, "provisional": False}, language)


def test_a_complaint_whose_material_never_came_is_told_why_on_its_notice() -> None:
    closed = case(Phase.CLOSED, outcome=Outcome.NOT_ACCEPTED, missing=("claim-items",))
    shown = wording(draft(closed, PaperKind.NON_ACCEPTANCE_NOTICE, None, NOW), "1", Language.ENGLISH)
    assert shown["reason"] == "the material that was asked for did not come in time"


def test_a_reason_in_somebodys_words_stands_as_it_is_even_where_it_reads_like_a_code() -> None:
    stands = Suspension(since=NOW, until=NOW + 30 * DAY, reason="withdrawn")
    still = case(Phase.MEDIATION, suspension=stands)
    assert wording(draft(still, PaperKind.SUSPENSION_NOTICE, None, NOW), "1", Language.ENGLISH)["reason"]
