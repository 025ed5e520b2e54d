"""How workflows ask the centre's services and the agencies: timeouts, retries, and what is never retried."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.labor import Labor
    from activities.medical_insurance import MedicalInsurance
    from activities.tax import Tax
    from activities.union import Union
    from domain.findings import Finding
    from domain.steps import RecordsRequest
    from domain.words import CENTRE_QUEUE, Agency

A = TypeVar("A")
B = TypeVar("B")


class Service(Protocol):
    """A way to ask the centre: ``service`` or ``service_of_its_own``."""

    def __call__(self, activity: Callable[[Any, A], Awaitable[B]], request: A, /) -> Awaitable[B]:
        """The service's answer."""
        ...


READ_RECORDS: Final[dict[Agency, Callable[[Any, RecordsRequest], Awaitable[Finding]]]] = {
    Agency.LABOR: Labor.read_records,
    Agency.MEDICAL_INSURANCE: MedicalInsurance.read_records,
    Agency.TAX: Tax.read_records,
    Agency.UNION: Union.read_records,
}
"""How each agency reads its own records; the activity runs on the task queue of the agency's name."""

NEEDS_A_PERSON: Final = ("Unserviceable", "BadInput", "LedgerConflict")
"""Error types of activities that no retry mends: the case shows them and waits for a person."""

_SERVICE_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(seconds=20),
    non_retryable_error_types=list(NEEDS_A_PERSON),
)
_AGENCY_RETRY: Final = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    maximum_interval=timedelta(minutes=10),
    non_retryable_error_types=list(NEEDS_A_PERSON),
)


async def service(activity: Callable[[Any, A], Awaitable[B]], request: A, /) -> B:
    """A short service of the centre, run in the worker that runs the workflow (a local activity).

    A database that is away delays it: after two seconds the waiting moves to a timer, so that messages are
    answered meanwhile. Raises ActivityError only for the error types of ``NEEDS_A_PERSON``.
    """
    return await workflow.execute_local_activity_method(
        activity,
        request,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=_SERVICE_RETRY,
        local_retry_threshold=timedelta(seconds=2),
    )


async def service_of_its_own(activity: Callable[[Any, A], Awaitable[B]], request: A, /) -> B:
    """The same, as an activity of its own: it begins only when history holds all that went before."""
    return await workflow.execute_activity_method(
        activity,
        request,
        task_queue=CENTRE_QUEUE,
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=_SERVICE_RETRY,
    )


async def agency(
    activity: Callable[[Any, A], Awaitable[B]], request: A, *, queue: str, patience: timedelta, summary: str
) -> B:
    """An action of an agency, run by the agency's own worker on its task queue.

    An agency that is away is tried for ``patience``; then ActivityError is raised. When the case no longer
    needs the answer, the agency is left to finish and the answer is dropped.
    """
    return await workflow.execute_activity_method(
        activity,
        request,
        task_queue=queue,
        start_to_close_timeout=timedelta(minutes=30),
        heartbeat_timeout=timedelta(seconds=60),
        schedule_to_close_timeout=patience,
        retry_policy=_AGENCY_RETRY,
        cancellation_type=workflow.ActivityCancellationType.ABANDON,
        summary=summary,
    )
