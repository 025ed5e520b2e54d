"""The step between an accepted proposal and its performance: it is signed, and its remedies open."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.performance import PerformanceService
    from domain.case.requests import PerformanceRequest
    from domain.ledger import SYSTEM
    from domain.papers.kinds import PaperKind
    from domain.procedure import known
    from domain.procedure.papers.effects import order
    from domain.procedure.settlement import confirming, signing
    from workflows.running_case import RunningCase


async def signed(dispute: RunningCase) -> None:
    """Wait until the settlement is signed, paid in full, or not signed in time. One of before signatures passes."""
    case = dispute.case
    await dispute.until(lambda: signing.open_signing(case) is None or not case.unpaid)
    signing.formed_by_performance(case, dispute.now)
    one, settlement = case.signing, case.settlement
    if one is None or settlement is None or one.seal is None or one.remedies_opened or not case.unpaid:
        return
    effective_on = one.effective_on
    plan = await dispute.step(
        PerformanceService.plan,
        lambda: PerformanceRequest(
            jurisdiction=known.jurisdiction(case),
            instalments=tuple(due.instalment for due in settlement.dues),
            agreed_on=effective_on,
        ),
    )
    one.remedies_opened = True
    confirming.take_plan(case, plan.confirmations, dispute.now)
    order(case, PaperKind.AGREEMENT, None, SYSTEM.id, dispute.now)
