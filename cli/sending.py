"""``send``: any message as it is; ``attach``: a file as evidence."""

import hashlib
import mimetypes
from pathlib import Path
from typing import Annotated, Any

import typer

import domain.procedure.every_message  # noqa: F401 - fills the protocol's table
import texts
from cli.delivering import deliver, deliver_even_late, read_json
from cli.docs.examples_of import example
from cli.out import Exit, emit, fail, no_file
from cli.running import run, told
from client.connection import link, whoever
from client.speaking import envelope
from domain.case.protocol import MESSAGES
from domain.direction.messages import Attach
from domain.refusal import refusal


def register(app: typer.Typer, language: str) -> None:
    """Add ``send`` and ``attach`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    case_argument = Annotated[str, typer.Argument(help=said("case"))]
    acting_option = Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("option.acting"))]
    id_option = Annotated[str | None, typer.Option("--message-id", help=said("option.message_id"))]
    signal_option = Annotated[bool, typer.Option("--signal", help=said("option.by_signal"))]
    json_option = Annotated[bool, typer.Option("--json", help=said("option.as_json"))]
    schema_option = Annotated[bool, typer.Option("--schema", help=said("option.schema"))]
    example_option = Annotated[bool, typer.Option("--example", help=said("option.show_example"))]

    @app.command("send", help=said("command.send"))
    def send(
        case: case_argument,
        name: Annotated[str, typer.Argument(help=said("message_name"))],
        file: Annotated[str, typer.Argument(help=said("message_file"))] = "-",
        acting: acting_option = None,
        by_signal: signal_option = False,
        as_json: json_option = False,
        schema: schema_option = False,
        show_example: example_option = False,
    ) -> None:
        if name not in MESSAGES:
            told(refusal("message.unknown", "name", known=", ".join(sorted(MESSAGES))).problems, language)
        if schema or show_example:
            emit(MESSAGES[name].model.model_json_schema() if schema else example(name))
            return

        async def work() -> None:
            body = envelope(whoever(acting, "supervisor"), None, language) | _object(
                read_json(file, language), language
            )
            async with link(acting) as at:
                await deliver(await at.case(case), name, body, by_signal, as_json)

        run(work, language)

    @app.command("attach", help=said("command.attach"))
    def attach(
        case: case_argument,
        file: Annotated[Path, typer.Argument(help=said("evidence_file"))],
        title: Annotated[str | None, typer.Option(help=said("field.title"))] = None,
        media_type: Annotated[str | None, typer.Option(help=said("field.media_type"))] = None,
        location: Annotated[str | None, typer.Option(help=said("field.location"))] = None,
        acting: acting_option = None,
        message_id: id_option = None,
        by_signal: signal_option = False,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            who = whoever(acting, "supervisor")
            try:
                evidence = described(file) | {
                    name: value
                    for name, value in {"title": title, "media_type": media_type, "location": location}.items()
                    if value
                }
            except OSError as error:
                no_file(file, error, language)
            message = Attach.model_validate(evidence | envelope(who, message_id, language))
            async with link(acting) as at:
                await deliver_even_late(at, case, message, by_signal, as_json)

        run(work, language)


def described(file: Path) -> dict[str, Any]:
    """What is said of a piece of evidence: its name, type, size in bytes, SHA-256 and where it lies. Raises OSError."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {
        "title": file.name,
        "media_type": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        "size": file.stat().st_size,
        "sha256": digest,
        "location": file.resolve().as_uri(),
    }


def _object(body: Any, language: str) -> dict[str, Any]:
    if not isinstance(body, dict):
        fail(Exit.BAD_INPUT, texts.say("input.json_type", language))
    return body
