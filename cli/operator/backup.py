"""``backup`` and ``restore``: the embedded servers' data, taken while cases run."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import texts
from casebook.logins import role_of
from cli.operator.starting import told
from runtime import backup
from runtime.rings import HOLDERS
from runtime.settings import Settings
from texts import sentences


def register(app: typer.Typer, language: str) -> None:
    """Add both commands to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    folder_argument = Annotated[Path, typer.Argument(help=said("field.backup_folder"))]
    keys_option = Annotated[Path, typer.Option("--keys", help=said("field.backup_keys"))]

    @app.command("backup", help=said("command.backup"))
    def back_up(folder: folder_argument, keys: keys_option) -> None:
        console = Console()
        with told(console, language):
            manifest = asyncio.run(backup.back_up(Settings(), folder, keys))
            taken_at = sentences.instant(manifest.taken_at)
            text = texts.say("cli.backup.taken", language, folder=folder, keys=keys, at=taken_at)
            console.print(text, style="green", markup=False, soft_wrap=True)

    @app.command("restore", help=said("command.restore"))
    def restore(folder: folder_argument, keys: keys_option) -> None:
        console = Console()
        with told(console, language):
            settings = Settings()
            manifest = asyncio.run(backup.put_back(settings, folder, keys, tuple(map(role_of, HOLDERS))))
            taken_at = sentences.instant(manifest.taken_at)
            text = texts.say("cli.backup.put_back", language, data=settings.data, at=taken_at)
            console.print(text, style="green", markup=False, soft_wrap=True)
