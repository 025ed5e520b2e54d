"""``make bench``: the same case by the same number of messages, on one server in one run.

(a) a bare workflow with no features, the engine's floor; (b) ours. Ratios count, not seconds: machines are noisy.
"""

import argparse
import asyncio
import contextlib
import gc
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, Worker

import worker
from bench.bare import BareWorkflow, read
from casebook import migrations
from cli.plays.play import PLAYED_ON
from domain.case import messages as m
from domain.case.identity import Sent, Verdict
from domain.inquiry.findings import Employment, LaborFinding, MedicalInsuranceFinding, TaxFinding
from domain.intake.complaint import Complaint
from domain.ledger import Actor
from domain.words import CENTRE_QUEUE, Agency, Role
from runtime import connect, log, servers
from runtime.memory import keep_what_is_loaded
from runtime.rules import Rules
from runtime.sandbox import Runner
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from texts.sentences import day
from workflows.dispute import DisputeWorkflow
from workflows.proven import Proving

ASKED = (Agency.LABOR, Agency.MEDICAL_INSURANCE, Agency.TAX)


@dataclass
class Result:
    """What a run of cases came to."""

    name: str
    cases: int
    seconds: float
    latencies: list[float] = field(default_factory=list)
    events: int = 0
    history_bytes: int = 0
    replay_ms: float = 0.0
    memory_mb: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    """Seconds of a core, by process: ours (workers and client), temporal, postgres."""

    @property
    def rate(self) -> float:
        """Cases a second."""
        return self.cases / self.seconds

    def line(self) -> str:
        """A line of the table."""
        quantiles = statistics.quantiles(self.latencies, n=100)
        return (
            f"{self.name:<6} {self.rate:>8.1f} {quantiles[49] * 1000:>9.0f} {quantiles[98] * 1000:>9.0f} "
            f"{self.events:>8} {self.history_bytes:>9} {self.replay_ms:>10.1f} {self.memory_mb:>10.0f} "
            + " ".join(f"{self.cpu[name] / self.cases * 1000:>9.0f}" for name in _SPENDERS)
        )


_SPENDERS = ("ours", "temporal", "postgres")


def cpu() -> dict[str, float]:
    """Seconds of a core that have been spent so far, by whom."""
    own = psutil.Process()
    spent = dict.fromkeys(_SPENDERS, 0.0)
    spent["ours"] = sum(own.cpu_times()[:2])
    for child in own.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if (name := child.name()) in spent:
                spent[name] += sum(child.cpu_times()[:2])
    return spent


Said = tuple[str, str, m.Message]
"""A message by signal or update: (how, name, message)."""


def said(part_a: Any, today: date) -> list[Said]:
    """What is said in a general case after it was filed: claims, findings, a proposal, answers, payments."""
    spoken: list[Said] = []
    findings = {
        Agency.LABOR: LaborFinding(
            employments=(
                Employment(
                    claimant="c1", employer="e1", first_month="2024-01", last_month="2024-03", monthly_wage="5000.00"
                ),
            )
        ),
        Agency.MEDICAL_INSURANCE: MedicalInsuranceFinding(),
        Agency.TAX: TaxFinding(),
    }
    for agency, finding in findings.items():
        officer = builders.officer(agency)
        spoken.append(("update", "claim_task", m.ClaimTask(message_id=f"c-{agency}", actor=officer, task=agency)))
        done = m.CompleteTask(message_id=f"d-{agency}", actor=officer, task=agency, finding=finding)
        spoken.append(("update", "complete_task", done))
    half = (part_a / 2).quantize(part_a)
    employer, worker_ = builders.party("e1", Role.RESPONDENT), builders.party("c1", Role.CLAIMANT)
    terms = m.Propose(
        message_id="p",
        actor=employer,
        proposal="p1",
        payer="e1",
        instalments=(
            builders.instalment("n1", today + timedelta(days=30), c1=half),
            builders.instalment("n2", today + timedelta(days=60), c1=part_a - half),
        ),
    )
    spoken.append(("update", "propose", terms))
    answer = m.Answer(message_id="a", actor=worker_, proposal="p1", party="c1", accept=True)
    spoken.append(("update", "answer", answer))
    taxman: Actor = builders.officer(Agency.TAX)
    for receipt, amount in (("r1", half), ("r2", part_a - half)):
        paid = m.ConfirmPayment(message_id=receipt, actor=taxman, receipt=receipt, paid_on=today, amount=amount)
        spoken.append(("signal", "confirm_payment", paid))
    return spoken


async def speak(handle: Any, spoken: Sequence[Said]) -> None:
    """Say everything, one after the other, and wait for the end."""
    for how, name, message in spoken:
        if how == "signal":
            await handle.signal(name, message)
        else:
            await handle.execute_update(name, message)
    await handle.result()


