"""Spreadsheets as offices keep them: XLSX and CSV, their rows, and what is meant by a date, a month or an amount.

A file's own description of itself is never believed. What can't be read for certain is left as it stands, and refused
by whoever looks at it, in its line: nothing is guessed.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from domain.base import Model
from domain.refusal import Problem
from texts import sentences

_ENCODINGS: Final = ("utf-8-sig", "gb18030")
"""What spreadsheet programs write CSV in."""
_HEADING_WITHIN: Final = 10
"""Rows in which the headings are looked for: a title may stand above them."""
_OF_THE_OFFICE: Final = frozenset({"序号", "no", "no.", "备注", "remark", "remarks"})
"""Columns that offices keep for themselves."""
_SUM: Final = re.compile(r"(合|总|小)\s*计|total", re.IGNORECASE)
_DAY: Final = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?")
_MONTH: Final = re.compile(r"(\d{4})[年./-](\d{1,2})月?")
_MONTH_NAMED: Final = re.compile(r"([A-Za-z]{3})[- ](\d{4}|\d{2})")
_NAMES: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_AMOUNT: Final = re.compile(r"[¥￥]?\s*(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*元?")
_WITHOUT_VALUE: Final = "=?"
"""Stands for a formula whose result the file does not hold: no name, number or amount looks like it."""


class NoSheet(Exception):
    """The file can't be read as a list; ``code`` names the text that says why."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class BadCell(Model):
    """What is wrong in a line of the file, and in which column. Never repeats the value."""

    line: int
    problem: Problem


def told_cells(bad: Sequence[BadCell], language: str) -> list[tuple[int, str]]:
    """What could not be read: the line, and what to write instead."""
    told = ((cell.line, cell.problem) for cell in bad)
    return [(line, sentences.problem_line(one.field, one.code, one.params, language)) for line, one in told]


def lines_of(
    file: Path, headings: Mapping[str, Sequence[str]], needed: Sequence[str], *, strict: bool = False
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line of a list that says something, by the names of its columns; sums at the foot are passed over.

    ``headings`` are the words that each column is known under; with ``strict`` no other column may be there.
    Raises NoSheet, OSError.
    """
    known = {_plain(word): name for name, words in headings.items() for word in words}
    rows = rows_of(file)
    top = next((at for at, cells in enumerate(rows[:_HEADING_WITHIN]) if _heads(cells, known, needed)), None)
    if top is None:
        first = next((cells for cells in rows if any(cells)), None)
        if first is None:
            raise NoSheet("cli.sheet_empty")
        there = set(_columns(first, known, strict=strict).values())
        missing = [headings[name][0] for name in needed if name not in there]
        raise NoSheet("cli.sheet_column_missing", column=", ".join(missing))
    head = _columns(rows[top], known, strict=strict)
    for line, cells in enumerate(rows[top + 1 :], top + 2):
        said = {head[at]: cell for at, cell in enumerate(cells) if cell and at in head}
        first_said = next((cell for cell in cells if cell), "")
        if said and not _SUM.fullmatch(first_said):
            yield line, said


def _heads(cells: Sequence[str], known: Mapping[str, str], needed: Sequence[str]) -> bool:
    there = {known.get(_plain(cell)) for cell in cells}
    return set(needed) <= there


def _columns(cells: Sequence[str], known: Mapping[str, str], *, strict: bool) -> dict[int, str]:
    found: dict[int, str] = {}
    for at, cell in enumerate(cells):
        name = known.get(_plain(cell))
        if name is None and (not strict or not cell or _plain(cell) in _OF_THE_OFFICE):
            continue
        if name is None or name in found.values():
            raise NoSheet("cli.sheet_heading", column=str(at + 1))
        found[at] = name
    return found


def _plain(heading: str) -> str:
    return re.sub(r"\s", "", heading).rstrip("*").lower()


def rows_of(file: Path) -> list[list[str]]:
    """The cells of a CSV or XLSX file, as they would be typed. Raises NoSheet, OSError."""
    return _xlsx(file) if file.suffix.lower() in (".xlsx", ".xlsm") else _csv(file)


def text_of(raw: bytes) -> str:
    """The text of a CSV file, in whichever encoding spreadsheet programs write it. Raises NoSheet."""
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NoSheet("cli.sheet_unreadable")


def _csv(file: Path) -> list[list[str]]:
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text_of(file.read_bytes())))]
    except csv.Error:
        raise NoSheet("cli.sheet_unreadable") from None


def _xlsx(file: Path) -> list[list[str]]:
    """The first sheet that is shown, whole: with what a cell that was merged downwards says for each of its rows."""
    try:
        typed = load_workbook(file)
        shown = [at for at, sheet in enumerate(typed.worksheets) if sheet.sheet_state == "visible"]
        sheet = typed.worksheets[shown[0]]
        formulas = any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
        values = load_workbook(file, data_only=True).worksheets[shown[0]] if formulas else sheet
    except (InvalidFileException, BadZipFile, KeyError, ValueError, IndexError):
        raise NoSheet("cli.sheet_unreadable") from None
    rows = [[_cell(cell.value) for cell in row] for row in values.iter_rows()]
    for at, row in enumerate(sheet.iter_rows()):
        for column, cell in enumerate(row):
            if cell.data_type == "f" and not rows[at][column]:
                rows[at][column] = _WITHOUT_VALUE
    for merged in sheet.merged_cells.ranges:
        for row_number in range(merged.min_row + 1, merged.max_row + 1):
            rows[row_number - 1][merged.min_col - 1] = rows[merged.min_row - 1][merged.min_col - 1]
    return rows


def _cell(value: object) -> str:
    """A cell as it would be typed. A number of more digits than a float holds is refused by what it becomes."""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return "" if value is None else str(value).strip()


def day(cell: str) -> str:
    """A day as people and spreadsheets write it, as ISO 8601; anything else as it is."""
    if (found := _DAY.fullmatch(cell.replace(" ", ""))) is None:
        return cell
    year, month, of_month = map(int, found.groups())
    return f"{year:04d}-{month:02d}-{of_month:02d}"


def month(cell: str) -> str:
    """A month as people and spreadsheets write it, as ``2024-07``; anything else as it is."""
    plain = cell.replace(" ", "")
    if (found := _MONTH.fullmatch(plain)) or (found := _DAY.fullmatch(plain)):
        return f"{int(found[1]):04d}-{int(found[2]):02d}"
    if (named := _MONTH_NAMED.fullmatch(cell)) and named[1].lower() in _NAMES:
        year = int(named[2]) if len(named[2]) == 4 else 2000 + int(named[2])
        return f"{year:04d}-{_NAMES.index(named[1].lower()) + 1:02d}"
    return cell


def amount(cell: str) -> str:
    """An amount in yuan without its sign and thousands; anything else as it is. A comma is never a decimal point."""
    found = _AMOUNT.fullmatch(cell)
    return str(Decimal(found[1].replace(",", ""))) if found else cell


def meant(said: Mapping[str, str], readers: Mapping[str, Callable[[str], object]]) -> dict[str, Any]:
    """The cells of a line, each as its column means it."""
    return {name: readers[name](cell) if name in readers else cell for name, cell in said.items()}
