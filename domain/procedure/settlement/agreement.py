"""Accepted terms become a settlement whose instalments are followed."""

from datetime import datetime
from decimal import Decimal

from domain.case.requests import PerformancePlan
from domain.case.state import CaseState, Due, Proposal, Settlement
from domain.procedure.settlement import confirming, signing
from domain.settlement.instalments import Instalment


def instalments_of(case: CaseState, proposal: Proposal) -> tuple[Instalment, ...]:
    """The proposal's instalments, for those claimants who accepted."""
    accepted = {ref for ref, given in proposal.answers.items() if given.accept} - case.withdrawn.keys()
    kept = (
        instalment.model_copy(
            update={
                "part_a": {c: yuan for c, yuan in instalment.part_a.items() if c in accepted},
                "part_b": {c: yuan for c, yuan in instalment.part_b.items() if c in accepted},
            }
        )
        for instalment in proposal.instalments
    )
    return tuple(instalment for instalment in kept if instalment.total > 0)


def settle(
    case: CaseState, proposal: Proposal, claimants: tuple[str, ...], plan: PerformancePlan, now: datetime
) -> None:
    """Accepted terms become a settlement whose instalments are followed."""
    case.settlement = Settlement(
        proposal=proposal.ref,
        payer=proposal.payer,
        claimants=claimants,
        agreed_on=case.day(now),
        guarantee=proposal.guarantee,
        unsettled=proposal.unsettled,
        debts_of_others=proposal.debts_of_others,
        dues=[
            Due(
                instalment=due.instalment,
                deadline=due.deadline,
                remind_at=due.remind_at,
                default_at=due.default_at,
                remind_again_at=due.remind_again_at,
                enforce_at=due.enforce_at,
            )
            for due in plan.dues
        ],
        terms=plan.terms,
    )
    case.note(
        "settled",
        now,
        proposal=proposal.ref,
        payer=proposal.payer,
        claimants=list(claimants),
        total=f"{sum((d.instalment.total for d in plan.dues), Decimal(0)):.2f}",
        instalments=[
            {
                "ref": d.instalment.ref,
                "due": d.deadline.due.isoformat(),
                "amount": f"{d.instalment.total:.2f}",
            }
            for d in plan.dues
        ],
    )
    for one in proposal.debts_of_others:
        case.note("debt_of_another", now, payer=proposal.payer, debtor=one.debtor, ground=one.ground)
    if plan.signing is not None:  # What hangs on its effect comes with that.
        signing.take_plan(case, plan.signing, now)
    else:
        confirming.take_plan(case, plan.confirmations, now)
