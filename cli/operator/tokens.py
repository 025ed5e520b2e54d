"""``token``: proof of who sends a message, for clients in other languages and for scripts."""

import sys
from pathlib import Path
from typing import Annotated

import typer

import texts
from casebook import lists
from cli.out import Exit, fail, no_file
from cli.running import run
from client.connection import NoSuchCase, issuer
from domain.case.identity import Sent, Use, sent_message
from domain.dialogue import envelope
from runtime import connect
from runtime.settings import Settings


def register(app: typer.Typer, language: str) -> None:
    """Add ``token`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    @app.command("token", help=said("command.token"))
    def token(
        case: Annotated[str, typer.Argument(help=said("case"))],
        name: Annotated[str | None, typer.Argument(help=said("token_name"))] = None,
        file: Annotated[str, typer.Argument(help=said("message_file"))] = "-",
        acting: Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("option.acting"))] = None,
    ) -> None:
        async def work() -> None:
            settings = Settings()
            known = await _workflow(settings, case)
            sent = Sent(use=Use.READING, case=known, name="*") if name is None else _message(known, name)
            sys.stdout.write(f"{await issuer(settings, acting).token(sent)}\n")

        def _message(known: str, name: str) -> Sent:
            body = _read(file, language)
            if envelope(body).actor is None:
                fail(Exit.BAD_INPUT, texts.say("cli.no_sender", language, file=file))
            return sent_message(known, name, body)

        run(work, language)


async def _workflow(settings: Settings, case: str) -> str:
    """Raises NoSuchCase."""
    if case.startswith(("dispute-", "grid-", "after-")):
        return case
    async with connect.database(settings, size=1) as pool:
        found = await lists.find(pool, case)
    if found is None:
        raise NoSuchCase(case)
    return found


def _read(file: str, language: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        no_file(file, error, language)
