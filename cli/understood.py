"""What a sheet was understood to say, line by line, before anything of it is sent."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from rich.table import Table

import texts
from cli.out import console, emit
from client.sheets import BadCell, told_cells

_SHOWN: Final = 50
"""Lines that a person is shown; ``--json`` has them all."""
Line = Mapping[str, object]


def show_understood(lines: Mapping[int, Line], bad: Sequence[BadCell], as_json: bool, language: str) -> None:
    """Each line by its columns, amounts added up, and what could not be read."""
    if as_json:
        said = [{"line": number, **{k: _plain(v) for k, v in line.items()}} for number, line in lines.items()]
        emit({"understood": said, "wrong": [cell.model_dump(mode="json") for cell in bad]})
        return
    shown = console()
    columns = list(dict.fromkeys(name for line in lines.values() for name in line))
    table = Table(title=texts.say("cli.title.understood", language), title_justify="left")
    table.add_column(texts.say("cli.column.line", language), justify="right")
    for name in columns:
        table.add_column(texts.say(f"fields.{name}", language))
    for number, line in list(lines.items())[:_SHOWN]:
        table.add_row(str(number), *(_said(line.get(name), language) for name in columns))
    if lines:
        shown.print(table)
    if len(lines) > _SHOWN:
        shown.print(texts.say("cli.sheet_more", language, more=len(lines) - _SHOWN))
    total = sum((v for line in lines.values() for v in line.values() if isinstance(v, Decimal)), Decimal("0.00"))
    key = "cli.understood" if total else "cli.understood_without_sums"
    shown.print(texts.say(key, language, lines=len(lines), total=f"{total:,.2f}"), style="green")
    if bad:
        shown.print(bad_cells(bad, language))


def bad_cells(bad: Sequence[BadCell], language: str) -> Table:
    """What could not be read of a sheet, and what to write instead."""
    table = Table()
    table.add_column(texts.say("cli.column.line", language))
    table.add_column(texts.say("cli.column.problem", language))
    for line, why in told_cells(bad[:_SHOWN], language):
        table.add_row(str(line), why)
    return table


def _plain(value: object) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value) if isinstance(value, date) else value


def _said(value: object, language: str) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "" if value is None else texts.label(value, language)
