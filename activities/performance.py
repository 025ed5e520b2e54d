"""Planning performance: when each agreed instalment is due, reminded and in default."""

from datetime import timedelta

from temporalio import activity

from activities.rules import calendar, length, start_of
from domain.deadlines import on_day
from domain.steps import DuePlan, PerformancePlan, PerformanceRequest


class PerformanceService:
    """The centre's watch over performance."""

    @activity.defn(name="performance.plan")
    async def plan(self, request: PerformanceRequest) -> PerformancePlan:
        """An instalment due on a holiday is due on the next working day."""
        remind = length("instalment-reminder")
        grace = timedelta(days=length("instalment-grace"))
        dues = []
        for instalment in request.instalments:
            due = on_day("instalment", instalment.due, calendar())
            dues.append(
                DuePlan(
                    instalment=instalment,
                    deadline=due,
                    remind_at=start_of(calendar().add_working_days(due.due, -remind)),
                    default_at=due.due_at + grace,
                )
            )
        return PerformancePlan(dues=tuple(dues))