async def bare_case(client: Client, spoken: Sequence[Said], number: str) -> str:
    """One bare case: its start is an update-with-start too."""
    start = WithStartWorkflowOperation(
        BareWorkflow.run,
        {"queues": [f"bare-{agency}" for agency in ASKED], "messages": len(spoken) + 1},
        id=f"bare-{number}",
        task_queue="bare",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    await client.execute_update_with_start_workflow("file_complaint", filed(number), start_workflow_operation=start)
    await speak(await start.workflow_handle(), spoken)
    return f"bare-{number}"


async def our_case(client: Client, spoken: Sequence[Said], number: str) -> str:
    """One dispute."""
    await speak(await opened(client, number), spoken)
    return f"dispute-{number}"


def filed(number: str) -> m.FileComplaint:
    """A complaint that nobody has filed before."""
    complaint: Complaint = builders.complaint(complaint_id=number, respondents=(builders.employer(name=number),))
    return m.FileComplaint(
        message_id=f"f-{number}", actor=builders.INTAKE, complaint=complaint, drill=True, drill_on=PLAYED_ON
    )


async def opened(client: Client, number: str) -> Any:
    """A dispute just filed."""
    start = WithStartWorkflowOperation(
        DisputeWorkflow.run,
        id=f"dispute-{number}",
        task_queue=CENTRE_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    await client.execute_update_with_start_workflow("file_complaint", filed(number), start_workflow_operation=start)
    return await start.workflow_handle()


def _nobody(token: str | None, sent: Sent) -> Verdict:
    """Replay asks nobody."""
    raise AssertionError((token, sent))


Case = Callable[[Client, Sequence[Said], str], Awaitable[str]]


async def measure(name: str, case: Case, client: Client, spoken: Sequence[Said], cases: int, at_once: int) -> Result:
    """Run cases, some at once; look at the history and the replay of the last one."""
    gate, latencies, last = asyncio.Semaphore(at_once), [], ""

    async def one(number: int) -> None:
        nonlocal last
        async with gate:
            began = time.perf_counter()
            last = await case(client, spoken, f"{name}-{uuid.uuid4().hex[:10]}-{number}")
            latencies.append(time.perf_counter() - began)

    before, began = cpu(), time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(cases)))
    result = Result(name, cases, time.perf_counter() - began, latencies)
    result.cpu = {name: spent - before[name] for name, spent in cpu().items()}
    history = await client.get_workflow_handle(last).fetch_history()
    result.events = len(history.events)
    result.history_bytes = sum(event.ByteSize() for event in history.events)
    replayer = Replayer(
        workflows=[BareWorkflow, DisputeWorkflow],
        data_converter=client.data_converter,
        workflow_runner=Runner(),
        interceptors=[Proving(_nobody)] if case is our_case else [],
    )
    await replayer.replay_workflow(history)
    began = time.perf_counter()
    for _ in range(10):
        await replayer.replay_workflow(history)
    result.replay_ms = (time.perf_counter() - began) * 100
    gc.collect()
    result.memory_mb = psutil.Process(os.getpid()).memory_info().rss / 2**20
    return result


@contextlib.asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[tuple[Client, Client]]:
    """One server of each kind, and the workers of both sides in this process."""
    async with servers.embedded(settings) as addresses, contextlib.AsyncExitStack() as stack:
        await migrations.upgrade(addresses.database)
        pool = await stack.enter_async_context(asyncpg.create_pool(addresses.database, min_size=4, max_size=10))
        vault, issuer = Vault.of(settings), HoldsKeys.of(settings, builders.SUPERVISOR)
        client = await Client.connect(addresses.temporal, plugins=[connect.plugin(vault, issuer)])
        verifier = Verifier(KeySetFile.of(settings))
        plain = await Client.connect(addresses.temporal, data_converter=pydantic_data_converter)
        bare = [Worker(plain, task_queue="bare", workflows=[BareWorkflow], max_cached_workflows=2000)]
        bare += [Worker(plain, task_queue=f"bare-{agency}", activities=[read]) for agency in ASKED]
        ours = [
            worker.worker(role, worker.World(client, pool, vault, Rules(settings.own_tables), verifier))
            for role in worker.ROLES
        ]
        for one in (*bare, *ours):
            await stack.enter_async_context(one)
        keep_what_is_loaded()
        yield plain, client


async def main(cases: int, at_once: int, rounds: int, alone: int) -> None:
    """Measure both sides, alternating, and print them beside each other."""
    log.configure(Settings(log_level="warning"))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), temporal_port=0, ui_port=0, postgres_port=0)
        async with at_work(settings) as (plain, client):
            spoken = await rehearsed(client)
            results: list[tuple[Result, Result]] = []
            for _round in range(rounds):
                bare = await measure("bare", bare_case, plain, spoken, cases, at_once)
                ours = await measure("ours", our_case, client, spoken, cases, at_once)
                results.append((bare, ours))
            print(f"{len(spoken) + 1} messages, 3 agency activities a case; {cases} cases, {at_once} at once")
            print(
                f"{'':<6} {'cases/s':>8} {'p50 ms':>9} {'p99 ms':>9} {'events':>8} {'bytes':>9} "
                f"{'replay ms':>10} {'memory MB':>10} {'ours':>9} {'temporal':>9} {'postgres':>9}"
            )
            for pair in results:
                for result in pair:
                    print(result.line())
            ratios = [ours.rate / bare.rate for bare, ours in results]
            print(f"ratio ours/bare: {statistics.median(ratios):.2f} (rounds: {', '.join(f'{r:.2f}' for r in ratios)})")
            alone_bare = await measure("bare", bare_case, plain, spoken, alone, 1)
            alone_ours = await measure("ours", our_case, client, spoken, alone, 1)
            print("the last three: milliseconds of a core for each case, by who spent them")
            print("one at a time:")
            print(alone_bare.line())
            print(alone_ours.line())


async def rehearsed(client: Client) -> list[Said]:
    """The messages of the case, with the amounts that the centre itself computes for it."""
    handle = await opened(client, f"rehearsal-{uuid.uuid4().hex[:8]}")
    first = said(Decimal("2.00"), date.today())  # noqa: DTZ011 - the amounts are replaced below
    for how, name, message in first:
        if name in ("claim_task", "complete_task") and how == "update":
            await handle.execute_update(name, message)
    view = await handle.query(DisputeWorkflow.case_view)
    return said(view.claimants[0].part_a, day(view.now))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", type=int, default=10)
    options = parser.parse_args()
    asyncio.run(main(options.cases, options.at_once, options.rounds, options.alone))
