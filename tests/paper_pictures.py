"""Pictures of every kind of paper in both languages, drawn from the plays' fictional people: ``make papers``.

Word documents are drawn by LibreOffice and poppler, as whoever opens them sees them.
"""

import asyncio
import contextlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import asyncpg
from temporalio.client import Client

import worker
from casebook import migrations
from casebook import papers as kept
from cli.plays.demo import load
from cli.plays.example import example_folder, example_names, localise
from cli.plays.play import Moment, play
from domain.aftercare.messages import RecordSatisfaction
from domain.case import messages as m
from domain.collective.parting import Split
from domain.direction.messages import Suspend
from domain.inquiry.officers import load_directory
from domain.papers.kinds import FindingLine, PaperKind
from domain.papers.messages import IssuePaper
from domain.words import Agency, Language, Phase
from papers.document import Templates, render
from runtime import servers
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

FOLDER: Final = Path(__file__).parents[1] / "docs" / "papers"
_BY_HAND: Final = (
    (Phase.FACT_FINDING, PaperKind.TRANSFER_SLIP, Agency.TAX),
    (Phase.FACT_FINDING, PaperKind.ASSISTANCE_LETTER, Agency.MEDICAL_INSURANCE),
    (Phase.MEDIATION, PaperKind.SUMMONS, "c1"),
    (Phase.MEDIATION, PaperKind.UNDISPUTED_FACTS, None),
)
"""Papers that somebody orders, and in which phase of the first play."""


async def draw(folder: Path) -> None:
    """Play everything on real servers, and draw the first paper of each kind."""
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), temporal_port=0, ui_port=0, postgres_port=0)
        async with servers.embedded(settings) as addresses, contextlib.AsyncExitStack() as stack:
            await migrations.upgrade(addresses.database)
            pool = await stack.enter_async_context(asyncpg.create_pool(addresses.database))
            vault = Vault.of(settings)
            client = await Client.connect(
                addresses.temporal, plugins=[plugin(vault, HoldsKeys.of(settings, builders.SUPERVISOR))]
            )
            world = worker.World(client, pool, vault, Rules(settings.own_tables), Verifier(KeySetFile.of(settings)))
            for role in worker.ROLES:
                await stack.enter_async_context(worker.worker(role, world))
            office = Office(client, pool, vault, Path(data))
            for name in example_names():
                await load(pool, vault, localise(example_folder(name), "drawn"))
                played = await play(client, example_folder(name), run="drawn", listener=_Ordering(office))
                if name == "general":
                    await _visited(office, played.case)
            await _rarer(office)
            await _drawn(pool, vault, Path(data), folder)


class _Ordering:
    """Orders the papers that no play orders, once each."""

    def __init__(self, office: Office) -> None:
        self._office, self._done = office, set[PaperKind]()

    async def __call__(self, moment: Moment) -> None:
        view = moment.view
        if view is None:
            return
        for phase, kind, about in _BY_HAND:
            if view.phase is phase and kind not in self._done:
                order = IssuePaper(message_id=f"draw-{kind}", actor=builders.SUPERVISOR, kind=kind, about=about)
                handle = self._office.client.get_workflow_handle(view.case)
                if await self._office.say(handle, "update", order.name, order.model_dump(mode="json")) is None:
                    self._done.add(kind)


async def _visited(office: Office, case: str) -> None:
    """The visit after the closure, of which the record is issued by itself."""
    after = office.client.get_workflow_handle(f"after-{case}")
    found = RecordSatisfaction(
        message_id="visit",
        actor=builders.SUPERVISOR,
        claimant="c1",
        satisfaction=5,
        performed=True,
        remark="已补缴到账",
    )

    async def said() -> str | None:
        return await office.say(after, "update", found.name, found.model_dump(mode="json"))

    await seen(said, lambda refused: refused is None)


async def _rarer(office: Office) -> None:
    """The papers of cases that part, stand still, or are not accepted."""
    whole = await office.start(builders.complaint(3))
    await office.update(
        whole, Split(message_id="s", actor=builders.SUPERVISOR, claimants=("c3",), reason="不同意多数人的方案")
    )
    [kin] = (await office.until(whole, lambda view: bool(view.kin))).kin
    await office.until(
        office.client.get_workflow_handle(kin.case), lambda view: any(p.kind == "splitting-notice" for p in view.papers)
    )
    today = (await office.view(whole)).now.date()
    still = Suspend(
        message_id="u",
        actor=builders.SUPERVISOR,
        until=today.replace(year=today.year + 1, month=1),
        reason="等待另案结果",
    )
    await office.say(whole, "update", still.name, still.model_dump(mode="json"))
    await office.until(whole, lambda view: any(p.kind == "suspension-notice" for p in view.papers))
    missing = await office.start(builders.complaint(items=()))
    await office.advance(missing, 60)
    await missing.result()
    gone = await office.start(builders.complaint(2))
    await office.update(gone, m.Withdraw(message_id="w", actor=builders.SUPERVISOR, reason="已补缴"))
    await gone.result()


async def _drawn(pool: asyncpg.Pool, vault: Vault, data: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    numbers = await pool.fetch(
        "select distinct on (kind) kind, number from paper order by kind, issued_on desc, number"
    )
    for row in numbers:
        paper = await kept.find(pool, vault, row["number"])
        assert paper is not None
        matter = paper.matter.model_copy(update={"findings": tuple(_named(one) for one in paper.matter.findings)})
        for language in Language:
            file = data / f"{row['kind']}.{language}.docx"
            file.write_bytes(render(Templates(), matter, paper.number, language).content)
            await asyncio.to_thread(_to_pictures, file, folder)
    if missing := set(PaperKind) - {row["kind"] for row in numbers}:
        raise SystemExit(f"never issued: {', '.join(sorted(missing))}")


def _named(line: FindingLine) -> FindingLine:
    """By the names of the examples' directory, which the plays do without."""
    names = load_directory(Path(__file__).parents[1] / "examples" / "officers.yaml").name_of
    return line.model_copy(update={"officer": names(line.officer), "head": names(line.head)})


def _to_pictures(file: Path, folder: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None or shutil.which("pdftoppm") is None:
        raise SystemExit(
            "LibreOffice and poppler draw the papers: apt-get install libreoffice-writer-nogui poppler-utils"
        )
    home = f"-env:UserInstallation=file://{file.parent}/office"
    command: list[str | Path] = [office, home, "--headless", "--convert-to", "pdf", "--outdir", file.parent, file]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pdf = file.with_suffix(".pdf")
    for old in folder.glob(f"{file.stem}-*.png"):
        old.unlink()
    subprocess.run(["pdftoppm", "-r", "80", "-gray", "-png", pdf, folder / file.stem], check=True)


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
