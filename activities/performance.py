"""Planning performance: when each agreed instalment is due, reminded and in default."""

from collections.abc import Iterator
from datetime import timedelta

from temporalio import activity

from domain.case.requests import DuePlan, PerformancePlan, PerformanceRequest
from domain.settlement.confirmation import ConfirmationKind, ConfirmationPlan
from domain.settlement.instalments import Instalment
from domain.settlement.performance import PerformanceTerms, acceleration_rule
from domain.settlement.signature import SigningPlan
from runtime.rules import Rules


class PerformanceService:
    """The centre's watch over performance."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @activity.defn(name="performance.plan")
    async def plan(self, request: PerformanceRequest) -> PerformancePlan:
        """An instalment due on a holiday is due on the next working day. The late fee is that of the day agreed."""
        return PerformancePlan(
            dues=tuple(self._due(one, request) for one in request.instalments),
            terms=self._terms(request),
            signing=self._signing(request),
            confirmations=tuple(self._confirmations(request)),
        )

    def _signing(self, request: PerformanceRequest) -> SigningPlan | None:
        if request.agreed_on is None:
            return None
        until = self._rules.deadline("agreement-signing", request.agreed_on, request.jurisdiction)
        return SigningPlan(deadline=until, remind_at=self._rules.reminder(until, "agreement-signing-reminder"))

    def _confirmations(self, request: PerformanceRequest) -> Iterator[ConfirmationPlan]:
        """Where part B was agreed; part A is no civil matter that a court or arbitrators would confirm."""
        if request.agreed_on is None or not any(one.part_b for one in request.instalments):
            return
        for kind in ConfirmationKind:
            until = self._rules.deadline(kind, request.agreed_on, request.jurisdiction)
            yield ConfirmationPlan(kind=kind, deadline=until, remind_at=self._rules.reminder(until, f"{kind}-reminder"))

    def _due(self, instalment: Instalment, request: PerformanceRequest) -> DuePlan:
        rules, place = self._rules, request.jurisdiction
        due = rules.agreed("instalment", instalment.due, place)
        grace = rules.deadline("instalment-grace", due.due, place)
        plan = DuePlan(
            instalment=instalment,
            deadline=due,
            remind_at=rules.reminder(due, "instalment-reminder"),
            default_at=grace.due_at,
        )
        if request.agreed_on is None:
            return plan
        default_on = grace.due + timedelta(days=1)
        return plan.model_copy(
            update={
                "remind_again_at": rules.deadline("instalment-late-reminder", due.due, place).due_at,
                "enforce_at": rules.deadline("enforcement-reminder", default_on, place).due_at,
            }
        )

    def _terms(self, request: PerformanceRequest) -> PerformanceTerms | None:
        if request.agreed_on is None:
            return None
        fee = self._rules.tables.parameters.find("late-fee", "", request.jurisdiction, request.agreed_on)
        rule = acceleration_rule()
        agreed = request.acceleration is not None
        return PerformanceTerms(
            acceleration=bool(request.acceleration) if agreed else rule.holds,
            acceleration_source="settlement" if agreed else rule.source,
            late_fee=fee.value,
            late_fee_row=fee.id,
        )
