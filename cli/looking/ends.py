"""``ends``: what became of each claim item, until when it may be raised, and what can be done by which day."""

from collections.abc import Iterator
from typing import Annotated

import typer

import texts
from cli.looking.render import yuan
from cli.out import console, emit
from cli.running import run
from client.connection import link
from client.speaking import of_everybody
from domain.case.opening import Reading
from domain.procedure.closure.ends_view import EndsView, ItemEnd
from domain.words import Language
from texts import ends as said


def register(app: typer.Typer, language: str) -> None:
    """Add ``ends`` to the command line."""

    @app.command("ends", help=texts.say("ends.command", language))
    def ends(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language))],
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                found = await of_everybody(handle, "ends", Reading(language=Language(language)), EndsView)
            if as_json:
                emit(found)
                return
            shown = console()
            number = found.case_number or found.case
            end = texts.label(found.end, language)
            shown.print(texts.say("ends.head", language, number=number, end=end), style="bold")
            for line in lines(found, language):
                shown.print(line, highlight=False, markup=False)

        run(work, language)


def lines(found: EndsView, language: str) -> Iterator[str]:
    """Each claim item with its answer, its limitation and its ways; then the papers that say so."""
    remedies = {(remedy.answer, remedy.nature): remedy for remedy in found.remedies}
    for item in found.items:
        yield _item(item, language)
        if item.referred_to is not None:
            yield f"  • {said.goes_to(item.referred_to, language)}"
        if item.limit is not None:
            doubt = "" if item.limit.verified else texts.say("ends.unverified", language)
            yield f"  • {said.limit(item.limit.model_dump(), language)}{doubt}"
        for way in remedies[item.answer, item.nature].ways:
            doubt = "" if way.verified else texts.say("ends.unverified", language)
            yield f"  → {said.way(way.model_dump(), language)}（{texts.label(way.source, language)}）{doubt}"
            yield from (f"     · {said.step(step.model_dump(), language)}" for step in way.steps)
    for paper in found.papers:
        yield texts.say("ends.paper", language, paper=texts.label(paper.kind, language), number=paper.number)


def _item(item: ItemEnd, language: str) -> str:
    return texts.say(
        "ends.item",
        language,
        item=item.item,
        kind=texts.label(item.kind, language),
        nature=texts.label(item.nature, language),
        claimant=item.claimant or "*",
        answer=said.answer(item.answer, language),
        amount=yuan(item.amount),
    )
