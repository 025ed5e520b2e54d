"""Part B of a settlement is confirmed on the request of both sides, within the law's term, or that is lost."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from activities.performance import PerformanceService
from domain.base import CENTRE_ZONE
from domain.case.protocol import carry_out
from domain.case.requests import PerformanceRequest
from domain.case.state import CaseState, Suspension
from domain.deadlines.deadline import end_of
from domain.message import Message
from domain.papers.kinds import PaperKind
from domain.procedure.aftercare import effects
from domain.procedure.aftercare.state import begin
from domain.procedure.agenda import next_alarm, ring
from domain.procedure.closure.handover import handover
from domain.procedure.deadlines.counting_anew import open_deadlines
from domain.procedure.papers.drafting import draft
from domain.procedure.settlement.confirming import hand_on, running, take_plan
from domain.refusal import Refused
from domain.settlement.confirmation import (
    ConfirmationKind,
    ConfirmationPlan,
    ConfirmationState,
    RecordConfirmationResult,
    RequestConfirmation,
)
from domain.words import Language, Outcome, Role
from papers.wording import wording
from runtime.rules import Rules
from tests.builders import party
from tests.domain.cases import DAY, MEDIATOR, NOW, TODAY, confirmable, instalment
from tests.domain.settlement.test_performing import kinds

EMPLOYER, WORKER = party("e1", Role.RESPONDENT), party("c1", Role.CLAIMANT)
COURT, COMMISSION = ConfirmationKind.JUDICIAL, ConfirmationKind.REVIEW


async def plans(agreed_on: date, **part_b: str) -> list[ConfirmationPlan]:
    """What a settlement of that day opens."""
    one = instalment().model_copy(update={"part_b": {who: Decimal(yuan) for who, yuan in part_b.items()}})
    request = PerformanceRequest(jurisdiction="demo", instalments=(one,), agreed_on=agreed_on)
    return list((await PerformanceService(Rules(Path("/nowhere"))).plan(request)).confirmations)


def ask(actor: str, *, kind: ConfirmationKind = COURT, of: tuple[str, ...] = ()) -> RequestConfirmation:
    speaker = {"e1": EMPLOYER, "c1": WORKER}.get(actor, MEDIATOR)
    return RequestConfirmation(message_id=f"{kind}-{actor}", actor=speaker, kind=kind, parties=of or (actor,))


def decided(result: str, **changes: object) -> RecordConfirmationResult:
    told = {"message_id": result, "actor": MEDIATOR, "kind": COURT, "result": result, "decided_on": TODAY}
    return RecordConfirmationResult.model_validate({**told, "document": "（2026）示例民特第1号", **changes})


def say(case: CaseState, message: Message, at: datetime = NOW) -> None:
    ring(case, at)
    carry_out(case, message, at)


def state(case: CaseState, kind: ConfirmationKind = COURT) -> ConfirmationState:
    return case.confirmations[kind].state


async def test_the_terms_are_thirty_and_fifteen_days_and_the_reminders_five_working_days_before() -> None:
    court, commission = await plans(date(2026, 11, 23), c1="1000.00")
    assert (court.deadline.due, commission.deadline.due) == (date(2026, 12, 23), date(2026, 12, 8))
    assert court.remind_at == datetime(2026, 12, 16, tzinfo=CENTRE_ZONE)
    assert commission.remind_at == datetime(2026, 12, 1, tzinfo=CENTRE_ZONE)
    assert court.deadline.verified and not commission.deadline.verified


async def test_a_term_that_ends_on_a_holiday_ends_on_the_next_working_day() -> None:
    court, commission = await plans(date(2026, 9, 3), c1="1000.00")
    assert court.deadline.due == date(2026, 10, 8)  # 3 October is in the holidays of 1 to 7 October
    assert commission.deadline.due == date(2026, 9, 18)


async def test_where_no_part_b_was_agreed_there_is_nothing_to_confirm() -> None:
    assert await plans(date(2026, 11, 23)) == []


def test_it_takes_both_sides() -> None:
    case = confirmable()
    say(case, ask("c1"))
    assert state(case) is ConfirmationState.OPEN
    say(case, ask("e1"))
    assert state(case) is ConfirmationState.REQUESTED and "confirmation_applied_for" in kinds(case)
    with pytest.raises(Refused, match=r"confirmation.asked$"):
        say(case, ask("mediator", of=("c1",)))


def test_only_who_was_agreed_part_b_can_ask() -> None:
    case = confirmable()
    with pytest.raises(Refused, match=r"confirmation.nothing_to_confirm$"):
        say(case, ask("mediator", of=("e2",)))
    with pytest.raises(Refused, match=r"confirmation.unknown$"):
        say(case, ask("c1", kind=COMMISSION))


def test_who_has_not_asked_is_reminded_and_has_lost_it_when_the_term_is_over() -> None:
    case = confirmable(e1=NOW)
    ring(case, end_of(TODAY + 22 * DAY))
    (reminded,) = [e for e in case.events if e.kind == "confirmation_reminded"]
    assert reminded.facts["parties"] == ["c1"]
    ring(case, end_of(TODAY + 30 * DAY))
    assert state(case) is ConfirmationState.LAPSED and kinds(case).count("confirmation_lapsed") == 1
    assert running(case) == ()
    with pytest.raises(Refused, match=r"confirmation.closed$"):
        say(case, ask("c1"), NOW + 31 * DAY)


def test_the_last_day_is_still_in_time() -> None:
    case = confirmable(e1=NOW)
    say(case, ask("c1"), end_of(TODAY + 30 * DAY) - timedelta(seconds=1))
    ring(case, end_of(TODAY + 30 * DAY))
    assert state(case) is ConfirmationState.REQUESTED and "confirmation_lapsed" not in kinds(case)
    say(case, decided("confirmed", decided_on=TODAY + 40 * DAY), NOW + 40 * DAY)
    assert state(case) is ConfirmationState.CONFIRMED


def test_the_laws_term_runs_on_while_the_case_stands_still() -> None:
    case = confirmable()
    case.suspension = Suspension(since=NOW, until=NOW + 60 * DAY, reason="等待")
    assert next_alarm(case) == case.confirmations[COURT].remind_at
    ring(case, end_of(TODAY + 30 * DAY))
    assert state(case) is ConfirmationState.LAPSED and case.suspension is not None


def test_what_is_confirmed_by_one_needs_no_other() -> None:
    case = confirmable(c1=NOW, e1=NOW)
    case.confirmations[COMMISSION] = case.confirmations[COURT].model_copy(
        update={"kind": COMMISSION, "state": ConfirmationState.OPEN, "asked": {}}
    )
    say(case, decided("confirmed"))
    assert state(case, COMMISSION) is ConfirmationState.NOT_NEEDED and running(case) == ()


def test_a_refusal_says_why_and_a_result_its_number() -> None:
    with pytest.raises(ValueError, match=r"confirmation.reason_missing"):
        decided("not-confirmed")
    with pytest.raises(ValueError, match=r"confirmation.document_missing"):
        decided("confirmed", document=None)
    case = confirmable(c1=NOW, e1=NOW)
    say(case, decided("not-confirmed", reason="内容不明确"))
    one = case.confirmations[COURT]
    assert one.state is ConfirmationState.REFUSED and one.result is not None and one.result.reason == "内容不明确"


def test_a_result_is_neither_of_tomorrow_nor_of_before_the_request() -> None:
    case = confirmable(c1=NOW, e1=NOW)
    for day, code in ((TODAY + DAY, "date.in_future"), (TODAY - DAY, "confirmation.before_request")):
        with pytest.raises(Refused, match=rf"{code}$"):
            say(case, decided("confirmed", decided_on=day))
    with pytest.raises(Refused, match=r"confirmation.not_applied_for$"):
        say(confirmable(c1=NOW), decided("confirmed"))


def test_a_withdrawn_application_can_be_made_again_while_the_term_runs() -> None:
    case = confirmable(c1=NOW, e1=NOW)
    say(case, decided("application-withdrawn", document=None))
    assert state(case) is ConfirmationState.OPEN and not case.confirmations[COURT].asked
    say(case, ask("c1"))
    say(case, ask("e1"))
    ring(case, end_of(TODAY + 30 * DAY))
    late = decided("application-withdrawn", document=None, message_id="again", decided_on=TODAY + 31 * DAY)
    say(case, late, NOW + 31 * DAY)
    assert state(case) is ConfirmationState.WITHDRAWN


def test_a_case_that_closes_hands_on_what_is_still_open() -> None:
    case = confirmable(c1=NOW, e1=NOW)
    (still,) = running(case)
    hand_on(case, NOW)
    assert still.kind is COURT
    (told,) = [e for e in case.events if e.kind == "confirmation_handed_on"]
    assert told.facts == {"confirmation": "judicial-confirmation", "state": "applied-for", "due": "2026-12-23"}


def test_the_date_stands_among_the_deadlines_and_in_the_agreement() -> None:
    case = confirmable()
    case.confirmations[COMMISSION] = case.confirmations[COURT].model_copy(update={"kind": COMMISSION})
    assert [d.what for d in open_deadlines(case, NOW)] == ["instalment", COURT, COMMISSION]
    told = wording(draft(case, PaperKind.AGREEMENT, None, NOW), "1", Language.CHINESE)
    assert "2026年12月23日前（含当日）共同向有管辖权的人民法院" in told["remedy"]


def test_a_settlement_opens_what_was_planned_for_it() -> None:
    case = confirmable()
    planned = case.confirmations.pop(COURT)
    take_plan(case, [ConfirmationPlan(kind=COURT, deadline=planned.deadline, remind_at=planned.remind_at)], NOW)
    assert state(case) is ConfirmationState.OPEN and kinds(case) == ["confirmation_opened"]


def test_who_can_still_ask_for_it_after_the_closure_is_reminded_once_and_before_its_last_day() -> None:
    closing = confirmable(c1=NOW).model_copy(update={"outcome": Outcome.PERFORMED, "case_number": "RZ-2026-000001"})
    after = begin(handover(closing, NOW), TODAY, NOW + 90 * DAY)
    [one] = after.confirmations
    effects.ring(after, one.remind_at)
    effects.ring(after, one.remind_at + DAY)
    assert [(event.kind, event.facts["parties"]) for event in after.events] == [("confirmation_reminded", ["e1"])]
    effects.ring(after, one.deadline.due_at)
    assert [event.kind for event in after.events] == ["confirmation_reminded", "confirmation_ran_out"]
