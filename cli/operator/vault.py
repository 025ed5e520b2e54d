"""``vault``: the keys that payloads and columns are sealed with."""

from typing import Annotated

import typer
from rich.table import Table

import texts
from cli.out import Exit, console, emit, fail
from domain.words import CENTRE_QUEUE
from runtime import rings
from runtime.rings import HOLDERS, KeyRing
from runtime.settings import Settings


def register(app: typer.Typer, language: str) -> None:
    """Add ``vault`` to the command line."""
    group = typer.Typer(help=texts.say("cli.command.vault", language), no_args_is_help=True)
    app.add_typer(group, name="vault")
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]

    @group.command("list", help=texts.say("cli.command.vault-list", language))
    def list_keys(as_json: json_option = False) -> None:
        _show(_ring(Settings()), language, as_json)

    @group.command("rotate", help=texts.say("cli.command.vault-rotate", language))
    def rotate(
        holder: Annotated[str, typer.Argument(help=texts.say("cli.field.holder", language, known=", ".join(HOLDERS)))],
        prepare: Annotated[bool, typer.Option("--prepare", help=texts.say("cli.option.prepare", language))] = False,
        as_json: json_option = False,
    ) -> None:
        settings = Settings()
        if holder not in HOLDERS:
            fail(Exit.BAD_INPUT, texts.say("cli.no_holder", language, given=holder, known=", ".join(HOLDERS)))
        if settings.keys is not None:
            fail(Exit.REFUSED, texts.say("cli.keys_elsewhere", language))
        _show(rings.rotate(settings.data, holder, prepare=prepare), language, as_json)


def _ring(settings: Settings) -> KeyRing:
    if settings.keys is not None:
        return KeyRing.model_validate_json(settings.keys.get_secret_value())
    return rings.kept_ring(settings.data)


def _show(ring: KeyRing, language: str, as_json: bool) -> None:
    """Ids only: a key itself is never shown."""
    held: dict[str, KeyRing] = {CENTRE_QUEUE: ring}
    held |= {agency.value: own for agency, own in ring.agencies.items()}
    if as_json:
        emit({holder: {"current": own.current, "keys": list(own.keys)} for holder, own in held.items()})
        return
    table = Table()
    for column in ("holder", "seals", "opens"):
        table.add_column(texts.say(f"cli.column.{column}", language))
    for holder, own in held.items():
        table.add_row(texts.label(holder, language), own.current, ", ".join(own.keys))
    console().print(table)
