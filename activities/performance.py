"""Planning performance: when each agreed instalment is due, reminded and in default."""

from temporalio import activity

from domain.steps import DuePlan, PerformancePlan, PerformanceRequest
from runtime.rules import Rules


class PerformanceService:
    """The centre's watch over performance."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @activity.defn(name="performance.plan")
    async def plan(self, request: PerformanceRequest) -> PerformancePlan:
        """An instalment due on a holiday is due on the next working day."""
        dues = []
        for instalment in request.instalments:
            due = self._rules.agreed("instalment", instalment.due, request.jurisdiction)
            dues.append(
                DuePlan(
                    instalment=instalment,
                    deadline=due,
                    remind_at=self._rules.reminder(due, "instalment-reminder"),
                    default_at=self._rules.deadline("instalment-grace", due.due, request.jurisdiction).due_at,
                )
            )
        return PerformancePlan(dues=tuple(dues))
