"""Why an activity can't do what it was asked, told to the workflow so that the case shows it."""

import traceback
from pathlib import Path
from typing import Any, Final

import asyncpg
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from casebook.ledger import LedgerConflict
from domain.deadlines.calendar import NoticeMissing, OutsideCalendar
from domain.deadlines.term_table import UnknownTerm
from domain.inquiry.records import RecordsFault
from domain.rules.parameters import MissingParameter
from domain.rules.rule_table import TableError
from papers.template_language import BadTemplate

RULE_ERRORS: Final = (BadTemplate, MissingParameter, NoticeMissing, OutsideCalendar, TableError, UnknownTerm)
AWAY: Final = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError)
"""The database, or the network to it: nothing is wrong with what was asked."""


class Unserviceable(Interceptor):
    """Turns whatever an activity raises into a failure with a code and parameters, and without what was in it.

    One of the rules is of type ``Unserviceable``, and no retry mends it; one of an agency's records is of its own type.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """See base class."""
        return _Inbound(super().intercept_activity(next))


class _Inbound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except ApplicationError:
            raise
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
        except LedgerConflict as conflict:
            params = {"seq": str(conflict.seq)}
            raise ApplicationError(
                conflict.code, conflict.code, params, type="LedgerConflict", non_retryable=True
            ) from None
        except AWAY as error:
            raise _failure("refusals.service.away", error) from None
        except Exception as error:  # noqa: BLE001 - told by its kind and place: its text may hold a person's data
            raise _failure("refusals.service.failed", error) from None


def _failure(code: str, error: Exception) -> ApplicationError:
    kind = type(error).__name__
    frame = traceback.extract_tb(error.__traceback__)[-1]
    activity.logger.warning("an activity failed: %s at %s:%s", kind, Path(frame.filename).name, frame.lineno)
    return ApplicationError(code, code, {"type": kind}, type=kind)
