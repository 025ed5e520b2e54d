"""``evidence``: files of a case, kept sealed in the casebook and noted on its timeline."""

import mimetypes
import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import texts
from casebook import evidence
from cli.delivering import deliver_even_late
from cli.out import Exit, console, emit, fail, no_file
from cli.running import run
from client.connection import link, whoever
from client.speaking import envelope
from domain.direction.messages import Attach
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add ``evidence`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    group = typer.Typer(help=said("command.evidence"), no_args_is_help=True)
    app.add_typer(group, name="evidence")
    case_argument = Annotated[str, typer.Argument(help=said("case"))]
    json_option = Annotated[bool, typer.Option("--json", help=said("option.as_json"))]
    digest_argument = Annotated[str, typer.Argument(help=said("evidence_digest"))]

    @group.command("add", help=said("command.evidence-add"))
    def add(
        case: case_argument,
        file: Annotated[Path, typer.Argument(help=said("evidence_file"))],
        task: Annotated[str | None, typer.Option(help=said("field.task"))] = None,
        title: Annotated[str | None, typer.Option(help=said("field.title"))] = None,
        media_type: Annotated[str | None, typer.Option(help=said("field.media_type"))] = None,
        acting: Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("option.acting"))] = None,
        message_id: Annotated[str | None, typer.Option("--message-id", help=said("option.message_id"))] = None,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            who = whoever(acting, "supervisor")
            content = _read(file, language)
            name, kind = title or file.name, media_type or mimetypes.guess_type(file.name)[0] or "?"
            try:
                sha256 = evidence.accepted(content, kind)
            except evidence.NotTaken as no:
                fail(Exit.BAD_INPUT, texts.say(no.code, language, **no.params))
            async with link(acting) as at:
                handle = await at.case(case)
                fields = envelope(who, message_id or f"evidence-{uuid.uuid4().hex}", language) | {
                    "title": name,
                    "media_type": kind,
                    "size": len(content),
                    "sha256": sha256,
                    "location": f"casebook:{sha256}",
                }
                message = Attach.model_validate(fields | ({"task": task} if task else {}))
                await evidence.keep(
                    at.pool, at.vault, handle.id, content, title=name, media_type=kind, added_by=who.id, task=task
                )
                await deliver_even_late(at, case, message, False, as_json)

        run(work, language)

    @group.command("list", help=said("command.evidence-list"))
    def list_(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                found = await evidence.of_case(at.pool, at.vault, (await at.case(case)).id)
            if as_json:
                emit([one.model_dump(mode="json") for one in found])
                return
            table = Table()
            for column in ("at", "name", "task", "size", "who", "digest"):
                table.add_column(said(f"column.{column}"))
            for one in found:
                at_ = sentences.instant(one.added_at)
                task = texts.label(one.task, language)
                table.add_row(at_, one.title, task, f"{one.size:,}", one.added_by, one.sha256)
            console().print(table)

        run(work, language)

    @group.command("get", help=said("command.evidence-get"))
    def get(
        case: case_argument,
        digest: digest_argument,
        file: Annotated[Path, typer.Argument(help=said("evidence_to"))],
    ) -> None:
        async def work() -> None:
            async with link() as at:
                content = await evidence.content_of(at.pool, at.vault, (await at.case(case)).id, digest)
            if content is None:
                fail(Exit.NOT_FOUND, said("no_evidence"))
            _write(file, content, language)

        run(work, language)


def _read(file: Path, language: str) -> bytes:
    try:
        with file.open("rb") as content:
            return content.read(evidence.LARGEST + 1)
    except OSError as error:
        no_file(file, error, language)


def _write(file: Path, content: bytes, language: str) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        no_file(file, error, language)
