"""The sandbox in which workflows run, and one thing that it looks after: who was only read does not go on from there.

A query for a case that a worker does not keep in mind is answered from the whole history, and that may end with events
which no workflow task has taken up yet. The case then has seen them by halves: with the time of the task before, and
without those that come with them. If the worker kept it so, the next task would go on from there, and what it wrote
would not come out of replay. So a case that was loaded for a query alone is forgotten when the query is answered, and a
task that is quicker than that is done again.
"""

from collections.abc import Callable
from typing import Any, Final

from temporalio.worker import Worker, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

_RESTRICTIONS: Final = SandboxRestrictions.default.with_passthrough_modules(
    *("activities", "casebook", "domain", "runtime", "texts"),
    *("workflows.answers", "workflows.centre", "workflows.listing", "workflows.proven"),
    *("annotated_types", "asyncpg", "cryptography", "google", "jwt", "pydantic", "pydantic_core", "yaml"),
)
"""The sandbox reads only the workflows' own modules anew for each case: the rest has no state to keep apart."""


class OnlyRead(Exception):
    """A case that was loaded for a query is given a task: the task is done again on the case as its history has it."""


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
        activate, lives, only_read = instance.activate, False, False

        def watched(activation: Any) -> Any:
            nonlocal lives, only_read
            asked = any(job.HasField("query_workflow") for job in activation.jobs)
            leaves = any(job.HasField("remove_from_cache") for job in activation.jobs)
            if asked and not lives:
                only_read = True
                if "run" in forget:
                    forget["run"](activation.run_id)
            elif only_read and not leaves:
                raise OnlyRead("a task came before the case was forgotten: it is taken up again from its history")
            lives = lives or not (asked or activation.is_replaying)
            return activate(activation)

        instance.activate = watched  # type: ignore[method-assign, assignment]
        return instance
