"""What follows from the findings: the money that hangs on each contradiction, the outlook, and what to offer first."""

from datetime import date
from decimal import Decimal
from typing import Any

from domain.assessment.assessment import Assessment, Reckoned
from domain.assessment.limitation import ClockState, LimitationClock
from domain.assessment.prognosis import load_prognosis
from domain.assessment.reconcile import Decision
from domain.case.requests import Antecedents, Known
from domain.inquiry.findings import EmployerState, Finding, Retirement, UninsuredLoss
from domain.intake.complaint import Circumstances, ClaimItem
from domain.procedure.assessment.assessing import assess
from domain.procedure.triage.facts import prognosis_facts, triage_facts
from domain.rules.parameters import Parameters
from domain.words import Agency, ClaimKind, OperatingState, RespondentKind
from tests.builders import claimant, complaint, employer
from tests.domain.sources import CASES, TODAY, claim, employed, labor, medical, paid, tax


def known(*findings: Finding, **changes: Any) -> Known:
    return Known(
        **{
            "case": "k",
            "complaint": complaint(items=(claim(),)),
            "supplied": (),
            "withdrawn": (),
            "filed_on": TODAY,
            "today": TODAY,
            "findings": findings,
        }
        | changes
    )


def assessed(case: Known) -> Assessment:
    return assess(case, Parameters.load(), load_prognosis())


def solvent(surplus: str | None, state: OperatingState = OperatingState.NORMAL) -> EmployerState:
    return EmployerState(employer="e1", state=state, monthly_surplus=Decimal(surplus) if surplus else None)


def test_a_contradiction_says_what_part_a_gains_or_loses_when_its_second_source_holds() -> None:
    filed, findings, _, _ = CASES["booked-not-paid"]

    [booked] = assessed(known(*findings, complaint=filed)).discrepancies

    # Medical on a base of 5,000: 400 + 100 a month. Late by 335 days (January) and 306 (February) at 0.05 %:
    # 83.75 and 76.50. Without both months part A is smaller by 583.75 + 576.50.
    assert booked.money == Decimal("-1160.25")


def test_a_stake_outside_the_tables_is_left_unpriced_and_stops_nothing() -> None:
    early = claim("1990-01", "1990-02")

    [doubted] = assessed(known(labor(), tax(), complaint=complaint(items=(early,)))).discrepancies

    assert (doubted.kind, doubted.money) == ("claimed-not-employed", None)


def test_a_base_declared_below_the_wage_is_named_with_the_lawful_one() -> None:
    of_march = tax(paid("2024-03", "2024-03", base="4500.00"))

    [low] = assessed(known(labor(employed("2024-01", "2024-03", wage="6000.00")), of_march)).discrepancies

    assert low.kind == "base-below-wage"
    assert low.params == {"wage": "6000.00", "lawful": "6000.00", "base": "4500.00"}


def test_a_claim_for_the_right_base_yields_what_the_declared_one_fell_short_of() -> None:
    right_base = claim("2024-03", "2024-03", kind=ClaimKind.CONTRIBUTION_BASE)
    again = right_base.model_copy(update={"ref": "i2"})
    found = labor(employed("2024-01", "2024-03", wage="6000.00")), tax(paid("2024-03", "2024-03", base="4500.00"))

    result = assessed(known(*found, complaint=complaint(items=(right_base, again))))

    # Medical: due 480 + 120 on 6,000; paid 360 + 90 on 4,500. The rest of 150 is 275 days late: 20.625, so 20.63.
    assert [result.employer_share, result.employee_share, result.late_fee] == [120, 30, Decimal("20.63")]
    assert [(o.item, o.part_a) for o in result.owed] == [("i1", Decimal("170.63")), ("i2", Decimal("0.00"))]


def test_a_base_declared_below_the_floor_leaves_the_rest_up_to_the_floor() -> None:
    right_base = claim("2024-03", "2024-03", kind=ClaimKind.CONTRIBUTION_BASE)
    found = labor(employed("2024-01", "2024-03", wage="3500.00")), tax(paid("2024-03", "2024-03", base="3000.00"))

    result = assessed(known(*found, complaint=complaint(items=(right_base,))))

    # The floor of 4,000: 320 + 80; paid on 3,000: 240 + 60.
    assert [result.employer_share, result.employee_share] == [80, 20]


def test_a_month_whose_bounds_no_table_gives_is_not_judged_and_the_assessment_says_so() -> None:
    early = (labor(employed("1990-01", "1990-01"), employed("2024-01", "2024-03")), tax(paid("1990-01", "1990-01")))

    result = assessed(known(*early))

    assert "bases-not-judged" in result.warnings
    assert not result.discrepancies


def test_the_outlook_counts_what_fact_finding_added() -> None:
    shareholder = employer("e2", kind=RespondentKind.SHAREHOLDER, attitude="willing")
    filed, findings, _, _ = CASES["booked-not-paid"]
    filed = filed.model_copy(update={"respondents": (employer(attitude="declined"), shareholder)})
    state = tax(states=[solvent("1200.50")])
    case = known(
        *(f for f in findings if f.agency is not Agency.TAX),
        state,
        complaint=filed,
        lapsed=(Agency.UNION,),
        antecedents=Antecedents(cases=3, defaults=2),
    )
    judged = case.model_copy(update={"assessment": assessed(case)})
    lapses = LimitationClock(
        item="i1",
        clock="arbitration",
        as_of=TODAY,
        state=ClockState.RUNNING,
        runs_from=TODAY,
        lapses_on=date(2025, 1, 20),
        remaining_days=20,
        sources=(),
        verified=True,
    )

    facts = prognosis_facts(judged, [lapses])

    assert (facts.respondents_willing, facts.respondents_declined, facts.others_liable) == (1, 1, 1)
    assert (facts.silent_agencies, facts.earlier_defaults, facts.earlier_cases) == (1, 2, 3)
    assert (facts.discrepancies, facts.open_discrepancies, facts.decided_discrepancies) == (1, 1, 0)
    assert (facts.days_to_limitation, facts.monthly_capacity) == (20, Decimal("1200.50"))


