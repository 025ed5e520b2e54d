"""``python -m bench.collective``: one collective case of 10, 100, 1,000 and 5,000 claimants, from filing to closure.

Each claimant answers for themselves. Shown are seconds by stage, the history's events and bytes in all runs, how long
the supervisor's view of 500 people and of one page takes to open, seconds of a core by who spent them, and memory. What
counts is how the figures grow: under the lines stands by which power of the claimants each grew from one line to the
next (1 is in proportion).
"""

import argparse
import asyncio
import gc
import itertools
import math
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from bench.__main__ import at_work, cpu
from domain.case import messages as m
from domain.case.opening import Reading
from domain.inquiry.findings import MedicalInsuranceFinding, TaxFinding
from domain.views.case_view import CaseView
from domain.views.paging import WHOLE, everybody
from domain.words import CENTRE_QUEUE, Agency, Phase, Role
from runtime import log
from runtime.settings import Settings
from tests import builders
from texts.sentences import day
from workflows.dispute import DisputeWorkflow

_AT_ONCE = 50
_OPENED = 9


@dataclass
class Line:
    """What a case of some size came to."""

    claimants: int
    seconds: dict[str, float] = field(default_factory=dict)
    events: int = 0
    history_bytes: int = 0
    runs: int = 0
    view_ms: float = 0.0
    page_ms: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    memory_mb: float = 0.0

    @property
    def figures(self) -> dict[str, float]:
        """What is looked at as it grows."""
        spent = {f"cpu {name}": seconds for name, seconds in self.cpu.items()}
        return self.seconds | {"events": self.events, "bytes": self.history_bytes, "view": self.view_ms} | spent

    def __str__(self) -> str:
        stages = " ".join(f"{seconds:>9.2f}" for seconds in self.seconds.values())
        per_head = self.events / self.claimants
        return (
            f"{self.claimants:>9} {stages} {self.events:>8} {per_head:>8.1f} {self.history_bytes / 2**20:>8.2f} "
            f"{self.runs:>5} {self.view_ms:>8.0f} {self.page_ms:>8.0f} "
            + " ".join(f"{seconds:>8.1f}" for seconds in self.cpu.values())
            + f" {self.memory_mb:>7.0f}"
        )


def exponents(before: Line, after: Line) -> str:
    """By which power of the claimants each figure grew."""
    grown = math.log(after.claimants / before.claimants)
    told = (
        f"{name} {math.log(value / was) / grown:.2f}"
        for (name, was), value in zip(before.figures.items(), after.figures.values(), strict=True)
        if was > 0 and value > 0
    )
    return f"  {before.claimants} to {after.claimants}: " + ", ".join(told)


