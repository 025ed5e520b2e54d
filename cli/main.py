"""The command line as a whole: each module of this folder adds its commands."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NoReturn

import typer

import texts
from cli import (
    afterwards,
    arrears,
    backup,
    bulk,
    claimants,
    deadlines,
    demo,
    desk,
    doctor,
    ends,
    evidence,
    filing,
    findings,
    grid,
    identity,
    inbox,
    login,
    notices,
    officers,
    owed,
    paper,
    payment_sheet,
    proof,
    protocol_docs,
    reading,
    records,
    reopen,
    roster,
    rules,
    sending,
    simulate,
    talks,
    terms,
    tokens,
    triage,
    up,
    vault,
    workers,
)
from cli.link import Exit, fail, speak_json
from domain.words import Language

_MODULES: Final = (
    filing,
    grid,
    reading,
    inbox,
    findings,
    talks,
    owed,
    payment_sheet,
    paper,
    notices,
    desk,
    ends,
    afterwards,
    reopen,
    bulk,
    claimants,
    officers,
    evidence,
    sending,
    login,
    identity,
    tokens,
    terms,
    simulate,
    talks,
    records,
    backup,
    proof,
    doctor,
    rules,
    triage,
    arrears,
    roster,
    deadlines,
    demo,
    up,
    vault,
    workers,
    protocol_docs,
)
_NAME: Final = "onestop"


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The user's language: ``--lang``, or else ONESTOP_LANGUAGE, LC_ALL, LC_MESSAGES or LANG, the first that is set.

    Chinese unless it says English.
    """
    names = ("ONESTOP_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = asked_for(arguments) or next(filter(None, map(environment.get, names)), "")
    return Language.ENGLISH if chosen.startswith("en") else Language.CHINESE


def asked_for(arguments: Sequence[str]) -> str | None:
    """What stands after ``--lang``; None when it is not there."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            return value or next(iter(arguments[position + 1 :]), "")
    return None


def build(language: Language) -> typer.Typer:
    """The application in a language."""
    app = typer.Typer(name=_NAME, help=texts.say("cli.about", language), no_args_is_help=True, rich_markup_mode=None)

    @app.callback()
    def _options(
        lang: str = typer.Option(language.value, "--lang", help=texts.say("cli.option.lang", language)),
    ) -> None:
        del lang

    for module in _MODULES:
        module.register(app, language.value)
    return app


def main(arguments: Sequence[str]) -> NoReturn:
    """Run the command line. Raises SystemExit with the exit code of ``cli.link.Exit``, 0 when all went well."""
    language = language_of(arguments, os.environ)
    speak_json("--json" in arguments)
    try:
        sys.exit(_run(arguments, language))
    except typer.Exit as told:
        sys.exit(told.exit_code)
    except typer.Abort:
        sys.exit(Exit.REFUSED)


def _run(arguments: Sequence[str], language: Language) -> int:
    if asked_for(arguments) not in (None, "en", *Language):
        fail(Exit.BAD_INPUT, texts.say("cli.usage.language", language))
    try:
        app = build(language)
        return app(args=list(_without_language(arguments)), prog_name=_NAME, standalone_mode=False) or 0
    except typer.TyperException as misuse:
        _tell(misuse, language)


def _tell(misuse: typer.TyperException, language: Language) -> NoReturn:
    """What is wrong with the command itself, in the user's language; help when nothing was asked for."""
    kind, context = type(misuse).__name__, getattr(misuse, "ctx", None)
    if kind == "NoArgsIsHelpError":
        sys.stderr.write(f"{misuse.format_message()}\n")
        raise typer.Exit(Exit.BAD_INPUT)
    param = getattr(misuse, "param", None)
    text = texts.say(
        f"cli.usage.{kind}" if texts.knows(f"cli.usage.{kind}") else "cli.usage.other",
        language,
        what=param.get_error_hint() if param else getattr(misuse, "option_name", ""),
        problem=(misuse.message or misuse.format_message()).removeprefix("Value error, "),
    )
    command = context.command_path if context else _NAME
    fail(Exit.BAD_INPUT, f"{text}\n{texts.say('cli.usage.help', language, command=command)}")


def _without_language(arguments: Sequence[str]) -> Iterator[str]:
    """``--lang`` may stand anywhere; it has been read already."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--lang":
            next(rest, None)
        elif not argument.startswith("--lang="):
            yield argument
