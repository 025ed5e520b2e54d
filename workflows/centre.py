"""How workflows ask the centre's services and the agencies: timeouts, retries, and what is never retried."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

from temporalio import workflow
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.identity import IdentityService
    from domain.base import Model
    from domain.case.identity import KeySet
    from domain.rounds import Round
    from domain.words import CENTRE_QUEUE, Agency

A = TypeVar("A")
B = TypeVar("B")
M = TypeVar("M", bound=Model)


NEEDS_A_PERSON: Final = ("Unserviceable", "BadInput", "LedgerConflict")
"""Error types of activities that no retry mends: the case shows them and waits for a person."""

_SERVICE_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_attempts=5,
    non_retryable_error_types=list(NEEDS_A_PERSON),
)
"""What still fails after some seconds is shown, and tried again from there."""
_SILENT_AT_MOST: Final = timedelta(seconds=5)
"""After so long without a sign of life the worker is taken for dead, and another does the work."""
_AGENCY_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    maximum_interval=timedelta(minutes=10),
    non_retryable_error_types=list(NEEDS_A_PERSON),
)


async def service(activity: Callable[[Any, A], Awaitable[B]], request: A, /) -> B:
    """A service of the centre: an ordinary activity, so that it begins when history holds all that went before.

    Raises ActivityError when it can't be done, by its own word or after some seconds of trying.
    """
    return await workflow.execute_activity_method(
        activity,
        request,
        task_queue=CENTRE_QUEUE,
        start_to_close_timeout=timedelta(minutes=1),
        heartbeat_timeout=_SILENT_AT_MOST,
        retry_policy=_SERVICE_RETRY,
    )


def asked_by_the_centre(a_round: Round) -> None:
    """Raise ApplicationError, which ends the workflow, for a round that nobody of the centre asked for."""
    if a_round.asked_by is None:
        raise ApplicationError("nobody of the centre asked for this round", type="Unproved", non_retryable=True)


async def keys() -> KeySet:
    """The public keys that are in force. Tried until it is known: who sent a signal is not guessed."""
    return await workflow.execute_activity_method(
        IdentityService.keys,
        task_queue=CENTRE_QUEUE,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=20)),
    )


async def agency(of: Agency, action: str, request: Model, answer: type[M], *, patience: timedelta, summary: str) -> M:
    """An action of an agency, run by the agency's own worker on its task queue.

    An agency that is away is tried for ``patience``; then ActivityError is raised. When the case no longer
    needs the answer and cancels, it is tried no more. An answer that the agency did not seal, or that does not fit,
    raises ApplicationError: it is read here, because Temporal would end the case for it.
    """
    said: RawValue = await workflow.execute_activity(
        f"{of}.{action}",
        request,
        result_type=RawValue,
        task_queue=of,
        start_to_close_timeout=timedelta(minutes=30),
        heartbeat_timeout=timedelta(seconds=60),
        schedule_to_close_timeout=patience,
        retry_policy=_AGENCY_RETRY,
        summary=summary,
    )
    try:
        [read] = workflow.payload_converter().from_payloads([said.payload], [answer])
    except ApplicationError as misfit:
        raise ApplicationError(misfit.message, "connector.not_theirs", {}, type="BadInput") from misfit
    assert isinstance(read, answer)
    return read
