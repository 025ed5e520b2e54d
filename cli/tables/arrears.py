"""Arrears without a case: ``arrears`` reads records from YAML, JSON or CSV and shows what is owed, and why."""

import csv
import io
import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
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
from cli.tables.files import facts_from, text_from
from client.contested import alternative_line, choice_line
from domain.arrears.model import Arrears, MonthArrears, Total
from domain.arrears.records import Records, line_by_line
from domain.base import CENTRE_ZONE
from domain.deadlines.calendar import OutsideCalendar
from domain.refusal import problems
from domain.rules.parameters import MissingParameter
from domain.words import InsuranceKind
from runtime.rules import Rules
from runtime.settings import Settings
from texts import sentences

EXAMPLE: Final = Path(__file__).with_name("arrears_example.yaml")
_SECTIONS: Final = {
    "employer": "employers",
    "employment": "employments",
    "wage": "wages",
    "due": "dues",
    "received": "received",
    "payment": "payments",
    "deferral": "deferrals",
}
_OPTION: Final = "option"
_SHOWN: Final = 1000


@dataclass(frozen=True)
class Source:
    """What a file says, and for a CSV file the row that each entry stands in."""

    content: Any
    rows: Mapping[tuple[str, int], int] | None = None

    def where(self, field: str, language: str) -> str:
        """A field as the writer of the file finds it: by section and entry, or by the row of the CSV file."""
        section, _, rest = field.partition(".")
        entry, _, inner = rest.partition(".")
        if not entry.isdecimal():
            return field
        inner = f", {inner}" if inner else ""
        if self.rows is None:
            return texts.say("arrears.entry", language, section=section, row=int(entry) + 1, field=inner)
        return texts.say("arrears.csv-row", language, row=self.rows[section, int(entry)], field=inner)


