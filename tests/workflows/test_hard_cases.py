"""The hard cases of docs/law.md: each example is played to its end, and what the law says must come out of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from temporalio.worker import Replayer

from casebook import papers
from cli.plays.demo import load
from cli.plays.example import EXAMPLES, localise
from cli.plays.play import PlayResult, play
from domain.assessment.limitation import LimitationClock
from domain.assessment.retirement import reached_on
from domain.base import CENTRE_ZONE
from domain.ledger import Event
from domain.papers.kinds import PaperKind
from domain.views.case_view import CaseView, SideBySide
from domain.words import CaseClass, Language, Outcome, ReferralTarget
from papers.wording import wording
from runtime.connect import plugin
from tests.workflows.conftest import Office
from tests.workflows.test_replay import nobody
from workflows.dispute import DisputeWorkflow
from workflows.proven import Proving

RATES = ("24", "10", "1.0", "0.4")
"""Percent of the base, both payers: pension, medical, unemployment, injury."""


def late_fee(base: str, month_end: date, on: date) -> Decimal:
    """0.05 % for each day after the month's last day, each insurance rounded (社会保险法 Art.86)."""
    days = (on - month_end).days
    parts = (Decimal(base) * Decimal(rate) / 100 * Decimal("0.0005") * days for rate in RATES)
    return sum((part.quantize(Decimal("0.01"), ROUND_HALF_UP) for part in parts), Decimal(0))


@dataclass
class Played:
    """A hard case after its last day."""

    office: Office
    run: str
    result: PlayResult
    events: list[Event]

    @property
    def view(self) -> CaseView:
        return self.result.view

    @property
    def premiums(self) -> Decimal:
        """Of both payers, without late fees."""
        assert self.view.part_a is not None and self.view.late_fee is not None
        return self.view.part_a - self.view.late_fee

    @property
    def answers(self) -> dict[tuple[str, str], str]:
        return {(line.claimant, line.item): line.answer for line in self.view.reply}

    @property
    def referred(self) -> dict[str, ReferralTarget]:
        return {referral.item: referral.target for referral in self.view.referrals}

    def facts(self, kind: str) -> dict[str, object]:
        """Of the first event of a kind."""
        return dict(next(event.facts for event in self.events if event.kind == kind))

    def day_of(self, kind: str) -> date:
        """Of the last event of a kind."""
        return [event.at for event in self.events if event.kind == kind][-1].astimezone(CENTRE_ZONE).date()

    async def reasons(self) -> dict[str, str]:
        """The triage rules that fired, with their articles."""
        told = await self.office.client.get_workflow_handle(self.view.case).query(DisputeWorkflow.explain_triage)
        assert told.triage is not None
        return {rule.rule: rule.source for rule in told.triage.fired}

    async def another(self, complaint_id: str) -> CaseView:
        """Another case of the same play."""
        handle = self.office.client.get_workflow_handle(f"dispute-{complaint_id}-{self.run}")
        return await handle.query(DisputeWorkflow.case_view)


async def played(office: Office, name: str) -> Played:
    """Play an example to its end; what it left behind is proved, and replays."""
    run = name[:7]
    await load(office.pool, office.vault, localise(EXAMPLES / name, run))
    result = await play(office.client, EXAMPLES / name, run=run)
    await office.verify(result.case)
    history = await office.client.get_workflow_handle(result.case).fetch_history()
    replayer = Replayer(workflows=[DisputeWorkflow], plugins=[plugin(office.vault)], interceptors=[Proving(nobody)])
    await replayer.replay_workflow(history)
    return Played(office, run, result, await office.events(result.case))


async def test_1_shareholders_and_liquidators_answer_for_a_deregistered_employer(office: Office) -> None:
    case = await played(office, "hard-01-deregistered")
    assert case.view.case_class is CaseClass.SPECIAL
    why = await case.reasons()
    assert why["employer-gone"] == "社会保险经办条例 Art.10"
    assert {"owner-abroad", "near-retirement"} <= why.keys()
    assert case.view.prognosis is not None
    assert "others-liable" in {point.row for point in case.view.prognosis.points}  # 公司法 Art.23, 232, 240, 241
    assert case.premiums == Decimal("63720.00")  # 5,000.00 × 35.4 % × 3 months × 12 workers
    ends = (date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31))
    assert case.view.late_fee == 12 * sum(late_fee("5000", end, case.day_of("assessed")) for end in ends)
    assert case.day_of("assessed") == case.day_of("proposal_made")  # what ran on meanwhile is in the terms
    opened = date.fromisoformat(str(case.facts("mediation_opened")["due"]))
    assert case.view.mediation_due is not None
    assert case.view.mediation_due - opened >= timedelta(days=119)  # the clocks stood still
    assert case.view.settlement is not None and case.view.settlement.payer == "e3"
    assert case.view.outcome is Outcome.PERFORMED
    assert set(case.answers.values()) == {"paid"}


