"""Versions of workers: one deployment for each role, so that an agency is upgraded by itself.

A build is what the code is. Cases go over to the current version of the centre's deployment by themselves
(auto-upgrade): they live for months, and a version that was pinned would have to be kept running as long as its last
case. What makes that safe are ``workflow.patched`` and the recorded histories that every release replays. An agency's
activities are always done by the current version of its own deployment.
"""

import asyncio
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.enums.v1 import TaskQueueType, WorkerDeploymentVersionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import WorkerDeploymentConfig

from domain.base import Model
from domain.words import CENTRE_QUEUE, Agency
from runtime.settings import ROOT

ROLES: Final = (CENTRE_QUEUE, *Agency)
"""Whose workers there are: the centre's, and each agency's."""
_ROOMS: Final = ("activities", "casebook", "connectors", "domain", "runtime", "texts", "workflows", "worker.py")
LOOKS: Final = 150
"""How often the server is asked whether it has seen a worker poll, before nobody believes it."""
_LOOK_EVERY: Final = 0.2
"""Seconds between two looks."""


class UnknownVersion(Exception):
    """No worker of a role has polled with this build."""

    def __init__(self, role: str, build: str) -> None:
        super().__init__(f"{role}: no worker has polled with build {build}")
        self.role, self.build = role, build


class Version(Model):
    """A version of a role's workers, as the server knows it."""

    role: str
    build: str
    state: str
    """current, ramping, draining, drained or inactive."""


@cache
def build() -> str:
    """The build that this code is: a digest of it."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        place = ROOT / room
        files = [place] if place.is_file() else sorted(f for f in place.rglob("*") if f.suffix in {".py", ".yaml"})
        for file in files:
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + _content(file))
    return digest.hexdigest()[:12]


def _content(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


def _name(role: str) -> str:
    return f"onestop-{role}"


def versioned(role: str, of: str | None) -> WorkerDeploymentConfig | None:
    """How a role's worker of a build takes part; None for workers without versions."""
    if of is None:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(_name(role), of),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
    )


async def make_current(client: Client, role: str, of: str, looks: int = LOOKS) -> None:
    """Give a role's work to the workers of a build, once the server has seen one poll. Raises UnknownVersion."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=_name(role),
        build_id=of,
        identity=client.identity,
        ignore_missing_task_queues=True,
    )
    for _ in range(looks):
        if await _set(client, request):
            return
        await asyncio.sleep(_LOOK_EVERY)
    raise UnknownVersion(role, of)


async def _set(client: Client, request: SetWorkerDeploymentCurrentVersionRequest) -> bool:
    try:
        await client.workflow_service.set_worker_deployment_current_version(request)
    except RPCError as error:
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
            return False
        raise
    return True


async def versions(client: Client, role: str) -> list[Version]:
    """The versions of a role's workers that the server knows, the newest first."""
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=_name(role))
    try:
        answer = await client.workflow_service.describe_worker_deployment(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise
    return [
        Version(role=role, build=summary.deployment_version.build_id, state=_state(summary))
        for summary in sorted(
            answer.worker_deployment_info.version_summaries, key=lambda s: s.create_time.ToNanoseconds(), reverse=True
        )
    ]


def _state(summary: WorkerDeploymentInfo.WorkerDeploymentVersionSummary) -> str:
    name = WorkerDeploymentVersionStatus.Name(summary.status)
    return name.removeprefix("WORKER_DEPLOYMENT_VERSION_STATUS_").lower()


async def polled(client: Client, role: str) -> bool:
    """Whether somebody asks the role's task queue for work."""
    kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW if role == CENTRE_QUEUE else TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=role), task_queue_type=kind)
    )
    return len(answer.pollers) > 0
