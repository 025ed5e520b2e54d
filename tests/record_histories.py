"""Records a history of each shape of case, for replay: ``python -m tests.record_histories VERSION``.

Run it at each release, and never over an older version's folder: what was recorded then must still replay.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import uuid
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError

import worker
from casebook import migrations
from cli.docs.examples_of import example
from cli.plays.demo import load
from cli.plays.example import example_folder, example_names, localise
from cli.plays.play import play
from domain.case import messages as m
from domain.case.receipts import Acknowledgement
from domain.meeting.effects import MEETING
from domain.meeting.messages import CallMeeting, IssueMinutes, PutOffItems
from domain.meeting.view import MeetingReceipt, MeetingView
from domain.words import Phase
from runtime import beginning, servers
from runtime.connect import plugin
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing import HoldsKeys
from runtime.signing_keys import KeySetFile
from runtime.tokens import Verifier
from runtime.vault import Vault
from tests import builders
from tests.patience import seen
from tests.workflows.conftest import Office

HISTORIES: Final = Path(__file__).parent / "histories"
BESIDE: Final = ("AftercareWorkflow", "GridWorkflow")


async def record(version: str) -> None:
    """Play every example, and the shapes that no example has, on real servers; keep their histories in clear."""
    folder = HISTORIES / version
    folder.mkdir(parents=True, exist_ok=False)
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), temporal_port=0, ui_port=0, postgres_port=0)
        async with servers.embedded(settings) as addresses, contextlib.AsyncExitStack() as stack:
            await migrations.upgrade(addresses.database)
            pool = await stack.enter_async_context(asyncpg.create_pool(addresses.database))
            # Without a codec: a history must be readable to whoever has to mend a replay.
            client = await Client.connect(
                addresses.temporal, plugins=[plugin(None, HoldsKeys.of(settings, builders.SUPERVISOR))]
            )
            vault = Vault.of(settings)
            verifier = Verifier(KeySetFile.of(settings))
            for role in worker.ROLES:
                await stack.enter_async_context(
                    worker.worker(role, worker.World(client, pool, vault, Rules(settings.own_tables), verifier))
                )
            for name in example_names():
                await load(pool, vault, localise(example_folder(name), "recorded"))
                played = await play(client, example_folder(name), run="recorded")
                await _keep(client, played.case, folder / f"{name}.json")
                for number, other in enumerate(case for case in played.filed if case != played.case):
                    await _keep(client, other, folder / f"{name}-other-{number + 1}.json")
            await _beside(client, folder)
            await _meeting(client, folder)
            await _shapes(client, pool, vault, folder)


async def _beside(client: Client, folder: Path) -> None:
    """What goes on before and after the cases: at a grid post, in aftercare."""
    async for one in client.list_workflows(f"WorkflowType in {tuple(BESIDE)}"):
        await _keep(client, one.id, folder / f"{one.id}.json")


async def _meeting(client: Client, folder: Path) -> None:
    """A joint meeting with an order, from its call to its minutes."""
    name = "meeting-recorded"
    call = CallMeeting.model_validate(example("call_meeting") | {"drill": True})
    await beginning.begin(client, "MeetingWorkflow", name, call, MeetingReceipt)
    handle = client.get_workflow_handle(name)
    for said in ("propose_item", "fix_agenda", "open_sitting", "set_order", "report_order", "judge_report"):
        body = example(said) | ({"put_off": []} if said == "fix_agenda" else {})
        await handle.execute_update(said, MEETING.parse(said, json.dumps(body).encode()), result_type=Acknowledgement)
        if said == "set_order":
            await seen(partial(handle.query, "meeting_view", result_type=MeetingView), lambda v: v.orders[0].term)
    view: MeetingView = await handle.query("meeting_view", result_type=MeetingView)
    put_off = PutOffItems(
        message_id="off", actor=builders.SUPERVISOR, items=tuple(item.ref for item in view.items), reason="下次再议"
    )
    await handle.execute_update(put_off.name, put_off, result_type=Acknowledgement)
    minutes = IssueMinutes(message_id="minutes", actor=builders.SUPERVISOR)
    await handle.execute_update(minutes.name, minutes, result_type=Acknowledgement)
    await handle.result()
    await _keep(client, name, folder / f"{name}.json")


async def _shapes(client: Client, pool: asyncpg.Pool, vault: Vault, folder: Path) -> None:
    office = Office(client, pool, vault, folder)
    refused = builders.complaint(complaint_id=_fresh(), jurisdiction="CN-99")
    handle = await office.start(refused)
    await handle.result()
    await _keep(client, handle.id, folder / "refused.json")

    kept = await office.start(builders.complaint(claimants=2, complaint_id=_fresh()))
    complaint = builders.complaint(claimants=2, complaint_id=_fresh())
    first = await office.start(complaint)
    second = await office.start(complaint.model_copy(update={"complaint_id": _fresh()}))
    await second.result()
    await _keep(client, second.id, folder / "joined.json")
    await office.update(first, m.Withdraw(message_id="w", actor=builders.SUPERVISOR, reason="已补缴"))
    await first.result()
    await _keep(client, first.id, folder / "withdrawn.json")
    await office.say(kept, "signal", "open_sesame", {"message_id": "x"})
    while (await office.view(kept)).phase is not Phase.CLOSED:
        with contextlib.suppress(WorkflowUpdateFailedError, RPCError):  # It may close meanwhile.
            await office.advance(kept, 400)
    await kept.result()
    await _keep(client, kept.id, folder / "silent.json")


def _fresh() -> str:
    return f"shape-{uuid.uuid4().hex[:8]}"


async def _keep(client: Client, case: str, file: Path) -> None:
    history = await client.get_workflow_handle(case).fetch_history()
    file.write_text(history.to_json(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1]))