def register(app: typer.Typer, language: str) -> None:
    """Add ``arrears``."""

    @app.command("arrears", help=texts.say("cli.command.arrears", language))
    def arrears(
        file: Annotated[str, typer.Argument(help=texts.say("arrears.argument.file", language))] = "",
        as_of: Annotated[str, typer.Option(help=texts.say("cli.field.as_of", language))] = "",
        jurisdiction: Annotated[str | None, typer.Option(help=texts.say("cli.field.jurisdiction", language))] = None,
        totals: Annotated[bool, typer.Option("--totals", help=texts.say("arrears.argument.totals", language))] = False,
        schema: Annotated[bool, typer.Option("--schema", help=texts.say("cli.option.schema", language))] = False,
        show_example: Annotated[
            bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
    ) -> None:
        if schema:
            emit(Records.model_json_schema())
        elif show_example:
            sys.stdout.write(EXAMPLE.read_text(encoding="utf-8"))
        elif not file:
            fail(Exit.BAD_INPUT, texts.say("arrears.file-missing", language))
        else:
            found, lines = _computed(read(file, language), as_of, jurisdiction, language)
            kept = () if totals else lines
            if as_json:
                _stream(found, kept)
            else:
                show(found.model_copy(update={"lines": tuple(itertools.islice(kept, _SHOWN + 1))}), console(), language)


def _stream(found: Arrears, lines: Iterable[MonthArrears]) -> None:
    """The computation as JSON for machines, of any length: its lines come first, one at a time."""
    out = sys.stdout
    out.write('{\n  "lines": [')
    for number, line in enumerate(lines):
        out.write(",\n    " if number else "\n    ")
        out.write(line.model_dump_json())
    rest = json.dumps(found.model_dump(mode="json", exclude={"lines"}), ensure_ascii=False, indent=2)
    out.write(f"\n  ],{rest[1:]}\n")


def _computed(
    source: Source, as_of: str, jurisdiction: str | None, language: str
) -> tuple[Arrears, Iterator[MonthArrears]]:
    try:
        day = date.fromisoformat(as_of) if as_of else datetime.now(CENTRE_ZONE).date()
    except ValueError:
        fail(Exit.BAD_INPUT, sentences.problem_line("--as-of", "input.date_parsing", {}, language))
    try:
        records = Records.model_validate(source.content)
    except ValidationError as error:
        told([p.model_copy(update={"field": source.where(p.field, language)}) for p in problems(error)], language)
    if jurisdiction is not None:
        records = records.model_copy(update={"jurisdiction": jurisdiction})
    if not (records.employments or records.dues):
        fail(Exit.BAD_INPUT, texts.say("arrears.nothing", language))
    tables = Rules(Settings().own_tables).tables
    try:
        return line_by_line(records, tables.parameters, tables.calendar, day)
    except (MissingParameter, OutsideCalendar) as missing:
        fail(Exit.REFUSED, texts.say(missing.code, language, **missing.params))
    except OverflowError:
        fail(Exit.REFUSED, texts.say("arrears.too-large", language))


def read(file: str, language: str) -> Source:
    """What a file, or standard input for ``-``, says; a list is taken as months due."""
    if file.endswith(".csv"):
        return _read_csv(text_from(file, language), language)
    content = facts_from(file, language)
    return Source({"dues": content} if isinstance(content, list) else content)


def _read_csv(text: str, language: str) -> Source:
    """One entry for each row; its ``record`` says of what kind, and cells left empty are not given."""
    content: dict[str, Any] = {}
    rows: dict[tuple[str, int], int] = {}
    reader = csv.DictReader(io.StringIO(text), restkey="(beyond the header)")
    if twice := [name for name, times in Counter(reader.fieldnames or ()).items() if times > 1 and name]:
        fail(Exit.BAD_INPUT, texts.say("records.column-twice", language, columns=", ".join(twice)))
    for row in reader:
        record = (row.pop("record", "") or "").strip()
        given: dict[str, Any] = {name: cell for name, cell in row.items() if cell}
        if "kinds" in given:
            given["kinds"] = given["kinds"].split()
        if record == _OPTION:
            content.setdefault("options", {})[given.get("option", "")] = given.get("choice", "")
        elif record in _SECTIONS:
            entries = content.setdefault(_SECTIONS[record], [])
            rows[_SECTIONS[record], len(entries)] = reader.line_num
            entries.append(given)
        else:
            known = ", ".join((*_SECTIONS, _OPTION))
            fail(Exit.BAD_INPUT, texts.say("arrears.unknown-record", language, row=reader.line_num, known=known))
    return Source(content, rows)


def show(found: Arrears, shown: Console, language: str) -> None:
    """The computation for people: lines, totals, what is contested, and the rows that it rests on."""
    if 0 < len(found.lines) <= _SHOWN:
        shown.print(_lines(found, language))
    elif found.lines:
        shown.print(texts.say("arrears.many-lines", language, lines=_SHOWN))
    shown.print(_totals(found, language))
    if found.to_come:
        shown.print(texts.say("arrears.to-come", language, amount=yuan(found.to_come)), style="yellow")
    for unused in found.unused:
        code = "later" if unused.later else "unused"
        amount = yuan(unused.amount)
        shown.print(texts.say(f"arrears.{code}", language, payment=unused.payment + 1, amount=amount), style="yellow")
    for relief in found.reliefs:
        shown.print("!", texts.say(f"arrears.relief.{relief}", language), style="yellow")
    shown.print(texts.say("arrears.choices", language), style="bold")
    for choice in found.chosen:
        shown.print(choice_line(choice, language))
    if found.alternatives:
        shown.print(texts.say("arrears.alternatives", language), style="bold")
    for other in found.alternatives:
        shown.print(alternative_line(found.owed, other, language), style="yellow")
    shown.print(_rows(found, language))
    if found.unverified:
        told_of = texts.label(list(found.unverified), language)
        shown.print(texts.say("assessment.unverified-rows", language), ":", told_of, style="yellow")


def _lines(found: Arrears, language: str) -> Table:
    left = ("claimant", "employer", "month", "insurance")
    right = ("base", "employer_share", "employee_share", "due", "days_late", "late_fee", "paid", "owed")
    table = _table(texts.say("arrears.title", language, day=found.as_of), left, right, language)
    table.add_column("")
    for line in found.lines:
        table.add_row(
            line.claimant,
            line.employer,
            line.month,
            texts.label(line.kind, language),
            yuan(line.base),
            yuan(line.employer_share),
            yuan(line.employee_share),
            str(line.due),
            str(line.days_late),
            yuan(line.late_fee),
            yuan(line.paid_principal + line.paid_fee),
            yuan(line.total),
            ", ".join(texts.say(f"arrears.mark.{mark}", language) for mark in line.marks),
        )
    return table


def _totals(found: Arrears, language: str) -> Table:
    columns = ("employer_share", "employee_share", "late_fee", "paid_principal", "paid_fee", "owed")
    table = _table(texts.say("arrears.totals", language), ("",), columns, language)
    whole = Total.model_validate({part: getattr(found, part) for part in Total.model_fields})
    for totals in (found.by_claimant, found.by_employer, found.by_kind, {texts.say("arrears.whole", language): whole}):
        for key, total in totals.items():
            name = texts.label(key, language) if isinstance(key, InsuranceKind) else key
            table.add_row(name, *(yuan(getattr(total, part)) for part in columns))
        table.add_section()
    return table


def _rows(found: Arrears, language: str) -> Table:
    columns = ("row", "parameter", "value", "since", "until", "source", "verified")
    table = _table(texts.say("arrears.rows", language), columns, (), language)
    for row in found.sources:
        table.add_row(
            row.id,
            f"{row.name} {row.key}".strip(),
            f"{row.value} {row.unit}",
            str(row.since),
            str(row.until or "—"),
            texts.label(row.source, language),
            "✓" if row.verified else "✗",
            style="" if row.verified else "yellow",
        )
    return table


def _table(title: str, left: tuple[str, ...], right: tuple[str, ...], language: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in (*left, *right):
        header = texts.say(f"cli.column.{column}", language) if column else ""
        table.add_column(header, justify="right" if column in right else "left")
    return table
