"""What follows when an instalment is late, a payment is wrong, or the schedule is changed."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from domain.case.protocol import carry_out
from domain.case.state import CaseState, InstalmentState
from domain.deadlines.deadline import end_of
from domain.ledger import Actor
from domain.message import Message
from domain.procedure.agenda import ring
from domain.procedure.deadlines.counting_anew import open_deadlines
from domain.procedure.settlement.allocation import owed
from domain.procedure.settlement.performing import broken, stood_still
from domain.refusal import Refused
from domain.settlement.instalments import Instalment
from domain.settlement.messages import (
    AnswerRescheduling,
    ConfirmPayment,
    ConfirmReceipt,
    CorrectPayment,
    Reschedule,
    ReturnSurplus,
    ReversePayment,
)
from domain.views.waiting import waiting
from domain.words import Agency, Role
from tests.builders import officer, party
from tests.domain.cases import DAY, MEDIATOR, NOW, TERMS, TODAY, done, followed, instalment, settled

TAX = officer(Agency.TAX)
EMPLOYER, WORKER = party("e1", Role.RESPONDENT), party("c1", Role.CLAIMANT)
SECOND = timedelta(seconds=1)


def running(acceleration: bool = True) -> CaseState:
    """Three instalments of 100 yuan, on days 10, 40 and 70; grace ten days, demand ten days more."""
    terms = TERMS.model_copy(update={"acceleration": acceleration})
    dues = [followed(instalment(f"n{n}", 30 * n - 20, c1="100.00")) for n in (1, 2, 3)]
    return settled(*dues, terms=terms)


def states(case: CaseState) -> list[str]:
    assert case.settlement is not None
    return [due.state.value for due in case.settlement.dues]


def kinds(case: CaseState) -> list[str]:
    return [event.kind for event in case.events]


def live(case: CaseState, days: int) -> None:
    """Up to the end of a day, and a second into the next."""
    ring(case, end_of(TODAY + days * DAY) + SECOND)


def say(case: CaseState, message: Message, days: int = 0) -> None:
    ring(case, NOW + days * DAY)
    carry_out(case, message, NOW + days * DAY)


def pay(receipt: str, amount: str, on: int, claimant: str | None = None, late_fee: str = "0.00") -> ConfirmPayment:
    return ConfirmPayment(
        message_id=receipt,
        actor=TAX,
        receipt=receipt,
        paid_on=TODAY + on * DAY,
        amount=Decimal(amount),
        late_fee=Decimal(late_fee),
        claimant=claimant,
    )


def back(receipt: str, on: int) -> ReversePayment:
    return ReversePayment(
        message_id=f"b-{receipt}", actor=TAX, receipt=receipt, reversed_on=TODAY + on * DAY, reason="退票"
    )


def new_schedule(*amounts: str, ref: str = "s1", first: int = 60) -> Reschedule:
    rest = tuple(instalment(f"{ref}-{n}", first + 30 * n, c1=amount) for n, amount in enumerate(amounts))
    return Reschedule(message_id=ref, actor=EMPLOYER, rescheduling=ref, instalments=rest, reason="货款延迟")


def consent(ref: str = "s1", accept: bool = True) -> AnswerRescheduling:
    return AnswerRescheduling(message_id=f"a-{ref}", actor=WORKER, rescheduling=ref, parties=("c1",), accept=accept)


def test_an_instalment_is_reminded_before_and_after_then_defaults_and_all_becomes_due() -> None:
    case = running()
    live(case, 20)
    assert kinds(case) == [
        "instalment_reminded",
        "instalment_overdue",
        "instalment_reminded_again",
        "instalment_defaulted",
        "settlement_accelerated",
        "payment_demanded",
    ]
    assert states(case) == ["defaulted"] * 3
    assert case.settlement is not None
    # 300 yuan, and 11 days of 0.05 % on the first 100.
    sums = owed(case.settlement, TODAY + 21 * DAY)
    assert (sums.fallen_due, sums.late_fee) == (Decimal("300.00"), Decimal("0.55"))
    assert not broken(case.settlement)
    assert waiting(case).what == "demanded-payment"


def test_without_the_term_a_default_makes_nothing_else_due() -> None:
    case = running(acceleration=False)
    live(case, 20)
    assert states(case) == ["defaulted", "pending", "pending"]
    say(case, pay("r1", "100.00", 25), 25)
    assert case.settlement is not None and case.settlement.demanded_until is None
    live(case, 35)
    assert states(case) == ["paid", "pending", "pending"]
    assert not broken(case.settlement)


@pytest.mark.parametrize("confirmed_on", [19, 21, 25, 29])
def test_money_paid_in_time_undoes_a_default_whenever_it_is_confirmed(confirmed_on: int) -> None:
    """Due on day 10, grace to day 20, paid on day 19: the day of the confirmation does not matter."""
    case = running()
    say(case, pay("r1", "100.00", 19), days=confirmed_on)
    assert case.settlement is not None
    assert (states(case), case.settlement.demanded_until) == (["paid", "pending", "pending"], None)
    assert [due.accelerated_on for due in case.settlement.dues] == [None, None, None]
    assert ("default_undone" in kinds(case)) == (confirmed_on > 20)
    live(case, 40)
    assert states(case) == ["paid", "overdue", "pending"]


def test_money_paid_after_the_grace_does_not_undo_the_default() -> None:
    case = running()
    say(case, pay("r1", "100.00", 21), days=25)
    assert case.settlement is not None and case.settlement.demanded_until is not None
    assert states(case) == ["paid", "defaulted", "defaulted"]
    assert "default_undone" not in kinds(case)


def test_what_fell_due_while_a_default_stood_that_was_none_gets_a_grace_of_its_own() -> None:
    """The second is due on day 15, within the time demanded after the default of the first."""
    dues = [followed(instalment("n1", 10, c1="100.00")), followed(instalment("n2", 15, c1="100.00"))]
    case = settled(*dues, terms=TERMS)
    say(case, pay("r1", "100.00", 18), days=24)
    assert states(case) == ["paid", "overdue"]
    live(case, 33)
    assert states(case) == ["paid", "overdue"]
    live(case, 34)
    assert states(case) == ["paid", "defaulted"]


def late_and_paid() -> CaseState:
    """16,218.00 due on day 10, paid on day 18: 16,218.00 × 0.05 % × 8 = 64.872."""
    case = settled(followed(instalment("n1", 10, c1="16218.00")), terms=TERMS)
    say(case, pay("r1", "16218.00", 18), days=18)
    return case


def test_a_late_fee_that_ran_up_is_owed_and_nothing_is_performed_before_it_has_come() -> None:
    case = late_and_paid()
    assert case.settlement is not None
    assert (states(case), f"{case.settlement.late_fee_open:.2f}", case.performed) == (["paid"], "64.87", False)
    told = waiting(case)
    assert (told.on, told.what, told.until) == (("e1",), "late-fee", case.settlement.late_fee_until)
    say(case, pay("r2", "0.00", 20, late_fee="64.87"), days=20)
    assert (case.settlement.late_fee_until, case.performed, broken(case.settlement)) == (None, True, False)


def test_a_late_fee_that_does_not_come_is_referred_with_its_sum() -> None:
    case = late_and_paid()
    assert case.settlement is not None and case.settlement.late_fee_until is not None
    ring(case, case.settlement.late_fee_until + SECOND)
    file = case.settlement.enforcement
    assert file is not None and broken(case.settlement) and case.settlement.breached and not case.settlement.defaulted
    assert (f"{file.outstanding:.2f}", f"{file.late_fee:.2f}") == ("0.00", "64.87")


def test_who_pays_on_the_due_day_owes_no_late_fee() -> None:
    case = settled(followed(instalment("n1", 10, c1="16218.00")), terms=TERMS)
    say(case, pay("r1", "16218.00", 10), days=30)
    assert case.performed and "late_fee_demanded" not in kinds(case)


def test_who_does_not_pay_what_was_demanded_is_referred_with_the_file() -> None:
    case = running()
    say(case, pay("r1", "30.00", 5), 5)
    live(case, 29)
    assert case.settlement is not None and not broken(case.settlement)
    live(case, 30)
    assert broken(case.settlement)
    file = case.settlement.enforcement
    assert file is not None and kinds(case)[-1] == "enforcement_file_made"
    # day 31: 70 yuan for 21 days are 0.735; 200 yuan that fell due on day 21, ten days, are 1.00.
    assert (file.outstanding, file.part_a, file.late_fee) == (Decimal("270.00"), Decimal("270.00"), Decimal("1.74"))
    assert (file.ledger_head, file.ledger_events) == (case.events[-2].digest, case.events[-2].seq)


def test_who_pays_all_that_was_demanded_has_performed() -> None:
    case = running()
    live(case, 20)
    # 100.00 × 0.05 % × (15 + 5 + 5) days: the first since day 10, the others since they fell due on day 20.
    say(case, pay("r1", "300.00", 25, late_fee="1.25"), 25)
    assert states(case) == ["paid"] * 3 and case.performed
    assert case.settlement is not None and not broken(case.settlement)
    live(case, 60)
    assert case.settlement.enforcement is None


def test_a_settlement_of_before_there_were_terms_goes_to_enforcement_with_its_default() -> None:
    case = settled()
    ring(case, end_of(TODAY + 63 * DAY))
    assert kinds(case) == ["instalment_reminded", "instalment_overdue", "instalment_defaulted"]
    assert case.settlement is not None and broken(case.settlement)


def test_a_payment_taken_back_lets_its_instalment_fall_due_again_with_a_new_grace() -> None:
    case = running()
    say(case, pay("r1", "100.00", 10), 10)
    say(case, back("r1", 30), 30)
    assert states(case) == ["overdue", "pending", "pending"]
    assert kinds(case)[-2:] == ["instalment_due_again", "payment_reversed"]
    assert case.settlement is not None
    # 20 days of 0.05 % on 100 yuan: the late fee runs on from the due day.
    assert owed(case.settlement, TODAY + 30 * DAY).today == Decimal("101.00")
    live(case, 39)
    assert states(case)[0] == "overdue"
    live(case, 40)
    assert states(case)[0] == "defaulted"


def test_the_same_receipt_is_recognised_counted_once_and_told() -> None:
    case = running()
    say(case, pay("r1", "100.00", 1), 1)
    again = pay("r1", "100.00", 1).model_copy(update={"message_id": "again"})
    for message, code in (
        (again, "payment.counted"),
        (again.model_copy(update={"amount": Decimal("90.00")}), "payment.counted_otherwise"),
    ):
        with pytest.raises(Refused, match=f"refusals.{code}$"):
            say(case, message, 1)
    say(case, back("r1", 2), 2)
    with pytest.raises(Refused, match=r"refusals.payment.reversed$"):
        say(case, again, 2)
    assert case.settlement is not None and len(case.settlement.payments) == 1


def test_a_payment_for_the_wrong_claimant_is_corrected_and_the_ledger_shows_both() -> None:
    both = Instalment(ref="n1", due=TODAY + 10 * DAY, part_a={"c1": Decimal("100.00"), "c2": Decimal("50.00")})
    case = settled(followed(both), claimants=2, terms=TERMS)
    say(case, pay("r1", "50.00", 1, claimant="c1"), 1)
    correction = CorrectPayment(message_id="fix", actor=TAX, receipt="r1", claimant="c2", reason="记错")
    say(case, correction, 2)
    confirmed, corrected = case.events
    assert confirmed.facts["claimant"] == "c1"
    assert (corrected.facts["before"], corrected.facts["claimant"]) == ("c1", "c2")
    say(case, pay("r2", "100.00", 3, claimant="c1"), 3)
    assert states(case) == ["paid"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (lambda: back("r9", 1), "payment.unknown"),
        (lambda: back("r1", 0), "payment.reversed_before"),
        (lambda: back("r1", 9), "date.in_future"),
        (lambda: pay("r2", "1.00", 1, claimant="c9"), "payment.not_settled"),
        (lambda: CorrectPayment(message_id="x", actor=TAX, receipt="r1", reason="x"), "payment.theirs_already"),
    ],
)
def test_what_cannot_be_is_refused(message: Callable[[], Message], code: str) -> None:
    case = running()
    say(case, pay("r1", "50.00", 1), 1)
    with pytest.raises(Refused, match=f"refusals.{code}$"):
        say(case, message(), 2)


def test_both_sides_may_agree_on_a_new_schedule_once() -> None:
    case = running()
    say(case, pay("r1", "130.00", 10), 10)
    live(case, 45)
    say(case, new_schedule("100.00", "70.00"), 46)
    say(case, consent(), 47)
    settlement = case.settlement
    assert settlement is not None and case.recounting is not None
    rows = [(due.instalment.ref, due.instalment.total, due.state) for due in settlement.dues]
    assert rows == [
        ("n1", Decimal("100.00"), InstalmentState.PAID),
        ("n2", Decimal("30.00"), InstalmentState.PAID),
        ("s1-0", Decimal("100.00"), InstalmentState.PENDING),
        ("s1-1", Decimal("70.00"), InstalmentState.PENDING),
    ]
    # 70 yuan of n2 were seven days late when the new schedule took over: 0.245, rounded.
    assert settlement.late_fee_carried == Decimal("0.25")
    assert owed(settlement, TODAY + 48 * DAY).today == Decimal("0.25")
    grace = {due.default_at - due.deadline.due_at for due in settlement.dues[2:]}
    assert grace == {10 * DAY}
    with pytest.raises(Refused, match=r"rescheduling.once$"):
        say(case, new_schedule("170.00", ref="s2"), 48)


def test_a_payment_taken_back_after_a_new_schedule_falls_due_by_the_old_one() -> None:
    case = running()
    say(case, pay("r1", "100.00", 10), 10)
    say(case, new_schedule("200.00"), 11)
    say(case, consent(), 11)
    say(case, back("r1", 15), 15)
    assert states(case) == ["overdue", "pending"]
    assert case.settlement is not None
    assert owed(case.settlement, TODAY + 15 * DAY).fallen_due == Decimal("100.00")


@pytest.mark.parametrize(
    ("amounts", "code"),
    [(("300.00", "0.01"), "part_a_exceeded"), (("299.99",), "part_a_waived"), (("200.00",), "part_a_waived")],
)
def test_a_new_schedule_never_changes_what_is_owed_of_part_a(amounts: tuple[str, ...], code: str) -> None:
    with pytest.raises(Refused, match=f"proposal.{code}$"):
        say(running(), new_schedule(*amounts), 1)


def test_a_new_schedule_that_is_refused_or_overtaken_or_not_answered_changes_nothing() -> None:
    case = running()
    before = states(case)
    say(case, new_schedule("300.00", ref="s1"), 1)
    with pytest.raises(Refused, match=r"rescheduling.open$"):
        say(case, new_schedule("300.00", ref="s2"), 1)
    say(case, consent("s1", accept=False), 1)
    say(case, new_schedule("300.00", ref="s2"), 2)
    live(case, 7)
    say(case, new_schedule("300.00", ref="s3"), 8)
    say(case, pay("r1", "10.00", 8), 8)
    assert case.settlement is not None
    assert [asked.state for asked in case.settlement.reschedulings] == ["rejected", "expired", "overtaken"]
    assert states(case) == before


def test_a_recount_leaves_the_grace_that_began_with_a_payment_taken_back() -> None:
    case = running()
    say(case, pay("r1", "100.00", 10), 10)
    say(case, back("r1", 30), 30)
    asked = {one.about: one.final_at for one in open_deadlines(case, NOW + 30 * DAY)}
    assert (asked["n1"], asked["n2"]) == (None, end_of(TODAY + 50 * DAY))


def test_the_clocks_of_a_default_stand_still_with_the_case() -> None:
    case = running()
    live(case, 20)
    assert case.settlement is not None and case.settlement.demanded_until is not None
    until = case.settlement.demanded_until
    stood_still(case.settlement, 3 * DAY)
    assert case.settlement.demanded_until == until + 3 * DAY


# --- what is believed of a payment ----------------------------------------------------------------------


def with_part_b() -> CaseState:
    """100.00 of premiums and 50.00 of part B, due on day 10."""
    one = instalment("n1", 10, c1="100.00").model_copy(update={"part_b": {"c1": Decimal("50.00")}})
    return settled(followed(one), terms=TERMS)


def came(receipt: str, amount: str, on: int, who: Actor = WORKER, document: str | None = None) -> ConfirmReceipt:
    return ConfirmReceipt(
        message_id=f"b-{receipt}",
        actor=who,
        receipt=receipt,
        claimant="c1",
        paid_on=TODAY + on * DAY,
        amount=Decimal(amount),
        document=document,
    )


def code(case: CaseState, message: Message, days: int) -> str:
    with pytest.raises(Refused) as refused:
        say(case, message, days)
    return refused.value.problems[0].code.removeprefix("refusals.")


def test_premiums_pay_no_part_b_and_part_b_pays_no_premiums() -> None:
    case = with_part_b()
    say(case, pay("r1", "150.00", 5), 5)
    assert case.settlement is not None
    assert (case.settlement.dues[0].outstanding, case.settlement.payments[0].surplus) == (Decimal("50.00"),) * 2
    say(case, came("bank-1", "50.00", 6), 6)
    assert case.performed


def test_part_b_is_confirmed_by_whom_it_was_paid_to_or_by_a_document() -> None:
    assert code(with_part_b(), came("bank-1", "50.00", 5, MEDIATOR), 5) == "payment.needs_document"
    case = with_part_b()
    say(case, came("bank-1", "50.00", 5, MEDIATOR, "银行回单0001"), 5)
    assert case.settlement is not None and case.settlement.payments[0].document == "银行回单0001"
    assert code(running(), came("bank-1", "50.00", 5), 5) == "payment.no_part_b"


@pytest.mark.parametrize("receipt", ["R-1", "r-1", "Ｒ－１", " r-1 "])
def test_a_receipt_is_the_same_in_whatever_width_and_case_it_was_typed(receipt: str) -> None:
    case = running()
    say(case, pay("r-1", "100.00", 5), 5)
    assert code(case, pay("x", "100.00", 5).model_copy(update={"receipt": receipt}), 6) == "payment.counted"


def test_a_receipt_that_comes_again_otherwise_is_told_what_differs() -> None:
    case = running()
    say(case, pay("r-1", "100.00", 5), 5)
    with pytest.raises(Refused) as refused:
        say(case, pay("R-1", "90.00", 4).model_copy(update={"message_id": "again"}), 6)
    told = refused.value.problems[0]
    assert told.code == "refusals.payment.counted_otherwise"
    assert (told.params["amount"], told.params["said_amount"]) == ("100.00", "90.00")
    assert (told.params["day"], told.params["said_day"]) == (str(TODAY + 5 * DAY), str(TODAY + 4 * DAY))


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        (pay("r1", "100.00", -10_000), "payment.before_claim"),
        (pay("r1", "100.00", -3), "payment.in_finding"),
        (pay("r1", "1.00", 5, late_fee="999999.00"), "payment.late_fee_too_high"),
        (pay("r1", "1.00", 5, late_fee="100.01"), "payment.late_fee_too_high"),
        (came("b1", "1.00", -10_000), "payment.before_claim"),
    ],
)
def test_a_payment_is_believed_within_reason(message: Message, refused: str) -> None:
    case = with_part_b()
    case.tasks["tax"] = done(Agency.TAX, "tax-01").model_copy(update={"found_on": TODAY - 2 * DAY})
    assert code(case, message, 5) == refused


def test_a_late_fee_is_believed_up_to_a_hundred_yuan_and_three_times_what_is_reckoned() -> None:
    """16,218.00 eight days late: 64.87, three times that is 194.61."""
    case = settled(followed(instalment("n1", 10, c1="16218.00")), terms=TERMS)
    assert code(case, pay("r1", "16218.00", 18, late_fee="194.62"), 18) == "payment.late_fee_too_high"
    say(case, pay("r1", "16218.00", 18, late_fee="194.61"), 18)
    assert case.performed


def test_what_came_too_much_is_refunded_or_set_off_and_counts_for_nothing_any_more() -> None:
    case = with_part_b()
    say(case, pay("r1", "130.00", 5), 5)
    back = ReturnSurplus(
        message_id="back",
        actor=TAX,
        receipt="R1",
        amount=Decimal("30.00"),
        how="refund",
        on=TODAY + 6 * DAY,
        document="退费单",
    )
    assert code(case, back.model_copy(update={"amount": Decimal("30.01")}), 6) == "payment.no_surplus"
    say(case, back, 6)
    assert case.settlement is not None
    assert case.settlement.payments[0].surplus == owed(case.settlement, TODAY + 7 * DAY).credit == Decimal(0)
    assert code(case, back.model_copy(update={"message_id": "more"}), 7) == "payment.no_surplus"
