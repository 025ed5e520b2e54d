"""A list of claimants as a spreadsheet has it: each line a worker and what the worker claims."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from stdnum.iso7064 import mod_11_2

import texts
from client.sheets import BadCell, amount, day, lines_of, meant, month
from domain.intake.complaint import Claimant, ClaimItem
from domain.refusal import Problem, problems
from domain.words import ClaimKind, InsuranceKind, Language
from domain.yaml_file import read_yaml

_FILE: Final = Path(__file__).with_name("claimant_sheet.yaml")
_OF_ITEM: Final = ("kind", "insurance", "first_month", "last_month", "amount", "known_since")
_READERS: Final = {
    "first_month": month,
    "last_month": month,
    "amount": amount,
    "known_since": day,
    "retires_on": day,
}


@dataclass
class Sheet:
    """The workers of a list, their claim items, and what could not be read."""

    claimants: dict[int, Claimant] = field(default_factory=dict)
    """By the line of the file."""
    items: dict[int, ClaimItem] = field(default_factory=dict)
    bad: list[BadCell] = field(default_factory=list)

    def leave_out(self, line: int, found: Iterable[Problem]) -> None:
        """A line that is not taken, and why."""
        self.claimants.pop(line, None)
        self.items.pop(line, None)
        self.bad.extend(BadCell(line=line, problem=problem) for problem in found)


def read_sheet(file: Path, prefix: str, respondent: str) -> Sheet:
    """The list in a CSV or XLSX file. A worker without a ref gets one of ``prefix`` and the line.

    Raises NoSheet, OSError.
    """
    sheet, persons, refs = Sheet(), dict[str, int](), dict[str, int]()
    for line, said in lines_of(file, _table()["columns"], ("name", "identity_number"), strict=True):
        said.setdefault("ref", f"{prefix}{line}")
        _take(sheet, line, said, respondent)
        if (claimant := sheet.claimants.get(line)) is not None:
            first = persons.setdefault(claimant.identity_number, line)
            same_ref = refs.setdefault(claimant.ref, line)
            if first != line:
                sheet.leave_out(line, [_problem("identity_number", "sheet.person_twice", line=first)])
            elif same_ref != line:
                sheet.leave_out(line, [_problem("ref", "sheet.ref_twice", line=same_ref)])
    return sheet


def example() -> str:
    """A filled list, as CSV; the people are fictional."""
    out = io.StringIO()
    bodies = ("99000019800115001", "99000019810215002")
    numbers = [body + mod_11_2.calc_check_digit(body) for body in bodies]
    csv.writer(out, lineterminator="\n").writerows(
        [cell.format(*numbers) for cell in row] for row in _table()["example"]
    )
    return out.getvalue()


def _problem(name: str, code: str, **params: object) -> Problem:
    return Problem(field=name, code=f"cli.{code}", params={k: str(v) for k, v in params.items()})


def _take(sheet: Sheet, line: int, said: dict[str, str], respondent: str) -> None:
    found: list[Problem] = []
    cells = meant(said, _READERS)
    person = {k: _coded(k, v) for k, v in cells.items() if k not in _OF_ITEM}
    claim = {k: _coded(k, v) for k, v in cells.items() if k in _OF_ITEM}
    try:
        sheet.claimants[line] = Claimant.model_validate(person)
    except ValidationError as error:
        found += problems(error)
    if claim:
        ref = said["ref"]
        claim.setdefault("kind", ClaimKind.ARREARS)
        try:
            whole = {**claim, "ref": f"i-{ref}"[:64], "claimant": ref, "respondent": respondent}
            sheet.items[line] = ClaimItem.model_validate(whole)
        except ValidationError as error:
            found += [p for p in problems(error) if p.field not in ("ref", "claimant")]
    if found:
        sheet.leave_out(line, found)


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = read_yaml(_FILE.read_text(encoding="utf-8"))
    return table


@cache
def _words() -> dict[str, dict[str, str]]:
    """For each column the words that stand for a code, in every language."""
    kinds = {"kind": ClaimKind, "insurance": InsuranceKind}
    words: dict[str, dict[str, str]] = {name: dict(said) for name, said in _table()["values"].items()}
    for name, kind in kinds.items():
        labels = {texts.label(code, language).lower(): code.value for code in kind for language in Language}
        words[name] = labels | words.get(name, {})
    return words


def _coded(name: str, cell: str) -> Any:
    words = _words().get(name, {})
    if name == "insurance":
        parts = cell.replace("、", ",").replace("，", ",").replace(";", ",").replace("；", ",").split(",")
        return [words.get(part.strip().lower(), part.strip()) for part in parts if part.strip()]
    return words.get(cell.lower(), cell)
