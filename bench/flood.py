"""``python -m bench.flood``: unsigned signals to one case, and how long genuine updates take beside them."""

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from pathlib import Path

from temporalio.client import Client, WorkflowHandle

from bench.__main__ import at_work, opened
from domain.case import messages as m
from domain.case.opening import Reading
from runtime import log
from runtime.addresses import Addresses
from runtime.settings import Settings
from tests import builders
from workflows.dispute import DisputeWorkflow

Handle = WorkflowHandle[DisputeWorkflow, object]


async def genuine(handle: Handle, until: float) -> list[float]:
    """Seconds that each of a row of genuine updates took, two a second."""
    took = []
    while time.monotonic() < until:
        said = m.Comment(message_id=uuid.uuid4().hex, actor=builders.SUPERVISOR, text="还在")
        began = time.monotonic()
        await handle.execute_update(said.name, said)
        took.append(time.monotonic() - began)
        await asyncio.sleep(max(0.0, 0.5 - took[-1]))
    return took


async def flood(handle: Handle, signals: int, seconds: float) -> None:
    """Signals of somebody who proves nothing, evenly over the time."""
    began = time.monotonic()
    for number in range(signals):
        await handle.signal("comment", {"message_id": f"x{number}", "text": "冒充"})
        if (ahead := began + number * seconds / signals - time.monotonic()) > 0:
            await asyncio.sleep(ahead)


async def events(handle: Handle) -> int:
    """How many events the case has on its ledger."""
    view = await handle.query(DisputeWorkflow.case_view, Reading(page=1))
    return view.ledger_length


async def main(signals: int, seconds: float) -> None:
    """Flood one case, and talk to it and to another beside it."""
    log.configure(Settings(log_level="error"))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), temporal_port=0, ui_port=0, postgres_port=0)
        async with at_work(settings) as (_, client):
            addresses = Addresses.written(settings)
            assert addresses is not None
            stranger = await Client.connect(addresses.temporal)
            flooded, other = await opened(client, "flooded"), await opened(client, "other")
            before, until = await events(flooded), time.monotonic() + seconds
            strangers = asyncio.create_task(flood(stranger.get_workflow_handle(flooded.id), signals, seconds))
            here, there = await asyncio.gather(genuine(flooded, until), genuine(other, until))
            await strangers
            added = await events(flooded) - before - len(here)
            for name, took in (("the flooded case", here), ("another case", there)):
                middle, worst = statistics.median(took), max(took)
                print(f"{name:<18} {len(took):>4} updates, median {middle:.2f} s, longest {worst:.2f} s")
            whole = time.monotonic() - until + seconds
            print(f"{signals} unsigned signals in {whole:.0f} s: {added} events on the ledger beside the genuine ones")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    asyncio.run(main(options.signals, options.seconds))
