"""``entitlement``: severance, damages, double and unpaid wages from their facts, with the rules that they rest on."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

import texts
from cli.looking.render import yuan
from cli.out import Exit, console, emit, fail
from cli.running import told
from cli.tables.files import facts_from
from client.reckoned_at_counter import Reckoned, asks_for
from domain.entitlements.model import FACTS, Entitlement
from domain.entitlements.reckoning import reckoned
from domain.entitlements.rules import rule
from domain.intake.complaint import ClaimItem
from domain.refusal import problems
from domain.rules.parameters import MissingParameter
from runtime.rules import Rules
from runtime.settings import Settings

EXAMPLE: Final = Path(__file__).with_name("entitlement_example.yaml")
_SHOWN: Final = 60


def register(app: typer.Typer, language: str) -> None:
    """Add ``entitlement``."""

    def say(name: str, **params: object) -> str:
        return texts.say(f"entitlements.{name}", language, **params)

    @app.command("entitlement", help=texts.say("cli.command.entitlement", language))
    def entitlement(
        file: Annotated[str, typer.Argument(help=say("argument.file"))] = "",
        what: Annotated[str, typer.Option(help=say("field.what"))] = "severance",
        since: Annotated[str, typer.Option(help=say("field.since"))] = "",
        until: Annotated[str, typer.Option(help=say("field.until"))] = "",
        wage: Annotated[str, typer.Option(help=say("field.wage"))] = "",
        signed_on: Annotated[str, typer.Option(help=say("field.signed_on"))] = "",
        claimed_on: Annotated[str, typer.Option(help=say("field.claimed_on"))] = "",
        no_notice: Annotated[bool, typer.Option("--no-notice", help=say("field.no_notice"))] = False,
        jurisdiction: Annotated[str, typer.Option(help=texts.say("cli.field.jurisdiction", language))] = "demo",
        item: Annotated[str, typer.Option(help=say("field.item"))] = "",
        respondent: Annotated[str, typer.Option(help=say("field.respondent"))] = "e1",
        claimant: Annotated[str | None, typer.Option(help=say("field.claimant"))] = None,
        schema: Annotated[bool, typer.Option("--schema", help=texts.say("cli.option.schema", language))] = False,
        show_example: Annotated[
            bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        if schema:
            emit(FACTS.json_schema())
            return
        if show_example:
            sys.stdout.write(EXAMPLE.read_text(encoding="utf-8"))
            return
        typed = {"since": since, "until": until, "monthly_wage": wage, "signed_on": signed_on, "claimed_on": claimed_on}
        said = {name: value for name, value in typed.items() if value} | ({"notice_given": False} if no_notice else {})
        facts = facts_from(file, language) if file else {"what": what, **said}
        found = _reckoned(facts, jurisdiction, language)
        if item:
            emit(_item(found, item, respondent, claimant, language))
        elif as_json:
            emit(found)
        else:
            _show(found, console(), language)


def _reckoned(facts: Any, jurisdiction: str, language: str) -> Entitlement:
    try:
        return reckoned(FACTS.validate_python(facts), Rules(Settings().own_tables).tables.parameters, jurisdiction)
    except ValidationError as error:
        # The kind stands before each field, since the facts of each kind are a model of their own.
        told([p.model_copy(update={"field": p.field.partition(".")[2] or p.field}) for p in problems(error)], language)
    except MissingParameter as missing:
        fail(Exit.REFUSED, texts.say(missing.code, language, **missing.params))


def _item(found: Entitlement, ref: str, respondent: str, claimant: str | None, language: str) -> ClaimItem:
    """The claim item that asks for it."""
    item = asks_for(Reckoned(entitlement=found), ref, respondent, claimant)
    if item is None:
        fail(Exit.REFUSED, texts.say("entitlements.nothing", language))
    return item


def _show(found: Entitlement, shown: Console, language: str) -> None:
    def say(name: str, **params: object) -> str:
        return texts.say(f"entitlements.{name}", language, **params)

    shown.print(say("total", what=say(f"what.{found.what}"), amount=yuan(found.amount)), style="bold")
    if found.monthly_wage is not None:
        shown.print(say("average", wage=yuan(found.monthly_wage)))
    lines = Table()
    for column in ("of", "rule", "count", "rate", "amount"):
        lines.add_column(say(f"column.{column}"), justify="left" if column in ("of", "rule") else "right")
    for line in found.lines[:_SHOWN]:
        mark = "*" if line.past_limit else ""
        of = line.of.replace("/", " – ")
        lines.add_row(of, say(f"rule.{line.rule}"), _count(line.count), yuan(line.rate), f"{yuan(line.amount)}{mark}")
    shown.print(lines)
    if (more := len(found.lines) - _SHOWN) > 0:
        shown.print(texts.say("cli.more", language, count=more))
    if found.past_limit:
        shown.print(say("past_limit", amount=yuan(found.past_limit)), style="yellow")
    rules = Table(title=say("rules"), title_justify="left")
    rules.add_column(say("column.rule"))
    rules.add_column(say("column.source"))
    for name in found.rules:
        rules.add_row(say(f"rule.{name}"), texts.label(rule(name).source, language))
    shown.print(rules)
    if found.rows:
        shown.print(say("rows", rows=", ".join(found.rows)))
    if found.unverified:
        shown.print(say("unverified"), style="yellow")


def _count(count: Decimal) -> str:
    return f"{count.normalize():f}"