def test_a_decided_contradiction_no_longer_counts_as_open() -> None:
    filed, findings, _, _ = CASES["booked-not-paid"]
    case = known(*findings, complaint=filed)
    found = assessed(case)
    decision = Decision(discrepancy=found.discrepancies[0].id, holds="second", decided_by="sup-1", reason="核实")

    facts = prognosis_facts(case.model_copy(update={"assessment": found, "decisions": (decision,)}))

    assert (facts.open_discrepancies, facts.decided_discrepancies) == (0, 1)


def test_a_warning_does_not_make_a_case_contradictory_for_triage() -> None:
    low = known(labor(employed("2024-01", "2024-03", wage="6000.00")), tax(paid("2024-03", "2024-03", base="4500.00")))

    facts = triage_facts(low.model_copy(update={"assessment": assessed(low)}))

    assert facts.discrepancies == 0


def test_the_opening_proposal_is_what_the_employer_can_bear_and_adds_up_to_part_a() -> None:
    case = known(labor(employed("2024-01", "2024-03")), medical(), tax(states=[solvent("600.00")]))

    result = assessed(case)
    opening = result.prognosis.opening

    # 583.75 + 576.50 + 568.75 (March: 275 days) = 1,729.00: at most 600 a month needs three instalments.
    assert opening is not None and opening.total == Decimal("1729.00") == sum(result.part_a_of().values())
    assert [i.amount for i in opening.instalments] == [Decimal("576.34"), Decimal("576.33"), Decimal("576.33")]
    assert opening.within_capacity


def test_who_retires_first_is_paid_for_first() -> None:
    people = (claimant(1), claimant(2))
    soon = [Retirement(claimant="c1", on=date(2026, 6, 1)), Retirement(claimant="c2", on=date(2025, 6, 1))]
    case = known(
        labor(employed("2024-01", "2024-03"), employed("2024-01", "2024-03", of="c2"), retirements=soon),
        tax(states=[solvent("1729.00")]),
        complaint=complaint(claimants=2, items=(claim(),)).model_copy(update={"claimants": people}),
    )

    opening = assessed(case).prognosis.opening

    assert opening is not None
    assert [i.claimants for i in opening.instalments] == [{"c2": Decimal("1729.00")}, {"c1": Decimal("1729.00")}]


def test_an_insolvent_employer_gets_no_instalments() -> None:
    case = known(
        labor(employed("2024-01", "2024-03")),
        complaint=complaint(items=(claim(),), circumstances=Circumstances(insolvency=True)),
    )

    opening = assessed(case).prognosis.opening

    assert opening is not None and not opening.instalments
    assert [reason.code for reason in opening.reasons] == ["prognosis.opening.lodge-claim"]


def test_a_late_fee_above_its_principal_is_pointed_out_since_a_cap_is_contested() -> None:
    # Late by 2 000 days at 0.05 % the fee is the principal: 2019-07-11 is 2 000 days before 2024-12-31.
    for month, above in (("2019-06", True), ("2019-07", False)):
        old = known(labor(employed(month, month)), tax(), complaint=complaint(items=(claim(month, month),)))
        assert ("late-fee-above-principal" in assessed(old).warnings) is above


def test_severance_is_reckoned_from_the_last_spell_found_beside_what_is_claimed() -> None:
    asked = ClaimItem(ref="i2", kind=ClaimKind.SEVERANCE, respondent="e1", amount=Decimal("30000.00"))
    found = labor(
        employed("2020-01", "2020-12", wage="4000.00"),
        employed("2022-01", "2023-12", wage="6000.00"),
        employed("2024-01", "2024-03", wage="7000.00"),
    )

    [owed] = assessed(known(found, tax(), complaint=complaint(items=(asked,)))).owed

    # 2022-01 to 2024-03: two years and three months. Of the last twelve months three at 7,000 and nine at 6,000.
    assert owed.reckoned == Reckoned(amount=Decimal("15625.00"), months=Decimal("2.5"), wage=Decimal("6250.00"))
    assert owed.part_b == Decimal("30000.00")


def test_severance_is_not_reckoned_where_the_wage_was_not_found() -> None:
    unknown = employed("2024-01", "2024-03", wage=None)
    asked = ClaimItem(ref="i2", kind=ClaimKind.SEVERANCE, respondent="e1", amount=Decimal("30000.00"))
    [owed] = assessed(known(labor(unknown), tax(), complaint=complaint(items=(asked,)))).owed
    assert owed.reckoned is None


def test_losses_of_one_person_are_added_and_bring_one_claim_its_sum() -> None:
    bills = [ClaimItem(ref=ref, kind=ClaimKind.MEDICAL_REIMBURSEMENT, respondent="e1") for ref in ("i1", "i2")]
    losses = tuple(UninsuredLoss(claimant="c1", amount=Decimal(amount)) for amount in ("100.10", "200.20"))
    owed = assessed(
        known(labor(), medical().model_copy(update={"losses": losses}), complaint=complaint(items=tuple(bills)))
    ).owed
    assert [(one.item, one.part_b) for one in owed] == [("i1", Decimal("300.30")), ("i2", Decimal("0.00"))]
