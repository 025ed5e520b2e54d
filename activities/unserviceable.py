"""Why an activity can't do what it was asked, told to the workflow so that the case shows it."""

from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.calendar import NoticeMissing, OutsideCalendar
from domain.deadline_table import UnknownTerm
from domain.parameters import MissingParameter
from domain.records import RecordsFault
from domain.rule_table import TableError
from papers.document import BadTemplate

RULE_ERRORS = (BadTemplate, MissingParameter, NoticeMissing, OutsideCalendar, TableError, UnknownTerm)


class Unserviceable(Interceptor):
    """Turns an error into a failure with its code and parameters.

    One of the rules is of type ``Unserviceable``, and no retry mends it; one of an agency's records is of its own type.
    """

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
        except RecordsFault as fault:
            raise ApplicationError(
                fault.code,
                fault.code,
                fault.params,
                type=type(fault).__name__,
                non_retryable=not fault.retryable,
                next_retry_delay=fault.after,
            ) from None
