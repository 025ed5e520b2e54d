"""What keeps a centre from starting, told in the user's language; what nobody foresaw is kept in ``start.log``."""

import contextlib
import os
import traceback
from collections.abc import Iterator
from typing import Final

import typer
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import DBAPIError

import texts
from casebook.logins import MayNot
from domain.refusal import problems
from runtime.backup import Damaged, NotEmpty
from runtime.ports import PortTaken
from runtime.process import Failed
from runtime.rings import RingLost
from runtime.settings import Settings
from texts import sentences

_INSUFFICIENT_PRIVILEGE: Final = "42501"


@contextlib.contextmanager
def told(console: Console, language: str) -> Iterator[None]:
    """Say what went wrong in the block, and exit with 4."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:  # noqa: BLE001 - whoever starts a centre is told what is wrong, and not shown our code
        for line in _lines(error, language):
            console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(4) from None


def _lines(error: Exception, language: str) -> list[str]:
    match error:
        case PortTaken():
            known = {"server": error.server, "port": error.port, "variable": error.variable}
            holder = [texts.say("runtime.port_holder", language, holder=error.holder)] if error.holder else []
            return [texts.say("runtime.port_taken", language, **known), *holder]
        case Failed():
            return [texts.say("runtime.failed", language, name=error.name, why=error.why)]
        case RingLost():
            return [texts.say("cli.ring_lost", language, file=error)]
        case MayNot():
            return [texts.say("runtime.may_not_make_logins", language, why=error)]
        case DBAPIError() if getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE:
            return [texts.say("runtime.may_not_make_logins", language, why=_first_line(error))]
        case NotEmpty():
            return [texts.say("cli.backup.not_empty", language, folder=error)]
        case Damaged():
            return [texts.say("cli.backup.damaged", language, file=error)]
        case ValidationError():
            return [sentences.problem_line(p.field, p.code, p.params, language) for p in problems(error)]
    kept = _kept(error)
    return [texts.say("runtime.did_not_start", language, why=_first_line(error), file=kept)]


def _first_line(error: Exception) -> str:
    """What the server itself said; never an address with its password."""
    said = getattr(error, "orig", None) or error
    line = next(iter(str(said).splitlines()), "")
    return type(said).__name__ if "://" in line or not line else f"{type(said).__name__}: {line}"


def _kept(error: Exception) -> str:
    """Where the whole is written (0600)."""
    file = Settings().data / "start.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a") as log:
        log.writelines(traceback.format_exception(error))
    return str(file)
