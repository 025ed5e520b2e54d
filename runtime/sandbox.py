"""The sandbox in which workflows run, and one thing that it looks after: who was only read does not go on from there.

A query for a case that a worker does not keep in mind is answered from the whole history, and that may end with events
which no workflow task has taken up yet. The case then has seen them by halves: at the time of the task before, and
without those that come with them. If the worker kept it so, the next task would go on from there, and what it wrote
would not come out of replay. Such a case is forgotten when the query is answered, and a task that is quicker than that
is done again. It is known by its last activation, which has the time of the one before: no task of its own began it.
"""

import inspect
from collections.abc import Callable
from typing import Any, Final

from temporalio.worker import Worker, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from runtime.codec import FROM_NOBODY

_RESTRICTIONS: Final = SandboxRestrictions.default.with_passthrough_modules(
    *("activities", "casebook", "domain", "runtime", "texts"),
    *("workflows.answers", "workflows.centre", "workflows.listing", "workflows.proven", "workflows.readings"),
    *("annotated_types", "asyncpg", "cryptography", "google", "jwt", "pydantic", "pydantic_core", "yaml"),
)
"""The sandbox reads only the workflows' own modules anew for each case: the rest has no state to keep apart."""


class OnlyRead(Exception):
    """A case that has seen its last events by halves is given a task, which is done again on what its history says."""


def _arguments(run: Callable[..., Any]) -> tuple[int, int]:
    """How many arguments a workflow must be started with, and may be."""
    _self, *parameters = inspect.signature(run).parameters.values()
    return sum(one.default is one.empty for one in parameters), len(parameters)


def _fit(arguments: Any, least: int, most: int) -> None:
    """Whatever a stranger starts a workflow with: what is too much is left out, what is wanting is bad input."""
    del arguments[most:]
    while len(arguments) < least:
        arguments.add().CopyFrom(FROM_NOBODY)


class Runner(SandboxedWorkflowRunner):
    """Runs workflows in the sandbox."""

    def __init__(self) -> None:
        super().__init__(restrictions=_RESTRICTIONS)
        self._forget: dict[str, Callable[[str], None]] = {}

    def serve(self, worker: Worker) -> Worker:
        """Have the worker forget what it need not keep."""
        self._forget["run"] = worker._bridge_worker._ref.request_workflow_eviction
        return worker

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """See base class."""
        instance, forget = super().create_instance(det), self._forget
        activate, task, by_halves, only_read = instance.activate, None, False, False
        least, most = _arguments(det.defn.run_fn)

        def watched(activation: Any) -> Any:
            nonlocal task, by_halves, only_read
            for job in activation.jobs:
                if job.HasField("initialize_workflow"):
                    _fit(job.initialize_workflow.arguments, least, most)
            if any(job.HasField("query_workflow") for job in activation.jobs):
                only_read = only_read or by_halves
                if by_halves and "run" in forget:
                    forget["run"](activation.run_id)
            elif not any(job.HasField("remove_from_cache") for job in activation.jobs):
                if only_read:
                    raise OnlyRead("a task came before the case was forgotten: it is taken up again from its history")
                started = activation.timestamp.ToNanoseconds()
                task, by_halves = started, started == task
            return activate(activation)

        instance.activate = watched  # type: ignore[method-assign, assignment]
        return instance
