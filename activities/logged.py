"""One log line for each activity that was done, with the phase of the case that it serves."""

from time import perf_counter
from typing import Any, Final

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.case.casebook_rows import CasebookEntry
from domain.words import Phase

_PHASES: Final = {
    "intake.admit": Phase.INTAKE,
    "intake.link": Phase.INTAKE,
    "triage.plan": Phase.TRIAGE,
    "assessment.judge": Phase.PROGNOSIS,
    "mediation.open": Phase.MEDIATION,
    "performance.plan": Phase.MEDIATION,
    "closure.close": Phase.CLOSURE,
    "aftercare.hand_over": Phase.CLOSED,
    "aftercare.give_back": Phase.INTAKE,
    "aftercare.take_up": Phase.CLOSED,
    "aftercare.terms": Phase.CLOSED,
    "aftercare.record": Phase.CLOSED,
}


class Logged(Interceptor):
    """Says which activity was done for which case, in which phase, and how long it took."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """See base class."""
        return _Inbound(super().intercept_activity(next))


class _Inbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        with structlog.contextvars.bound_contextvars(phase=_phase(input)):
            began = perf_counter()
            result = await super().execute_activity(input)
            milliseconds = round((perf_counter() - began) * 1000, 1)
            activity.logger.info("activity done", extra={"milliseconds": milliseconds})
            return result


def _phase(given: ExecuteActivityInput) -> Phase:
    """The phase of the case; agencies read their records in fact-finding only."""
    if given.args and isinstance(given.args[0], CasebookEntry):
        return given.args[0].case.phase
    return _PHASES.get(activity.info().activity_type, Phase.FACT_FINDING)
