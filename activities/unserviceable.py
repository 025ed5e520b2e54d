"""What no retry mends: a rule that can't be applied, told to the workflow so that the case shows it."""

from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.calendar import NoticeMissing, OutsideCalendar
from domain.deadline_table import UnknownTerm
from domain.parameters import MissingParameter

RULE_ERRORS = (MissingParameter, NoticeMissing, OutsideCalendar, UnknownTerm)


class Unserviceable(Interceptor):
    """Turns an error of the rules into a failure of type ``Unserviceable`` with its code and parameters."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """See base class."""
        return _Inbound(super().intercept_activity(next))


class _Inbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except RULE_ERRORS as error:
            raise ApplicationError(
                error.code, error.code, error.params, type="Unserviceable", non_retryable=True
            ) from None
