"""Performance in a running case: what the tax bureau signals, what both sides change, and what follows on default."""

from datetime import date, timedelta
from decimal import Decimal

from domain.case import messages as m
from domain.deadlines.calendar import Calendar
from domain.papers.kinds import PaperKind
from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView
from domain.settlement.messages import AnswerRescheduling, CorrectPayment, Reschedule, ReversePayment
from domain.words import Agency, Outcome, ReferralTarget, Role
from tests import builders
from tests.workflows.conftest import Handle, Office
from tests.workflows.test_life_of_a_case import find_the_facts
from texts.sentences import day
from workflows.dispute import DisputeWorkflow

TAX = builders.officer(Agency.TAX)
REST = {"reason": "x", "actor": TAX}


async def settled(office: Office, case: str, acceleration: bool | None = None) -> tuple[Handle, list[date]]:
    """A case whose part A is due on Saturdays off, some weeks from now; and those Saturdays."""
    handle = await office.start(builders.complaint(complaint_id=case))
    await find_the_facts(office, handle)
    view = await office.view(handle)
    owed, today = view.claimants[0].part_a, day(view.now)
    saturday, works = today + timedelta(days=(5 - today.weekday()) % 7), Calendar.load().is_working_day
    days = [next(s for n in (0, 1, 2) if not works(s := saturday + timedelta(weeks=weeks + n))) for weeks in (4, 8, 12)]
    amounts = [Decimal("100.00")] * (len(days) - 1) + [owed - 100 * (len(days) - 1)]
    terms = m.Propose(
        message_id="propose",
        actor=builders.mediator(view.mediator or ""),
        proposal="p1",
        payer="e1",
        acceleration=acceleration,
        instalments=tuple(
            builders.instalment(f"n{n}", day, c1=a) for n, (day, a) in enumerate(zip(days, amounts, strict=True), 1)
        ),
    )
    await office.update(handle, terms)
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        answer = m.Answer(
            message_id=f"answer-{ref}", actor=builders.party(ref, role), proposal="p1", party=ref, accept=True
        )
        await office.update(handle, answer)
    await office.sign(handle)
    return handle, days


async def owed(handle: Handle, on: date | None = None) -> PerformanceView:
    told = await handle.query(DisputeWorkflow.owed, PerformanceReading(on=on))
    assert told is not None
    return told


async def paid(office: Office, handle: Handle, receipt: str, amount: str) -> m.ConfirmPayment:
    """What the tax bureau says of money that came today."""
    today = day((await office.view(handle)).now)
    return m.ConfirmPayment(message_id=receipt, actor=TAX, receipt=receipt, paid_on=today, amount=Decimal(amount))


async def test_an_instalment_due_on_a_day_off_is_due_on_the_next_working_day(office: Office) -> None:
    handle, saturdays = await settled(office, "pay-saturday")
    due = [line.due for line in (await owed(handle)).instalments]
    assert all(day > saturday and day.weekday() < 6 for day, saturday in zip(due, saturdays, strict=True))
    on = due[0]
    assert [(await owed(handle, when)).owed.today for when in (on - timedelta(days=1), on)] == [
        Decimal("0.00"),
        Decimal("100.00"),
    ]


async def test_the_tax_bureau_signals_a_payment_a_double_and_its_reversal(office: Office) -> None:
    handle, _ = await settled(office, "pay-signals")
    money = await paid(office, handle, "r1", "150.00")
    await handle.signal(money.name, money)
    again = money.model_copy(update={"message_id": "again"})
    await handle.signal(again.name, again)
    rejected = await office.noted(handle, "message_rejected")
    assert "payment.counted" in str(rejected.facts["problems"])
    back = ReversePayment(message_id="back", receipt="r1", reversed_on=money.paid_on, **REST)
    await handle.signal(back.name, back)
    await office.noted(handle, "payment_reversed")
    told = await owed(handle)
    assert [(p.receipt, p.reversed_on) for p in told.payments] == [("r1", money.paid_on)]
    assert all(line.paid == 0 for line in told.instalments)
    wrong = CorrectPayment(message_id="fix", receipt="r1", claimant="c1", **REST)
    assert "r1" in (await office.say(handle, "update", wrong.name, wrong.model_dump(mode="json")) or "")


async def test_what_is_not_paid_becomes_due_as_a_whole_and_goes_to_enforcement_with_its_file(office: Office) -> None:
    handle, saturdays = await settled(office, "pay-default")
    await office.until(handle, lambda view: any(paper.kind is PaperKind.AGREEMENT for paper in view.papers))
    await office.advance(handle, (saturdays[0] - day((await office.view(handle)).now)).days + 16)
    await office.noted(handle, "payment_demanded")
    told = await owed(handle)
    assert told.demanded_until is not None and told.owed.to_come == 0
    assert {line.state for line in told.instalments} == {"defaulted"}
    await office.advance(handle, 30)
    closed = await office.live_to_the_end(handle)
    assert closed.outcome is Outcome.BREACHED
    events = await office.events(handle.id)
    made = next(event for event in events if event.kind == "enforcement_file_made")
    assert made.facts["head"] == events[made.seq - 2].digest
    assert made.facts["papers"]
    referred = [event.facts["target"] for event in events if event.kind == "item_referred"]
    assert set(referred) == {ReferralTarget.ENFORCEMENT}


async def test_the_settlement_may_say_that_a_default_makes_nothing_else_due(office: Office) -> None:
    handle, saturdays = await settled(office, "pay-apart", acceleration=False)
    await office.advance(handle, (saturdays[0] - day((await office.view(handle)).now)).days + 16)
    await office.noted(handle, "payment_demanded")
    told = await owed(handle)
    assert told.terms is not None and told.terms.acceleration_source == "settlement"
    assert [line.state for line in told.instalments] == ["defaulted", "pending", "pending"]


async def test_both_sides_change_the_schedule_and_its_days_move_off_days_off(office: Office) -> None:
    handle, saturdays = await settled(office, "pay-anew")
    rest = sum((line.amount for line in (await owed(handle)).instalments), Decimal(0))
    asked = Reschedule(
        message_id="ask",
        actor=builders.party("e1", Role.RESPONDENT),
        rescheduling="s1",
        instalments=(builders.instalment("s1-1", saturdays[1], c1=rest),),
        reason="货款延迟",
    )
    await office.update(handle, asked)
    worker = builders.party("c1", Role.CLAIMANT)
    await office.update(
        handle,
        AnswerRescheduling(message_id="yes", actor=worker, rescheduling="s1", parties=("c1",), accept=True),
    )
    await office.noted(handle, "deadline_recounted")
    told = await owed(handle)
    assert [(line.ref, line.amount) for line in told.instalments] == [("s1-1", rest)]
    assert saturdays[1] < told.instalments[0].due
    second = asked.model_copy(update={"message_id": "ask-2", "rescheduling": "s2"})
    assert "s1" in (await office.say(handle, "update", second.name, second.model_dump(mode="json")) or "")
    await office.update(handle, await paid(office, handle, "r1", str(rest)))
    assert (await office.live_to_the_end(handle)).outcome is Outcome.PERFORMED
