"""``triage``: why a case is classed as it is, with or without the case, and the table that says so."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

import texts
from cli.delivering import read_json
from cli.looking import render
from cli.out import Exit, console, emit, fail, no_file
from cli.running import run, told
from cli.tables.parameters import install
from client.connection import link
from domain.base import CENTRE_ZONE
from domain.case.opening import Reading
from domain.case.requests import Known
from domain.deadlines.calendar import OutsideCalendar
from domain.intake.complaint import Complaint
from domain.procedure.triage.facts import triage_facts
from domain.refusal import problems
from domain.rules.rule_table import TableError
from domain.triage.classification import TriageFacts, load_table, triage
from domain.views.case_view import TriageExplanation
from domain.words import Language
from runtime.rules import Rules
from runtime.settings import Settings
from workflows import answers

_NO_CASE: Final = "no-case"
_EXAMPLE: Final = {
    "claimants": 12,
    "amount": "480000.00",
    "employer_state": "abnormal",
    "insurance_kinds": ["pension", "medical"],
    "claim_kinds": ["arrears", "years-of-service"],
    "respondents": 2,
    "near_retirement": 1,
    "earlier_cases": 2,
    "vulnerable": 1,
    "cross_jurisdiction": True,
}


def register(app: typer.Typer, language: str) -> None:
    """Add the commands about triage."""
    json_option = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]
    group = typer.Typer(help=texts.say("cli.command.triage", language), no_args_is_help=True)
    app.add_typer(group, name="triage")

    @group.command("explain", help=texts.say("cli.command.triage-explain", language))
    def explain(
        of: Annotated[str, typer.Argument(help=texts.say("cli.triage_of", language))] = "",
        schema: Annotated[bool, typer.Option("--schema", help=texts.say("cli.option.schema", language))] = False,
        show_example: Annotated[
            bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))
        ] = False,
        as_json: json_option = False,
    ) -> None:
        if schema:
            emit(TriageFacts.model_json_schema())
        elif show_example:
            emit(TriageFacts.model_validate(_EXAMPLE))
        elif not of:
            fail(Exit.BAD_INPUT, texts.say("cli.usage.MissingParameter", language, what="FILE|CASE"))
        elif of == "-" or of.endswith(".json") or Path(of).exists():
            _explain_file(of, as_json, Language(language))
        else:
            _explain_case(of, as_json, Language(language))

    @group.command("check", help=texts.say("cli.command.triage-check", language))
    def check(
        file: Annotated[Path | None, typer.Argument(help=texts.say("cli.triage_table", language))] = None,
    ) -> None:
        try:
            table = load_table(file, texts.knows) if file else Rules(Settings().own_tables).tables.triage
        except TableError as error:
            fail(Exit.BAD_INPUT, texts.say(error.code, language, **error.params))
        except OSError as error:
            no_file(file, error, language)
        unverified = texts.label([rule.id for rule in table.rules if not rule.verified], language)
        said = texts.say(
            "cli.triage_checked", language, rules=len(table.rules), unverified=unverified, version=table.version
        )
        console().print(said, highlight=False, markup=False)

    @group.command("load", help=texts.say("cli.command.triage-load", language))
    def load(file: Annotated[Path, typer.Argument(help=texts.say("cli.triage_table", language))]) -> None:
        check(file)
        kept = install(file, Settings().own_tables, "triage.yaml")
        console().print(texts.say("cli.table_loaded", language, file=kept), style="green")


def _explain_file(file: str, as_json: bool, language: Language) -> None:
    rules, today = Rules(Settings().own_tables), datetime.now(CENTRE_ZONE).date()
    try:
        facts, place = _facts(read_json(file, language), today)
    except ValidationError as error:
        told(problems(error), language)
    found = triage(facts, rules.tables.triage)
    explained = TriageExplanation(
        case=_NO_CASE,
        triage=found,
        reclassified=None,
        lines=answers.reasons(found, language),
        nearly=answers.near_misses(found, language),
    )
    try:
        due = rules.deadline(f"inquiry-{found.lane}", today, place)
    except OutsideCalendar as outside:
        fail(Exit.BAD_INPUT, texts.say(outside.code, language, **outside.params))
    if as_json:
        more = {
            "facts": facts.model_dump(mode="json"),
            "inquiries": {agency: str(due.due) for agency in found.agencies},
        }
        emit(explained.model_dump(mode="json", exclude={"case"}) | more)
        return
    console().print(render.triage(explained, language))
    for agency in found.agencies:
        line = texts.say("cli.triage_due", language, agency=texts.label(agency, language), due=due.due)
        console().print("→", line, highlight=False)


def _facts(content: Any, today: date) -> tuple[TriageFacts, str]:
    """The facts of a file, and where the case would be: a complaint's, or those that are written there."""
    if isinstance(content, dict) and ("complaint_id" in content or isinstance(content.get("claimants"), list)):
        complaint = Complaint.model_validate(content)
        known = Known(case=_NO_CASE, complaint=complaint, supplied=(), withdrawn=(), filed_on=today, today=today)
        return triage_facts(known), complaint.jurisdiction
    return TriageFacts.model_validate(content), Complaint.model_fields["jurisdiction"].default


def _explain_case(case: str, as_json: bool, language: Language) -> None:
    async def work() -> None:
        async with link() as at:
            handle = await at.case(case)
            explained: TriageExplanation = await handle.query(
                "explain_triage", Reading(language=language), result_type=TriageExplanation
            )
        if as_json:
            emit(explained)
        else:
            console().print(render.triage(explained, language))

    run(work, language)
