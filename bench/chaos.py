"""``make chaos``: many cases played by the public client while everything under them is killed, stopped and taken away.

At the end nothing may be lost, nothing done twice, and every case must come out of replay as the casebook has it.
"""

import argparse
import asyncio
import contextlib
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any, Final

import asyncpg
import psutil
from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from casebook import ledger
from cli.operator.up import Centre, whole
from cli.plays.play import PLAYED_ON
from domain.case import messages as m
from domain.case.identity import Sent, Verdict
from domain.case.opening import Reading
from domain.case.receipts import Receipt
from domain.ledger import BrokenLedger
from domain.views.case_view import CaseView, Timeline
from domain.words import CENTRE_QUEUE, Agency, Outcome, Phase, Role
from runtime import connect, log, servers
from runtime.addresses import Addresses
from runtime.process import Process
from runtime.sandbox import Runner
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.vault import Vault
from tests import builders
from texts.sentences import day
from workflows.aftercare import AftercareWorkflow
from workflows.dispute import DisputeWorkflow
from workflows.proven import Proving

AWAY: Final = (RPCError, TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError)
"""What a client meets while something is away: it tries again."""
SUPERVISOR: Final = builders.SUPERVISOR
FINDINGS: Final = {
    Agency.LABOR: builders.labor_finding(),
    Agency.MEDICAL_INSURANCE: builders.medical_finding(),
    Agency.TAX: builders.tax_finding(),
}


@dataclass(frozen=True)
class Fault:
    """Something that is done to a process, for how long, after a pause."""

    what: str
    """kill, or stop: its processes stand still."""
    whom: str
    """The name of a process, such as ``worker-centre``."""
    lasts: float = 0.0
    after: float = 5.0


@dataclass
class Report:
    """What it came to, line by line."""

    lines: dict[str, object] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: bool, what: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.wrong.append(what)


def faults(seconds: float, *, servers_too: bool, seed: int = 0) -> Iterator[Fault]:
    """Faults for so many seconds, the same ones for a seed: most of them to the centre's worker."""
    chance, spent = random.Random(seed), 0.0
    if servers_too:
        yield Fault("stop", "postgres", lasts=min(180.0, seconds / 4), after=5.0)
        spent += min(180.0, seconds / 4)
    while spent < seconds:
        kinds = ["worker-centre"] * 5 + [f"worker-{agency}" for agency in FINDINGS]
        kinds += ["temporal", "postgres"] if servers_too else []
        whom, pause = chance.choice(kinds), chance.uniform(3, 9)
        stops = servers_too and chance.random() < 0.1
        lasts = min(60.0, seconds / 10) if stops else 0.0
        yield Fault("stop" if stops else "kill", whom, lasts, pause)
        spent += pause + lasts


