"""The command line as a whole: each module of this folder adds its commands."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import typer

import texts
from cli import demo, desk, filing, proof, protocol_docs, reading, records, rules, terms, up
from domain.words import Language

_MODULES: Final = (filing, reading, desk, terms, records, proof, rules, demo, up, protocol_docs)


def language_of(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The user's language: ``--lang``, or else ONESTOP_LANGUAGE or LANG; Chinese unless one of them says English."""
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            chosen = value or next(iter(arguments[position + 1 :]), "")
            return Language.ENGLISH if chosen.startswith("en") else Language.CHINESE
    chosen = environment.get("ONESTOP_LANGUAGE") or environment.get("LANG", "")
    return Language.ENGLISH if chosen.startswith("en") else Language.CHINESE


def build(language: Language) -> typer.Typer:
    """The application in a language."""
    app = typer.Typer(
        name="onestop", help=texts.say("cli.about", language), no_args_is_help=True, rich_markup_mode=None
    )

    @app.callback()
    def _options(
        lang: str = typer.Option(language.value, "--lang", help=texts.say("cli.option.lang", language)),
    ) -> None:
        del lang

    for module in _MODULES:
        module.register(app, language.value)
    return app


def main(arguments: Sequence[str]) -> None:
    """Run the command line."""
    language = language_of(arguments, os.environ)
    build(language)(args=list(_without_language(arguments)))


def _without_language(arguments: Sequence[str]) -> Iterator[str]:
    """``--lang`` may stand anywhere; it has been read already."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--lang":
            next(rest, None)
        elif not argument.startswith("--lang="):
            yield argument
