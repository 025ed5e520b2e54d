"""``simulate``: what terms would come to if they were sent, and what stands against them. Nothing is sent."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import texts
from cli.delivering import read_json
from cli.looking.render import yuan
from cli.mediator.bargaining import bargain_of
from cli.out import console, emit
from cli.running import run
from client.connection import link
from client.trying import tried
from domain.procedure.mediation.bargain import BargainReading, Offer
from domain.procedure.mediation.simulation import InstalmentLine, Simulation
from domain.words import Language
from runtime.settings import Settings
from texts import sentences

_BAR: Final = 32
_SHOWN: Final = 50
_PEOPLE: Final = ("claimant", "part_a", "part_b", "found", "given_up", "unsettled", "percent", "paid_by")
_RIGHT: Final = frozenset(
    {"part_a", "part_b", "total", "late_fee", "found", "given_up", "unsettled", "largest", "fallen_due"}
)


def register(app: typer.Typer, language: str) -> None:
    """Add ``simulate`` to the command line."""

    @app.command("simulate", help=texts.say("cli.command.simulate", language))
    def simulated(
        case: Annotated[str, typer.Argument(help=texts.say("cli.case", language))],
        file: Annotated[str, typer.Argument(help=texts.say("cli.file", language))],
        acting: Annotated[
            str | None, typer.Option("--as", help=texts.say("cli.option.acting", language), envvar="ONESTOP_ACTOR")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        async def work() -> None:
            offer = Offer.model_validate(read_json(file, language), strict=False)
            reading = BargainReading(language=Language(language), offer=offer, asked_at=datetime.now(UTC))
            async with link(acting) as at:
                told = await bargain_of(await at.case(case), reading, language)
            found = await tried(told, offer, Settings().own_tables)
            if as_json:
                emit(found)
            else:
                console().print(picture(found, language))

        run(work, language)


def picture(found: Simulation, language: str) -> RenderableType:
    """What stands against the terms first; then what they cost, when it is paid, and what each claimant gets."""
    return Group(*_parts(found, language))


def _parts(found: Simulation, language: str) -> Iterator[RenderableType]:
    sums = {name: yuan(getattr(found, name)) for name in ("part_a", "part_b", "total", "given_up", "late_fee")}
    yield Text(texts.say("simulation.sums", language, row=found.late_fee_row, **sums), style="bold")
    if found.objections:
        yield Text(texts.say("simulation.objections", language, count=len(found.objections)), style="bold red")
        for problem in found.objections:
            line = sentences.problem_line(problem.field, problem.code, problem.params, language)
            yield Text(f"• {line}", style="red")
    else:
        yield Text(texts.say("simulation.no-objections", language), style="green")
    if found.left_out:
        yield Text(texts.say("simulation.left-out", language, refs=", ".join(found.left_out[:_SHOWN])), style="yellow")
    kinds = _table("kinds", ("kind", "part_a", "part_b"), language)
    for kind in found.kinds:
        kinds.add_row(texts.label(kind.kind, language), yuan(kind.part_a), yuan(kind.part_b))
    yield kinds
    yield _instalments(found.instalments, language)
    people = _table("people", _PEOPLE, language)
    for one in found.claimants[:_SHOWN]:
        percent = "—" if one.percent is None else f"{one.percent} %"
        people.add_row(
            one.claimant,
            yuan(one.part_a),
            yuan(one.part_b),
            yuan(one.found),
            yuan(one.given_up),
            yuan(one.unsettled),
            percent,
            str(one.paid_by),
        )
    if (more := len(found.claimants) - _SHOWN) > 0:
        people.caption = texts.say("cli.more", language, count=more)
    yield people
    yield _defaults(found, language)
    yield _beside(found, language)


def _instalments(lines: Sequence[InstalmentLine], language: str) -> Table:
    table = _table("instalments", ("ref", "due", "part_a", "part_b", "late_fee", "grace_until", "bar"), language)
    most = max((line.part_a + line.part_b for line in lines), default=Decimal(0))
    for line in lines:
        due = str(line.due)
        if line.due != line.named:
            due += f" ← {line.named}"
        if line.provisional:
            due += f" {texts.say('simulation.provisional', language)}"
        bar = Text("█" * _length(line.part_a, most), style="cyan")
        bar.append("█" * _length(line.part_b, most), style="yellow")
        table.add_row(
            line.ref, due, yuan(line.part_a), yuan(line.part_b), yuan(line.late_fee), str(line.grace_until), bar
        )
    return table


def _length(amount: Decimal, most: Decimal) -> int:
    """Something is never shown as nothing."""
    return max(int(amount * _BAR / most), 1) if amount else 0


def _defaults(found: Simulation, language: str) -> Table:
    columns = ("acceleration", "default_on", "enforced_on", "fallen_due", "late_fee", "to_come")
    table = _table("defaults", columns, language)
    for one in found.defaults:
        so = texts.say(f"simulation.acceleration.{'yes' if one.acceleration else 'no'}", language)
        agreed = f" {texts.say('simulation.as-offered', language)}" if one.agreed else ""
        table.add_row(
            so + agreed,
            str(one.default_on),
            str(one.enforced_on),
            yuan(one.fallen_due),
            yuan(one.late_fee),
            yuan(one.to_come),
        )
    return table


def _beside(found: Simulation, language: str) -> Table:
    columns = ("what", "part_a", "part_b", "instalments", "first_due", "last_due", "largest", "late_fee")
    table = _table("beside", columns, language)
    for one in found.beside:
        table.add_row(
            texts.say(f"simulation.what.{one.what}", language, ref=one.ref or ""),
            yuan(one.part_a),
            yuan(one.part_b),
            str(one.instalments),
            str(one.first_due or "—"),
            str(one.last_due or "—"),
            yuan(one.largest),
            yuan(one.late_fee),
        )
    return table


def _table(title: str, columns: Sequence[str], language: str) -> Table:
    table = Table(title=texts.say(f"simulation.title.{title}", language), title_justify="left")
    for column in columns:
        justify: Any = "right" if column in _RIGHT else "left"
        table.add_column(texts.say(f"simulation.column.{column}", language), justify=justify)
    return table