def _family(pid: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        head = psutil.Process(pid)
        return [*head.children(recursive=True), head]
    return []


def _send(pid: int, what: signal.Signals) -> None:
    for process in _family(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(what)


async def break_things(running: Centre, planned: Iterator[Fault], told: Callable[[str], None]) -> Counter[str]:
    """Do it to them, one after the other."""
    done: Counter[str] = Counter()
    by_name: dict[str, Process] = {process.name: process for process in running.processes}
    for fault in planned:
        await asyncio.sleep(fault.after)
        victim = by_name[fault.whom]
        told(f"{fault.what} {fault.whom}" + (f" for {fault.lasts:.0f} s" if fault.lasts else ""))
        done[f"{fault.what} {fault.whom}"] += 1
        if fault.what == "kill":
            _send(victim.pid, signal.SIGKILL)
        else:
            _send(victim.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(fault.lasts)
            finally:
                _send(victim.pid, signal.SIGCONT)
    return done


@dataclass
class Played:
    """One case and everything that it acknowledged."""

    client: Client
    number: str
    comments: int
    acknowledged: list[str] = field(default_factory=list)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        """Its workflow, whichever run goes on."""
        return self.client.get_workflow_handle(f"dispute-{self.number}")

    async def _patiently(self, deed: Callable[[], Awaitable[Any]]) -> Any:
        """Until it is done, as every client must that talks over a network."""
        give_up = monotonic() + 900
        while True:
            try:
                async with asyncio.timeout(20):
                    return await deed()
            except AWAY as away:
                done = isinstance(away, RPCError) and away.status is RPCStatusCode.NOT_FOUND
                if done or monotonic() > give_up:
                    raise
            await asyncio.sleep(0.5)

    async def update(self, message: m.Message) -> None:
        """Send a message that must be accepted; one that comes too early is sent again."""

        async def sent() -> None:
            await self.handle.execute_update(message.name, message)

        for _ in range(240):
            try:
                await self._patiently(sent)
            except WorkflowUpdateFailedError as refused:
                early = isinstance(refused.cause, ApplicationError) and refused.cause.type == "Refused"
                if not early:
                    raise
                await asyncio.sleep(0.5)
            else:
                self.acknowledged.append(message.message_id)
                return
        raise AssertionError(f"{self.number}: {message.name} was never accepted")

    async def signal(self, message: m.Message) -> None:
        """Send a message that the server keeps."""

        async def sent() -> None:
            await self.handle.signal(message.name, message)

        await self._patiently(sent)
        self.acknowledged.append(message.message_id)

    async def look(self) -> CaseView:
        """The case as it stands."""
        view: CaseView = await self._patiently(lambda: self.handle.query(DisputeWorkflow.case_view))
        return view

    async def told(self) -> Timeline:
        """Its latest events, as the running case has them."""
        timeline: Timeline = await self._patiently(lambda: self.handle.query(DisputeWorkflow.timeline, Reading()))
        return timeline

    async def until(self, phase: Phase) -> CaseView:
        """The case, once it has come so far."""
        order = list(Phase)
        while order.index((view := await self.look()).phase) < order.index(phase) or (
            phase is Phase.MEDIATION and view.phase is phase and view.mediator is None
        ):
            await asyncio.sleep(0.5)
        return view

    async def play(self) -> None:
        """From filing to closure, with remarks and questions beside."""
        chance = random.Random(self.number)
        await self._file()
        await self.until(Phase.FACT_FINDING)
        await self._remark(chance, self.comments // 2)
        for agency, finding in FINDINGS.items():
            officer = builders.officer(agency)
            await self.update(m.ClaimTask(message_id=f"c-{agency}", actor=officer, task=agency))
            done = m.CompleteTask(message_id=f"d-{agency}", actor=officer, task=agency, finding=finding)
            await (self.signal if chance.random() < 0.5 else self.update)(done)
        view = await self.until(Phase.MEDIATION)
        await self._remark(chance, self.comments - self.comments // 2)
        owed, due = view.claimants[0].part_a, day(view.now) + timedelta(days=30)
        employer, worker = builders.party("e1", Role.RESPONDENT), builders.party("c1", Role.CLAIMANT)
        terms = (builders.instalment("n1", due, c1=owed),)
        await self.update(m.Propose(message_id="p", actor=employer, proposal="p1", payer="e1", instalments=terms))
        await self.update(m.Answer(message_id="a", actor=worker, proposal="p1", party="c1", accept=True))
        await self.until(Phase.PERFORMANCE)
        paid = m.ConfirmPayment(
            message_id="r", actor=builders.officer(Agency.TAX), receipt="r", paid_on=day(view.now), amount=owed
        )
        await self.signal(paid)
        await self.until(Phase.CLOSED)
        while (await self._patiently(self.handle.describe)).status is WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(0.5)

    async def _file(self) -> None:
        complaint = builders.complaint(
            complaint_id=self.number, respondents=(builders.employer(name=f"虚构公司{self.number}"),)
        )
        filing = m.FileComplaint(
            message_id="file", actor=builders.INTAKE, complaint=complaint, drill=True, drill_on=PLAYED_ON
        )

        async def sent() -> None:
            start = WithStartWorkflowOperation(
                DisputeWorkflow.run,
                id=self.handle.id,
                task_queue=CENTRE_QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            )
            await self.client.execute_update_with_start_workflow(
                filing.name, filing, start_workflow_operation=start, id="file", result_type=Receipt
            )

        await self._patiently(sent)
        self.acknowledged.append("file")

    async def _remark(self, chance: random.Random, count: int) -> None:
        for _ in range(count):
            remark = m.Comment(message_id=f"m-{len(self.acknowledged)}", actor=SUPERVISOR, text="记一笔")
            await (self.signal if chance.random() < 0.7 else self.update)(remark)
            for _ in range(chance.randrange(3)):
                with contextlib.suppress(*AWAY):
                    async with asyncio.timeout(5):
                        await self.handle.query(DisputeWorkflow.timeline, Reading())
            await asyncio.sleep(chance.choice((0.0, 0.05, 0.3, 0.8, 0.95)))


def _nobody(token: str | None, sent: Sent) -> Verdict:
    """Replay asks nobody."""
    raise AssertionError((token, sent))


async def examine(played: Sequence[Played], running: Centre, settings: Settings, report: Report) -> None:
    """Look at everything that was promised, with the centre's worker just killed: each case is read out of replay."""
    client, vault = played[0].client, Vault.of(settings)
    centre = next(process for process in running.processes if process.name == "worker-centre")
    _send(centre.pid, signal.SIGKILL)
    replayer = Replayer(
        workflows=[DisputeWorkflow, AftercareWorkflow],
        data_converter=client.data_converter,
        workflow_runner=Runner(),
        interceptors=[Proving(_nobody)],
    )
    compared = differ = 0
    async with asyncpg.create_pool(connect.dsn(settings), min_size=1, max_size=4) as pool:
        for one in played:
            name, view = one.handle.id, await one.look()
            timeline: Timeline = await one.told()
            events = await ledger.events(pool, vault, name)
            known = {event.seq: event for event in timeline.events}
            compared += len(events)
            differ += sum((known[e.seq].at, known[e.seq].digest) != (e.at, e.digest) for e in events if e.seq in known)
            acted = Counter(event.message_id for event in events if event.message_id)
            report.check(view.phase is Phase.CLOSED, f"{name} is not closed: {view.line}")
            report.check(view.outcome is Outcome.PERFORMED, f"{name} is not performed: {view.line}")
            not_once = [sent for sent in {*one.acknowledged, *acted} if acted[sent] != 1]
            report.check(not not_once, f"{name}: not once on the timeline: {not_once}")
            try:
                await ledger.prove(pool, vault, name, view.ledger_head)
            except BrokenLedger as broken:
                report.check(holds=False, what=f"{name}: {broken}")
            async for run in client.list_workflows(f"WorkflowId = '{name}'"):
                history = await client.get_workflow_handle(name, run_id=run.run_id).fetch_history()
                result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
                report.check(result.replay_failure is None, f"{name}: does not replay: {result.replay_failure}")
            row = await pool.fetchrow('select phase, outcome, seq from dispute where "case" = $1', name)
            report.check(
                row is not None
                and (row["phase"], row["outcome"], row["seq"]) == (view.phase, view.outcome, len(events)),
                f"{name}: listed otherwise than it stands",
            )
        numbers = [row["number"] for row in await pool.fetch("select number from paper")]
        report.check(len(numbers) == len(set(numbers)), "a paper's number was given twice")
        by_series: dict[str, list[int]] = {}
        for number in numbers:
            series, _, serial = number.rstrip("号").rpartition("第") if "第" in number else number.rpartition("-")
            by_series.setdefault(series, []).append(int(serial))
        for series, serials in by_series.items():
            gap = sorted(serials) != list(range(1, len(serials) + 1))
            report.check(not gap, f"papers of {series} have a gap: {sorted(serials)[:20]}")
        twice = await pool.fetchval(
            'select count(*) from (select 1 from notice group by "case", seq, recipient, channel having count(*) > 1) t'
        )
        report.check(twice == 0, f"{twice} notices were queued twice")
    report.check(differ == 0, f"{differ} events came out of replay otherwise than they were written")
    report.lines |= {"events compared": compared, "otherwise after replay": differ}


async def run(cases: int, comments: int, planned: Iterator[Fault], folder: Path, told: Callable[[str], None]) -> Report:
    """Play so many cases while things are broken, and examine them."""
    report, began = Report(), monotonic()
    ports = [servers.free_port() for _ in range(4)]
    settings = Settings(
        data=folder, temporal_port=ports[0], ui_port=ports[1], postgres_port=ports[2], codec_port=ports[3]
    )
    few = {CENTRE_QUEUE: {"ONESTOP_CACHED_CASES": "3"}}  # Most cases are read anew each time.
    async with whole(settings, few) as running:
        addresses = Addresses.written(settings)
        assert addresses is not None
        issuer = HoldsKeys.of(settings, SUPERVISOR)
        client = await Client.connect(addresses.temporal, plugins=[connect.plugin(Vault.of(settings), issuer)])
        played = [Played(client, f"chaos-{number}", comments) for number in range(cases)]
        breaking = asyncio.create_task(break_things(running, planned, told))
        await asyncio.gather(*(one.play() for one in played))
        told("all cases are closed")
        if not breaking.done():
            breaking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            report.lines |= dict(await breaking)
        report.lines["restarts"] = sum(process.restarts for process in running.processes)
        await examine(played, running, settings, report)
    report.lines |= {
        "cases": cases,
        "messages acknowledged": sum(len(one.acknowledged) for one in played),
        "seconds": round(monotonic() - began),
    }
    return report


def main() -> int:
    """Run, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--comments", type=int, default=48)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers-only", action="store_true")
    asked = parser.parse_args()
    log.configure(Settings(log_level="error"))
    began = monotonic()

    def told(line: str) -> None:
        print(f"{monotonic() - began:6.0f} s  {line}", flush=True)

    planned = faults(asked.minutes * 60, servers_too=not asked.workers_only, seed=asked.seed)
    with tempfile.TemporaryDirectory(prefix="onestop-chaos-") as folder:
        Path(folder).chmod(0o711)
        report = asyncio.run(run(asked.cases, asked.comments, planned, Path(folder), told))
    for name, value in report.lines.items():
        print(f"{name:<28} {value}")
    for wrong in report.wrong:
        print(f"WRONG {wrong}")
    print("everything held" if not report.wrong else f"{len(report.wrong)} promises broken")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