async def test_2_nobody_disposes_of_what_is_a_workers_own_without_that_worker(office: Office) -> None:
    case = await played(office, "hard-02-collective")
    assert case.premiums == Decimal("14160.00")  # 4,000.00 × 35.4 % × 10 workers
    assert case.view.part_b == Decimal("30000.00")
    assert case.facts("representatives_elected")["representatives"] == ["c1", "c2", "c3"]
    assert set(case.facts("proposal_answered_for")["consents"]) == {f"c{n}" for n in range(2, 10)}  # type: ignore[call-overload]
    assert case.view.settlement is not None
    fee = late_fee("4000", date(2025, 3, 31), case.day_of("assessed"))
    assert case.view.settlement.total == 9 * (Decimal("1416.00") + fee + Decimal("2400.00"))
    assert case.view.outcome is Outcome.PARTLY_PERFORMED
    assert {who for (who, _), answer in case.answers.items() if answer == "paid"} == {f"c{n}" for n in range(1, 10)}
    assert case.answers["c10", "i1"] == case.answers["c10", "i2"] == "unsettled"
    assert case.referred == {"i1": ReferralTarget.LABOUR_INSPECTION, "i2": ReferralTarget.ARBITRATION}


async def test_3_one_ledger_keeps_employers_and_months_apart(office: Office) -> None:
    case = await played(office, "hard-03-employers-in-sequence")
    handle = office.client.get_workflow_handle(case.view.case)
    side: SideBySide = await handle.query(DisputeWorkflow.side_by_side)
    assert [(line.employer, line.first_month, line.last_month) for line in side.lines] == [
        ("e1", "2024-01", "2024-06"),
        ("e2", "2024-05", "2024-09"),
        ("e3", "2024-10", "2024-12"),
    ]
    # 5,000.00 × 35.4 % × 6 + 6,000.00 × 35.4 % × 3 (May and June are the first employer's) + 7,000.00 × 35.4 % × 3
    assert case.premiums == Decimal("10620.00") + Decimal("6372.00") + Decimal("7434.00")
    assert case.facts("discrepancy_decided")["holds"] == "tax"
    assert {line.item for line in case.view.reply} == {"i1", "i2", "i3"}
    assert case.view.outcome is Outcome.PERFORMED


async def test_7_a_broken_instalment_brings_enforcement_back(office: Office) -> None:
    case = await played(office, "hard-07-instalments")
    assert case.premiums == Decimal("7080.00")  # 10,000.00 × 35.4 % × 2
    assert case.view.settlement is not None
    first, second, third = case.view.settlement.instalments
    assert first.amount + second.amount + third.amount == case.view.part_a
    assert (first.paid, second.paid, third.paid) == (first.amount, Decimal(0), Decimal(0))
    kinds = [event.kind for event in case.events]
    steps = ["instalment_overdue", "instalment_defaulted", "settlement_accelerated", "payment_demanded"]
    assert [kind for kind in kinds if kind in steps] == steps  # 行政强制法 Art.54: told before it is enforced
    assert case.facts("settlement_accelerated")["outstanding"] == f"{third.amount:.2f}"
    assert case.facts("payment_demanded")["outstanding"] == f"{second.amount + third.amount:.2f}"
    assert case.view.outcome is Outcome.BREACHED
    assert case.referred == {"i1": ReferralTarget.ENFORCEMENT}
    assert case.view.referrals[0].source == "社会保险法 Art.63; 行政强制法 Art.53-54"
    [number] = [paper.number for paper in case.view.papers if paper.kind is PaperKind.UNIFIED_REPLY]
    reply = await papers.find(office.pool, office.vault, number)
    assert reply is not None and reply.matter.part_a_paid == first.amount
    told = wording(reply.matter, number, Language.ENGLISH)["computation"]
    assert f"{first.amount:,.2f}" in told and f"{second.amount + third.amount:,.2f}" in told


