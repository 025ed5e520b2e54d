"""Planning performance: when each agreed instalment is due, reminded and in default."""

from datetime import timedelta

from temporalio import activity

from domain.deadlines import on_day
from domain.steps import DuePlan, PerformancePlan, PerformanceRequest
from runtime.rules import Rules, length


class PerformanceService:
    """The centre's watch over performance."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    @activity.defn(name="performance.plan")
    async def plan(self, request: PerformanceRequest) -> PerformancePlan:
        """An instalment due on a holiday is due on the next working day."""
        grace = timedelta(days=length("instalment-grace"))
        dues = []
        for instalment in request.instalments:
            due = on_day("instalment", instalment.due, self._rules.tables.calendar)
            dues.append(
                DuePlan(
                    instalment=instalment,
                    deadline=due,
                    remind_at=self._rules.working_days_before(due.due, "instalment-reminder"),
                    default_at=due.due_at + grace,
                )
            )
        return PerformancePlan(dues=tuple(dues))
