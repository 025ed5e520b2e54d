"""What every command writes: text for people, JSON for machines, and why it could not do what it was asked."""

import json
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NoReturn

import typer
from pydantic import BaseModel
from rich.console import Console

import texts

if TYPE_CHECKING:
    from domain.refusal import Problem


_WITHOUT_TERMINAL: Final = 160


class Exit(IntEnum):
    """Exit codes, the same for every command."""

    REFUSED = 1
    BAD_INPUT = 2
    NOT_FOUND = 3
    UNREACHABLE = 4


def console() -> Console:
    """Where people read: as wide as their terminal, and wide enough for tables when there is none.

    A name that somebody filed is shown as it is, brackets and all.
    """
    shown = Console(markup=False, highlight=False)
    return shown if shown.is_terminal else Console(markup=False, highlight=False, width=_WITHOUT_TERMINAL)


_for_machines: Final = ContextVar("for_machines", default=False)


def speak_json(wanted: bool) -> None:
    """Whether errors are told as JSON too, as ``--json`` asks."""
    _for_machines.set(wanted)


def fail(code: Exit, text: str, found: "Sequence[Problem]" = ()) -> NoReturn:
    """Say what went wrong, and exit. With ``--json`` machines read it as ``{"error": …}`` on standard output."""
    if _for_machines.get():
        emit({"error": {"exit": int(code), "text": text, "problems": [p.model_dump(mode="json") for p in found]}})
    else:
        Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


def no_file(file: object, error: OSError, language: str) -> NoReturn:
    """Say why a file of the user's can't be read or written, and exit."""
    kind = f"cli.no_file.{type(error).__name__}"
    why = texts.say(kind if texts.knows(kind) else "cli.no_file.OSError", language)
    fail(Exit.BAD_INPUT, texts.say("cli.no_file", language, file=file, why=why))


def emit(value: BaseModel | list[Any] | dict[str, Any]) -> None:
    """Write JSON for machines."""
    body = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=2, default=str) + "\n")
