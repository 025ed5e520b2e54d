"""What each payment paid, and what is owed on a day: numbers checked by hand, and what must hold of all of them."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.base import CENTRE_ZONE
from domain.case.protocol import carry_out
from domain.case.state import Payment, Settlement
from domain.procedure.settlement.allocation import Owed, allocate, counted, owed
from domain.procedure.settlement.performance_view import Supposed, performance_view
from domain.settlement.instalments import Instalment
from domain.settlement.messages import ConfirmPayment, CorrectPayment, ReversePayment
from domain.words import Agency
from tests.builders import officer
from tests.domain.cases import DAY, NOW, TERMS, TODAY, followed, instalment, payment, settled

D = Decimal


def agreed(*payments: Payment) -> Settlement:
    """c1 and c2 get 100 and 50 of part A on day 10, c1 gets 100 of A and 40 of B on day 40."""
    first = Instalment(ref="n1", due=TODAY + 10 * DAY, part_a={"c1": D("100.00"), "c2": D("50.00")})
    second = Instalment(ref="n2", due=TODAY + 40 * DAY, part_a={"c1": D("100.00")}, part_b={"c1": D("40.00")})
    settlement = settled(followed(first), followed(second), claimants=2, payments=payments, terms=TERMS).settlement
    assert settlement is not None
    return settlement


def on(days: int) -> date:
    return TODAY + days * DAY


def paid(receipt: str, amount: str, days: int, **changes: object) -> Payment:
    return payment(receipt, amount, **{"paid_on": on(days)} | changes)


def test_nothing_is_owed_before_the_first_day_and_all_of_it_after_the_last() -> None:
    assert [(o.today, o.to_come) for o in (owed(agreed(), on(9)), owed(agreed(), on(10)))] == [
        (D("0.00"), D("290.00")),
        (D("150.00"), D("140.00")),
    ]
    # 20 days on 150 at 0.05 % a day are 1.50; part B of the second instalment never has a late fee.
    assert owed(agreed(), on(30)).late_fee == D("1.50")
    # 90 days on 150 are 6.75, 60 days on 100 are 3.00.
    assert owed(agreed(), on(100)) == Owed(
        on=on(100),
        fallen_due=D("290.00"),
        late_fee=D("9.75"),
        today=D("299.75"),
        to_come=D("0.00"),
        credit=D("0.00"),
    )


def test_a_part_payment_stops_the_late_fee_on_that_part_only() -> None:
    # 60 come 10 days late (0.30), 90 stay open for 20 days (0.90).
    assert owed(agreed(paid("r1", "60.00", 20)), on(30)).late_fee == D("1.20")


def test_a_late_fee_that_was_charged_is_not_owed_any_more() -> None:
    late = paid("r1", "150.00", 30, late_fee=D("1.50"))
    assert owed(agreed(late), on(35)).today == D("0.00")


def test_an_early_payment_beyond_the_first_instalment_is_carried_to_the_next() -> None:
    early = owed(agreed(paid("r1", "200.00", 1)), on(40))
    assert (early.fallen_due, early.late_fee, early.credit) == (D("90.00"), D("0.00"), D("0.00"))


def test_what_no_instalment_needs_is_a_credit_and_pays_nothing_of_the_other_part() -> None:
    told = owed(agreed(paid("r1", "300.00", 1)), on(50))
    assert (told.credit, told.fallen_due) == (D("50.00"), D("40.00"))
    told = owed(agreed(paid("b1", "60.00", 1, part="B", claimant="c1")), on(50))
    assert (told.credit, told.fallen_due) == (D("20.00"), D("250.00"))


def test_a_payment_for_one_claimant_pays_nobody_elses_part() -> None:
    parts = [(o.claimant, o.amount) for o in allocate(agreed(paid("r1", "80.00", 1, claimant="c2"))) if o.payment]
    assert parts == [("c2", D("50.00"))]
    assert owed(agreed(paid("r1", "80.00", 1, claimant="c2")), on(10)).credit == D("30.00")


def test_a_payment_that_was_taken_back_never_came_and_the_late_fee_runs_from_the_due_day() -> None:
    back = paid("r1", "150.00", 10, reversed_on=on(25))
    assert (owed(agreed(back), on(30)).today, owed(agreed(back), on(30)).late_fee) == (D("151.50"), D("1.50"))


def test_the_sum_of_an_earlier_day_counts_the_payments_until_then() -> None:
    settlement = agreed(paid("r1", "150.00", 20))
    assert [owed(settlement, on(day)).today for day in (15, 20)] == [D("150.38"), D("0.75")]


def test_the_view_shows_each_claimant_what_is_theirs() -> None:
    case = settled(claimants=2)
    case.settlement = agreed(paid("r1", "30.00", 1, claimant="c2"))
    view = performance_view(case, on(12))
    assert view is not None
    lines = [(line.claimant, line.agreed, line.paid, line.outstanding) for line in view.claimants]
    assert lines == [("c1", D("240.00"), D("0.00"), D("240.00")), ("c2", D("50.00"), D("30.00"), D("20.00"))]


FEN = st.integers(1, 40_000).map(lambda fen: D(fen) / 100)
PAYMENTS = st.lists(
    st.tuples(FEN, st.integers(0, 60), st.sampled_from([None, "c1", "c2"]), st.booleans()), max_size=8
).map(
    lambda rows: [
        paid(f"r{n}", str(amount), days, claimant=whose, reversed_on=on(days) if back else None)
        for n, (amount, days, whose, back) in enumerate(rows)
    ]
)


@given(PAYMENTS, st.integers(0, 120))
def test_what_was_allocated_and_what_is_over_is_what_was_paid_less_what_was_taken_back(
    payments: list[Payment], day: int
) -> None:
    settlement = agreed(*payments)
    sums, counting = owed(settlement, on(day)), counted(payments, on(day))
    allocated = sum((o.amount for o in allocate(settlement, on(day)) if o.payment), D("0.00"))
    assert allocated + sums.credit == sum((p.amount for p in counting), D("0.00"))
    assert allocated + sums.fallen_due + sums.to_come == D("290.00")


@given(PAYMENTS.filter(bool), st.integers(0, 120))
def test_a_payment_never_raises_what_is_owed(payments: list[Payment], day: int) -> None:
    before, after = owed(agreed(*payments[:-1]), on(day)), owed(agreed(*payments), on(day))
    assert after.today <= before.today
    assert after.to_come <= before.to_come
    assert after.late_fee <= before.late_fee


@given(PAYMENTS, st.randoms(use_true_random=False))
def test_the_order_of_confirmations_corrections_and_reversals_does_not_matter(
    payments: list[Payment], random: st.DrawFn
) -> None:
    later = NOW + timedelta(days=70)
    assert later.astimezone(CENTRE_ZONE).date() == on(70)

    def states(order: list[Payment]) -> list[object]:
        case = settled(claimants=2)
        case.settlement = agreed()
        for one in order:
            carry_out(
                case,
                ConfirmPayment(
                    message_id=one.receipt,
                    actor=officer(Agency.TAX),
                    receipt=one.receipt,
                    paid_on=one.paid_on,
                    amount=one.amount,
                ),
                later,
            )
            if one.claimant:
                correction = CorrectPayment(
                    message_id=f"c-{one.receipt}",
                    actor=officer(Agency.TAX),
                    receipt=one.receipt,
                    claimant=one.claimant,
                    reason="x",
                )
                carry_out(case, correction, later)
            if one.reversed_on:
                back = ReversePayment(
                    message_id=f"b-{one.receipt}",
                    actor=officer(Agency.TAX),
                    receipt=one.receipt,
                    reversed_on=one.reversed_on,
                    reason="x",
                )
                carry_out(case, back, later)
        return [
            owed(case.settlement, on(70)),
            [(due.paid, due.outstanding == 0) for due in case.settlement.dues],
            {p.receipt: p.surplus for p in case.settlement.payments},
        ]

    shuffled = list(payments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert states(payments) == states(shuffled)


def test_what_payments_would_pay_is_told_after_those_that_count_and_changes_nothing() -> None:
    case = settled(followed(instalment("n1", 10, c1="100.00")), followed(instalment("n2", 40, c1="100.00")))
    assert case.settlement is not None
    case.settlement.payments.append(paid("r1", "30.00", 5))
    asked = [
        Supposed(receipt="r1", paid_on=on(6), amount=D("30.00")),
        Supposed(receipt="r2", paid_on=on(7), amount=D("90.00")),
        Supposed(receipt="r3", paid_on=on(8), amount=D("100.00")),
    ]
    before = case.model_dump()
    view = performance_view(case, on(10), asked)
    assert view is not None
    # 70 are open of the first: the second payment fills it and 20 of the next, whose 80 leave 20 of the third over.
    assert [(one.receipt, one.pays, one.surplus, one.counted) for one in view.would_pay] == [
        ("r1", {}, D("0.00"), True),
        ("r2", {"n1": D("70.00"), "n2": D("20.00")}, D("0.00"), False),
        ("r3", {"n2": D("80.00")}, D("20.00"), False),
    ]
    assert case.model_dump() == before


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 30_000)), max_size=6))
def test_whatever_is_supposed_pays_just_what_it_would_pay_once_it_is_confirmed(sums: list[tuple[int, int]]) -> None:
    asked = [Supposed(receipt=f"s{at}", paid_on=on(day), amount=D(fen) / 100) for at, (day, fen) in enumerate(sums)]
    case = settled(followed(instalment("n1", 10, c1="100.00")), followed(instalment("n2", 40, c1="100.00")))
    view = performance_view(case, on(100), asked)
    assert view is not None
    assert case.settlement is not None
    case.settlement.payments += [paid(one.receipt, f"{one.amount:.2f}", 0, paid_on=one.paid_on) for one in asked]
    came: dict[str, dict[str, Decimal]] = {one.receipt: {} for one in asked}
    for part in allocate(case.settlement):
        if part.payment is not None:
            of = came[part.payment.receipt]
            of[part.due.instalment.ref] = of.get(part.due.instalment.ref, D("0.00")) + part.amount
    assert {one.receipt: one.pays for one in view.would_pay} == came