async def test_12_withdrawal_does_not_stop_the_collection_and_reopening_keeps_what_there_was(office: Office) -> None:
    case = await played(office, "hard-12-withdrawal")
    closed = await case.another("hard-12-withdrawal")
    assert closed.part_a is not None and closed.late_fee is not None
    assert closed.part_a - closed.late_fee == Decimal("6372.00")  # 6,000.00 × 35.4 % × 3
    assert closed.outcome is Outcome.WITHDRAWN
    assert {(r.claimant, r.item): r.answer for r in closed.reply} == {
        ("c1", "i1"): "withdrawn-collected",
        ("c1", "i2"): "withdrawn",
    }
    assert {line.item: line.amount for line in closed.reply}["i1"] == closed.part_a
    assert {referral.item: referral.target for referral in closed.referrals} == {"i1": ReferralTarget.ENFORCEMENT}

    assert case.view.case == f"{closed.case}-r1"
    assert case.events[0].kind == "case_reopened"
    assert case.events[0].facts["head"] == closed.ledger_head == await office.verify(closed.case)
    assert [event.facts["task"] for event in case.events if event.kind == "finding_kept"] == [
        "medical-insurance",
        "tax",
    ]
    assert case.view.outcome is Outcome.PERFORMED
    assert case.answers == {("c1", "i1"): "paid", ("c1", "i2"): "paid"}
    assert {line.item: line.amount for line in case.view.reply}["i2"] == Decimal("7200.00")  # four fifths of 9,000
    before, after = await clocks(office, closed.case), await clocks(office, case.view.case)
    assert after["i1"].state == before["i1"].state == "held"  # filed in time: the look-back stays held
    old, new = ([s.params["day"] for s in one["i2"].history if s.code == "interrupts"] for one in (before, after))
    assert old[0] == new[0]  # the first filing still counts


async def clocks(office: Office, case: str) -> dict[str, LimitationClock]:
    """The limitation of each claim item."""
    told = await office.client.get_workflow_handle(case).query(DisputeWorkflow.deadlines)
    return {clock.item: clock for clock in told.clocks}


async def test_13_whoever_may_not_judge_stands_back_and_the_thread_is_not_lost(office: Office) -> None:
    case = await played(office, "hard-13-recusal")
    first = await case.another("hard-13-recusal")
    assert first.outcome is Outcome.FAILED
    assert first.assignment is not None
    assert {one.why for one in first.assignment.exclusions} == {"same-unit"}
    opened = [event.facts["mediator"] for event in case.events if event.kind == "mediation_opened"]
    assert first.mediator not in opened
    assert case.facts("reassigned")["before"] in opened
    assert case.facts("reassigned")["to"] == "m-p01"  # m-g27, of the employer's own unit, was refused
    assert [proposal.state for proposal in case.view.proposals] == ["accepted"]  # put there by whoever stood back
    assert case.view.outcome is Outcome.PERFORMED


async def test_6_an_insolvent_employer_pays_nobody_alone_and_late_fees_stop(office: Office) -> None:
    case = await played(office, "hard-06-insolvency")
    assert case.premiums == Decimal("8496.00")  # 8,000.00 × 35.4 % × 3
    stops = date(2025, 6, 29)  # the last day before the court accepted
    ends = (date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31))
    assert case.view.late_fee == sum(late_fee("8000", end, stops) for end in ends) == Decimal("253.46")
    assert case.facts("insolvency_ranked") == {
        "first": "14400.00",  # wages 12,000.00, and 8,000.00 × (8 % + 2 %) × 3 for the personal accounts
        "second": "6096.00",  # the rest of the premiums
        "third": "253.46",  # the late fee
    }
    assert "interest-stopped" in case.view.warnings
    assert case.view.outcome is Outcome.REFERRED
    assert set(case.referred.values()) == {ReferralTarget.INSOLVENCY_ADMINISTRATOR}
    assert not case.view.proposals


async def test_11_the_same_complaint_is_linked_and_what_is_before_arbitration_is_referred(office: Office) -> None:
    case = await played(office, "hard-11-several-windows")
    first = await case.another("hard-11-several-windows")
    assert first.linked == (f"hard-11-several-windows-hotline-{case.run}",)
    assert first.outcome is Outcome.PERFORMED
    second = await case.another("hard-11-several-windows-hotline")
    assert second.outcome is Outcome.MERGED
    assert case.view.outcome is Outcome.REFERRED
    assert case.referred == {"i1": ReferralTarget.ARBITRATION, "i2": ReferralTarget.ARBITRATION}
    assert set(case.answers.values()) == {"referred"}
    assert case.view.case_number is not None  # registered, not dropped


