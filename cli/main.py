"""The command line as a whole: it loads what the command that is asked for needs, and lists the others by name."""

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

import texts
from cli.commands import COMMANDS, listed
from cli.out import Exit, fail, no_file, speak_json
from domain.words import Language

_NAME: Final = "onestop"
_SAID: Final = {
    "choice": re.compile(r"is not one of (?P<choices>.+?)\.?$"),
    "like": re.compile(r"No such command '(?P<name>[^']*)'\. Did you mean (?P<near>.+)\?$"),
    "command": re.compile(r"No such command '(?P<name>[^']*)'"),
    "extra": re.compile(r"unexpected extra argument\S* \((?P<extra>.*)\)"),
    "valueless": re.compile(r"requires an argument"),
    "switch": re.compile(r"does not take a value"),
}
"""What the library says of misuse, by the text that says it in the user's language."""


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


def _in_words(text: str, language: str) -> str:
    """The help's own words, which come from a library in English, in the user's language."""
    if language == Language.ENGLISH:
        return text
    for pattern, key in _HELP_WORDS.items():
        text = re.sub(pattern, texts.say(f"cli.help.{key}", language).replace("{1}", r"\1"), text, flags=re.MULTILINE)
    return text


_HELP_WORDS: Final = {
    r"^Usage: ": "usage",
    r"^Options:$": "options",
    r"^Arguments:$": "arguments",
    r"^Commands:$": "commands",
    r"\[OPTIONS\]": "some_options",
    r"COMMAND \[ARGS\]\.\.\.": "a_command",
    r"\[required\]": "required",
    r"; required\]": "also_required",
    r"\bdefault: ": "default",
    r"\benv var: ": "variable",
    r"Show this message and\s+exit\.": "this",
    r"Install completion for the current shell\.": "install",
    r"Show completion for the current shell, to copy it or\s+customize the installation\.": "completion",
}


def _spoken(language: str) -> tuple[type[TyperCommand], type[TyperGroup]]:
    class Command(TyperCommand):
        def get_help(self, ctx: Any) -> str:
            return _in_words(super().get_help(ctx), language)

    class Group(TyperGroup):
        def get_help(self, ctx: Any) -> str:
            return _in_words(super().get_help(ctx), language)

        def get_short_help_str(self, limit: int = 45) -> str:
            del limit
            return self.help or ""

    return Command, Group


def build(language: Language, command: str | None = None) -> typer.Typer:
    """The application in a language, ready for a command; the others are listed, and so are all where none is named."""
    word = language.value
    spoken, spoken_group = _spoken(word)

    class Root(spoken_group):  # type: ignore[valid-type, misc]
        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """Under a heading for each whom they serve; nothing is cut."""
            del ctx
            for panel, commands in COMMANDS.items():
                with formatter.section(texts.say(f"cli.panel.{panel}", word)):
                    rows = [(one.name, texts.say(one.help_key, word)) for one in commands]
                    formatter.write_dl(rows, col_max=18)

    app = typer.Typer(
        name=_NAME, help=texts.say("cli.about", word), no_args_is_help=True, rich_markup_mode=None, cls=Root
    )

    @app.callback()
    def _options(
        lang: str = typer.Option(word, "--lang", help=texts.say("cli.option.lang", word)),
    ) -> None:
        del lang

    wanted = listed(command) if command is not None else None
    for module in wanted.modules if wanted else ():
        import_module(f"cli.{module}").register(app, word)
    known = {one.name for one in app.registered_commands} | {group.name for group in app.registered_groups}
    for one in (one for panel in COMMANDS.values() for one in panel if one.name not in known):
        app.command(one.name, help=texts.say(one.help_key, word))(_elsewhere)
    for made in app.registered_commands:
        made.cls = spoken
    for group in app.registered_groups:
        assert group.typer_instance is not None
        group.typer_instance.info.cls = spoken_group
        for made in group.typer_instance.registered_commands:
            made.cls = spoken
    return app


def _elsewhere() -> None:
    """Stands for a command that was not asked for."""


def main(arguments: Sequence[str]) -> NoReturn:
    """Run the command line. Raises SystemExit with the exit code of ``cli.out.Exit``, 0 when all went well."""
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
        rest = list(_without_language(arguments))
        app = build(language, next((one for one in rest or _to_complete() if not one.startswith("-")), None))
        return app(args=rest, prog_name=_NAME, standalone_mode=False) or 0
    except typer.TyperException as misuse:
        _tell(misuse, language)
    except ValueError as error:
        _tell_table(error, language)
    except OSError as error:
        if error.filename is None:
            raise
        no_file(error.filename, error, language)


def _tell_table(error: ValueError, language: Language) -> NoReturn:
    """A table of the centre's own that can't be used, by file, place and problem; whichever command came upon it."""
    from domain.rules.rule_table import TableError

    if not isinstance(error, TableError):
        raise error
    fail(Exit.BAD_INPUT, texts.say(error.code, language, **error.params))


def _to_complete() -> list[str]:
    """The words that a shell asks to have completed, by the two ways in which shells tell them."""
    told = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS") or ""
    return told.split()[1:]


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
        problem=_problem(misuse, language),
    )
    command = context.command_path if context else _NAME
    fail(Exit.BAD_INPUT, f"{text}\n{texts.say('cli.usage.help', language, command=command)}")


def _problem(misuse: typer.TyperException, language: Language) -> str:
    """What the library says is wrong, in the user's language."""
    from pydantic import ValidationError

    from domain.refusal import problems
    from texts import sentences

    if isinstance(misuse.__cause__, ValidationError):
        first = problems(misuse.__cause__)[0]
        if texts.knows(first.code):
            return sentences.problem_line("(typed)", first.code, first.params, language)
    said = misuse.message or misuse.format_message()
    for name, form in _SAID.items():
        if match := form.search(said):
            return texts.say(f"cli.usage.{name}", language, **match.groupdict())
    return said.removeprefix("Value error, ")


def _without_language(arguments: Sequence[str]) -> Iterator[str]:
    """``--lang`` may stand anywhere; it has been read already."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--lang":
            next(rest, None)
        elif not argument.startswith("--lang="):
            yield argument