class Case:
    """A case that is played from the outside, through messages and queries only."""

    def __init__(self, client: Client, claimants: int) -> None:
        self._client, self._claimants = client, claimants
        self.line = Line(claimants)

    async def play(self) -> Line:
        """From filing to closure."""
        before = cpu()
        await self._timed("file", self._file)
        await self._timed("facts", self._facts)
        await self._timed("propose", self._propose)
        await self._timed("answers", self._answers)
        self.line.view_ms = await self._opened(Reading(page=1, size=WHOLE))
        self.line.page_ms = await self._opened(Reading(page=1))
        await self._timed("pay", self._pay)
        self.line.cpu = {name: spent - before[name] for name, spent in cpu().items()}
        self.line.memory_mb = psutil.Process().memory_info().rss / 2**20
        await self._histories()
        return self.line

    async def _opened(self, reading: Reading) -> float:
        """Milliseconds in which a view opens, the middle one of several."""
        took = []
        for _ in range(_OPENED):
            began = time.perf_counter()
            await self.handle.query(DisputeWorkflow.case_view, reading)
            took.append((time.perf_counter() - began) * 1000)
        return statistics.median(took)

    async def _timed(self, stage: str, work: Callable[[], Awaitable[None]]) -> None:
        began = time.perf_counter()
        await work()
        self.line.seconds[stage] = time.perf_counter() - began

    async def _file(self) -> None:
        number = f"collective-{self._claimants}"
        complaint = builders.complaint(
            self._claimants, complaint_id=number, respondents=(builders.employer(name=number),)
        )
        start = WithStartWorkflowOperation(
            DisputeWorkflow.run,
            id=f"dispute-{number}",
            task_queue=CENTRE_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        filed = m.FileComplaint(message_id="file", actor=builders.INTAKE, complaint=complaint, drill=True)
        await self._client.execute_update_with_start_workflow("file_complaint", filed, start_workflow_operation=start)
        self.handle: WorkflowHandle[Any, Any] = self._client.get_workflow_handle(f"dispute-{number}")

    async def _facts(self) -> None:
        findings = {
            Agency.LABOR: builders.labor_finding(self._claimants),
            Agency.MEDICAL_INSURANCE: MedicalInsuranceFinding(),
            Agency.TAX: TaxFinding(),
        }
        await self._until(lambda view: view.phase is Phase.FACT_FINDING)
        for task in (await self._view()).tasks:
            actor = builders.officer(task.agency)
            done = (
                m.CompleteTask(
                    message_id=f"d-{task.agency}", actor=actor, task=task.ref, finding=findings.get(task.agency)
                )
                if task.agency in findings
                else m.CompleteTask(message_id="d-u", actor=actor, task=task.ref, accept_draft=True)
            )
            await self.handle.execute_update("complete_task", done)
        view = await self._until(lambda view: view.phase is Phase.MEDIATION)
        self.part_a = {c.ref: c.part_a for c in view.claimants}
        self.today = day(view.now)
        assert view.mediator
        self.mediator = view.mediator

    async def _propose(self) -> None:
        half = {ref: (amount / 2).quantize(Decimal("0.01")) for ref, amount in self.part_a.items()}
        rest = {ref: amount - half[ref] for ref, amount in self.part_a.items()}
        terms = m.Propose(
            message_id="p",
            actor=builders.mediator(self.mediator),
            proposal="p1",
            payer="e1",
            instalments=(
                builders.instalment("n1", self.today + timedelta(days=30), **half),
                builders.instalment("n2", self.today + timedelta(days=60), **rest),
            ),
        )
        await self.handle.execute_update("propose", terms)

    async def _answers(self) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(ref: str, role: Role) -> None:
            async with gate:
                said = m.Answer(
                    message_id=f"a-{ref}", actor=builders.party(ref, role), proposal="p1", party=ref, accept=True
                )
                await self.handle.signal("answer", said)

        await asyncio.gather(one("e1", Role.RESPONDENT), *(one(ref, Role.CLAIMANT) for ref in self.part_a))
        await self._until(lambda view: view.phase is Phase.PERFORMANCE)

    async def _pay(self) -> None:
        view = await self._view()
        assert view.settlement
        for instalment in view.settlement.instalments:
            paid = m.ConfirmPayment(
                message_id=f"r-{instalment.ref}",
                actor=builders.officer(Agency.TAX),
                receipt=f"r-{instalment.ref}",
                paid_on=self.today,
                amount=instalment.amount,
            )
            await self.handle.signal("confirm_payment", paid)
        await self.handle.result()

    async def _view(self) -> CaseView:
        async def ask(reading: Reading) -> CaseView:
            return await self.handle.query(DisputeWorkflow.case_view, reading)

        return await everybody(ask, Reading())

    async def _until(self, holds: Callable[[CaseView], bool]) -> CaseView:
        while True:
            if holds(await self.handle.query(DisputeWorkflow.case_view, Reading(page=1))):
                return await self._view()
            await asyncio.sleep(0.5)

    async def _histories(self) -> None:
        run: str | None = (await self._client.get_workflow_handle(self.handle.id).describe()).run_id
        while run:
            history = await self._client.get_workflow_handle(self.handle.id, run_id=run).fetch_history()
            self.line.events += len(history.events)
            self.line.history_bytes += sum(event.ByteSize() for event in history.events)
            self.line.runs += 1
            run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id or None


async def main(sizes: list[int]) -> None:
    """Play a case of each size and print the figures beside each other."""
    log.configure(Settings(log_level="warning"))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), temporal_port=0, ui_port=0, postgres_port=0)
        async with at_work(settings) as (_, client):
            print(
                f"{'claimants':>9} {'file s':>9} {'facts s':>9} {'propose s':>9} {'answers s':>9} {'pay s':>9} "
                f"{'events':>8} {'per head':>8} {'MB':>8} {'runs':>5} {'view ms':>8} {'page ms':>8} "
                f"{'cpu ours':>8} {'temporal':>8} {'postgres':>8} {'mem MB':>7}"
            )
            lines: list[Line] = []
            for size in sizes:
                gc.collect()
                lines.append(await Case(client, size).play())
                print(lines[-1], flush=True)
            for before, after in itertools.pairwise(lines):
                print(exponents(before, after))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[10, 100, 1000, 5000])
    asyncio.run(main(parser.parse_args().sizes))
