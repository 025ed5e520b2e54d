"""Terms looked at before they are sent: numbers checked by hand, and nothing changed by looking."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from activities.performance import PerformanceService
from client.offer import left_out
from domain.assessment.assessment import OwedItem
from domain.case.protocol import check
from domain.case.requests import PerformancePlan, PerformanceRequest
from domain.case.state import CaseState, Proposal
from domain.ledger import Actor
from domain.procedure.mediation.bargain import Bargain, Offer, bargain
from domain.procedure.mediation.simulation import Simulation, beside, simulate
from domain.refusal import Refused
from domain.settlement.instalments import Instalment, LeftOut
from domain.views.masking import Eyes
from domain.words import Agency, Phase, Role
from runtime.rules import Rules
from tests.domain.cases import DAY, MEDIATOR, NOW, TODAY, assessment, case, instalment, mediated, proposal

D = Decimal
C1 = Actor(id="c1", role=Role.CLAIMANT)


def bargained(*proposals: Proposal) -> CaseState:
    """c1 is owed 1,000.00 of A and 400.00 of B, c2 200.00 of A; 960.00 of all A are premiums."""
    found = assessment(c1="1000.00", c2="200.00")
    of_b = OwedItem(item="i1", claimant="c1", part_a=D("0.00"), part_b=D("400.00"))
    found = found.model_copy(
        update={
            "owed": (*found.owed, of_b),
            "employer_share": D("700.00"),
            "employee_share": D("260.00"),
            "late_fee": D("240.00"),
        }
    )
    return mediated(*proposals, claimants=2, assessment=found)


def offer(*instalments: Instalment, **changes: Any) -> Offer:
    return Offer(**{"proposal": "p9", "payer": "e1", "instalments": instalments} | changes)


HALVES = (
    Instalment(ref="n1", due=date(2026, 12, 5), part_a={"c1": D("600.00")}, part_b={"c1": D("100.00")}),
    Instalment(
        ref="n2", due=date(2027, 1, 4), part_a={"c1": D("400.00"), "c2": D("200.00")}, part_b={"c1": D("200.00")}
    ),
)


def seen(running: CaseState, wanted: Offer, reader: Actor = MEDIATOR) -> Bargain:
    told = bargain(running, wanted, reader, NOW)
    assert told is not None
    return Eyes.of(reader, set(Agency)).bargain(told)


async def simulated(running: CaseState, wanted: Offer, folder: Path, reader: Actor = MEDIATOR) -> Simulation:
    told, service = seen(running, wanted, reader), PerformanceService(Rules(folder))

    async def plan(instalments: tuple[Instalment, ...], acceleration: bool | None = None) -> PerformancePlan:
        return await service.plan(
            PerformanceRequest(
                jurisdiction=told.jurisdiction, instalments=instalments, agreed_on=TODAY, acceleration=acceleration
            )
        )

    others = {ref: await plan(one) for ref, one in beside(told).items()}
    return simulate(told, wanted, await plan(wanted.instalments, wanted.acceleration), others)


async def test_terms_are_told_what_they_cost_when_they_are_paid_and_what_is_given_up(tmp_path: Path) -> None:
    found = await simulated(bargained(), offer(*HALVES), tmp_path)
    assert (found.part_a, found.part_b, found.total, found.given_up) == (D("1200"), D("300"), D("1500"), D("100"))
    first, second = found.instalments
    assert (first.named, first.due, second.due) == (date(2026, 12, 5), date(2026, 12, 7), date(2027, 1, 4))
    # 600.00 x 960/1200 premiums x 0.05 % x 14 days = 3.36; 480.00 x 0.05 % x 42 days = 10.08
    assert (first.late_fee, second.late_fee, found.late_fee) == (D("3.36"), D("10.08"), D("13.44"))
    one, two = found.claimants
    assert (one.part_a, one.part_b, one.given_up, one.percent, one.paid_by) == (
        D("1000"),
        D("300"),
        D("100"),
        D("25.0"),
        date(2027, 1, 4),
    )
    assert (two.part_a, two.percent) == (D("200"), None)
    assert found.objections == () and found.left_out == ()


async def test_whoever_pays_nothing_is_shown_what_enforcement_asks_for_with_and_without_acceleration(
    tmp_path: Path,
) -> None:
    found = await simulated(bargained(), offer(*HALVES, acceleration=False), tmp_path)
    as_offered, otherwise = found.defaults
    assert (as_offered.acceleration, as_offered.agreed, otherwise.acceleration) == (False, True, True)
    # Due 7 December, grace ten days, ten working days more are over with 4 January.
    assert (as_offered.default_on, as_offered.enforced_on) == (date(2026, 12, 18), date(2027, 1, 5))
    # 600.00 x 0.05 % x 29 days = 8.70; 600.00 of the second x 0.05 % x 1 day, or 18 days from its acceleration
    assert (as_offered.fallen_due, as_offered.late_fee, as_offered.to_come) == (D("1500"), D("9.00"), D("0"))
    assert (otherwise.fallen_due, otherwise.late_fee) == (D("1500"), D("14.10"))


async def test_terms_are_laid_beside_what_is_on_the_table(tmp_path: Path) -> None:
    running = bargained(proposal("p1", instalment("n1", 20, c1="1000.00", c2="200.00")))
    found = await simulated(running, offer(*HALVES), tmp_path)
    assert [(one.what, one.ref, one.part_a, one.part_b, one.instalments) for one in found.beside] == [
        ("these", "p9", D("1200"), D("300"), 2),
        ("proposal", "p1", D("1200"), D("0"), 1),
    ]


def test_looking_tells_every_objection_of_sending_and_changes_nothing() -> None:
    running = bargained()
    before = running.model_dump_json()
    bad = offer(Instalment(ref="n1", due=TODAY - DAY, part_a={"c1": D("999.99")}), payer="e9")
    told = seen(running, bad)
    with pytest.raises(Refused) as refused:
        check(running, bad.message(MEDIATOR), NOW)
    assert told.objections == refused.value.problems and len(told.objections) == 3
    assert running.model_dump_json() == before


def test_terms_can_be_looked_at_before_mediation_and_by_whoever_may_not_send_them() -> None:
    early = case(Phase.PROGNOSIS, assessment=assessment(c1="100.00"))
    short = offer(instalment("n1", 5, c1="99.00"))
    codes = [problem.code for problem in seen(early, short).objections]
    assert codes == ["refusals.message.phase", "refusals.proposal.part_a_waived"]
    head = seen(bargained(), short, Actor(id="s1", role=Role.SUPERVISOR))
    assert [problem.code for problem in head.objections] == ["refusals.actor.role", "refusals.proposal.part_a_waived"]
    assert bargain(case(Phase.TRIAGE), short, MEDIATOR, NOW) is None


async def test_a_claimant_is_told_nothing_of_what_another_is_owed(tmp_path: Path) -> None:
    running = bargained(proposal("p1", instalment("n1", 20, c1="1000.00", c2="200.00")))
    wanted = offer(instalment("n1", 20, c1="1000.00", c2="1.00"))
    told = seen(running, wanted, C1)
    assert {line.claimant for line in told.owed} == {"c1"}
    assert told.premiums is None and told.opening is None
    assert told.proposals[0].instalments[0].part_a == {"c1": D("1000.00")}
    assert [(one.code, one.params) for one in told.objections] == [("refusals.proposal.part_a_of_others", {})]
    assert "200.00" not in told.model_dump_json()
    found = await simulated(running, wanted, tmp_path, C1)
    assert found.late_fee is None


async def test_part_b_of_an_item_that_the_terms_leave_out_is_not_given_up(tmp_path: Path) -> None:
    one = Instalment(ref="n1", due=TODAY + DAY, part_a={"c2": D("200.00")}, part_b={"c1": D("10.00")})
    left = offer(one, unsettled=(LeftOut(item="i1", claimants=("c1",)),))
    assert left_out(seen(bargained(), left), left.unsettled) == {"c1": (D("1000.00"), D("400.00"))}
    line = (await simulated(bargained(), left, tmp_path)).claimants[0]
    assert (line.found, line.unsettled, line.given_up, line.percent) == (D("0"), D("400.00"), D("-10.00"), None)