async def test_14_an_anonymous_report_is_a_lead_without_amount_or_agreement(office: Office) -> None:
    case = await played(office, "hard-14-anonymous")
    assert case.view.outcome is Outcome.REFERRED
    assert case.referred == {"i1": ReferralTarget.LABOUR_INSPECTION}
    assert case.view.referrals[0].source == "劳动保障监察条例 Art.9"
    assert case.view.claimants == () and case.view.part_a is None
    assert case.view.proposals == () and case.view.settlement is None
    assert case.view.case_number is not None


async def test_4_a_waiver_of_insurance_is_void_and_what_was_paid_instead_is_set_off(office: Office) -> None:
    case = await played(office, "hard-04-waiver")
    assert (await case.reasons())["insurance-waived"] == "法释〔2025〕12号 Art.19"
    assert case.premiums == Decimal("6372.00")  # 6,000.00 × 35.4 % × 3: nothing of it is waived
    assert case.view.part_b == Decimal("4500.00")  # severance 6,000.00 less 1,500.00 paid instead
    assert case.view.settlement is not None
    assert case.view.settlement.total == case.view.part_a + Decimal("4500.00") if case.view.part_a else False
    amounts = {line.item: (line.answer, line.amount) for line in case.view.reply}
    assert amounts["i1"] == ("paid", case.view.part_a)
    assert amounts["i2"] == ("paid", Decimal("6000.00"))
    assert amounts["i3"] == ("settled", Decimal("-1500.00"))
    assert case.view.outcome is Outcome.PERFORMED


async def test_8_the_dispatch_agency_is_the_employer_and_the_user_unit_a_party(office: Office) -> None:
    case = await played(office, "hard-08-dispatch")
    assert case.view.case_class is CaseClass.COMPLEX
    assert (await case.reasons())["labour-dispatch"] == "劳动合同法 Art.58; 劳动争议调解仲裁法 Art.22"
    assert {r.ref: r.kind for r in case.view.respondents} == {"e1": "dispatch-agency", "e2": "user-unit"}
    assert case.premiums == Decimal("6372.00")  # 9,000.00 × 35.4 % × 2, owed by the agency
    assert case.facts("session_held")["present"] == ["c1", "e1", "e2"]
    assert case.view.settlement is not None and case.view.settlement.payer == "e1"
    assert case.view.outcome is Outcome.PERFORMED


async def test_9_platform_work_is_classed_threefold(office: Office) -> None:
    case = await played(office, "hard-09-platform")
    assert (await case.reasons())["platform-work"] == "人社部发〔2021〕56号"
    assert case.premiums == Decimal("3540.00")  # 5,000.00 × 35.4 % × 2, for the one employee
    assert case.answers["c1", "i1"] == "paid"
    assert case.answers["c2", "i1"] == case.answers["c3", "i1"] == "nothing-owed"
    referred = {(line.claimant, line.item): line.referred_to for line in case.view.reply if line.referred_to}
    assert referred == {("c2", "i2"): ReferralTarget.LABOUR_INSPECTION, ("c3", "i2"): ReferralTarget.COURT}
    assert case.view.outcome is Outcome.PARTLY_PERFORMED


async def test_5_no_premiums_are_owed_beyond_the_retirement_age_which_rises(office: Office) -> None:
    case = await played(office, "hard-05-retirement")
    assert reached_on(date(1965, 5, 15), "men") == date(2025, 7, 15)  # 60 years, and 2 months later
    assert case.premiums == Decimal("6372.00")  # 6,000.00 × 35.4 % × 3: May, June, July
    assert case.facts("discrepancy_decided")["holds"] == "labor"
    [found] = [d for d in case.view.discrepancies if d.kind == "retired-before-claim-end"]
    assert (found.first_month, found.last_month) == ("2025-08", "2025-09")
    assert case.view.outcome is Outcome.PERFORMED


async def test_10_a_near_relative_steps_in_for_a_claimant_who_has_died(office: Office) -> None:
    case = await played(office, "hard-10-deceased")
    assert case.facts("stepped_in") == {"claimant": "c1", "kinship": "spouse", "died_on": "2026-11-01"}
    assert case.premiums == Decimal("7434.00")  # 7,000.00 × 35.4 % × 3
    assert case.view.part_b == Decimal("7000.00")
    assert [event.kind for event in case.events].count("mediation_opened") == 1  # nothing begins anew
    assert set(case.answers.values()) == {"paid"}
    assert case.view.outcome is Outcome.PERFORMED
