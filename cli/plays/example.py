"""A shipped example: a complaint, the agencies' records and a play, made anew for each run.

The same people in two open cases would be one case (the casebook joins them), so each run has people and
employers of its own. All of them are fictional: their numbers carry the area code 99, which no place has.
"""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from domain.intake.complaint import Complaint
from domain.words import Agency

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
_RUN_LENGTH: Final = 24


class UnknownExample(Exception):
    """There is no example of that name; the text lists those that there are."""


@dataclass(frozen=True)
class Localised:
    """An example with the people and employers of one run."""

    complaints: dict[str, Complaint]
    """Every complaint of the example, by the name of its file."""
    records: dict[Agency, str]
    """The agencies' exchange files, as CSV text; those that have none are left out."""

    @property
    def complaint(self) -> Complaint:
        """The one that the example is about."""
        return self.complaints["complaint.json"]


def example_folder(name: str) -> Path:
    """The folder of a shipped example. Raises UnknownExample."""
    folder = EXAMPLES / name
    if not (folder / "play.yaml").is_file():
        raise UnknownExample(", ".join(example_names()))
    return folder


def example_names() -> list[str]:
    """The shipped examples."""
    return sorted(file.parent.name for file in EXAMPLES.glob("*/play.yaml"))


def localise(example: Path, run: str) -> Localised:
    """The example's complaint and records with fresh fictional numbers, the same ones for the same run.

    Birth date and sex stay; the complaint's own number gets ``-run`` appended. An empty run changes nothing.
    """
    if len(run) > _RUN_LENGTH:
        raise ValueError(f"a run's name has at most {_RUN_LENGTH} characters")
    complaints = {
        file.name: Complaint.model_validate_json(file.read_text(encoding="utf-8"))
        for file in sorted(example.glob("*.json"))
    }
    files = {agency: example / "records" / f"{agency}.csv" for agency in Agency}
    records = {agency: file.read_text(encoding="utf-8-sig") for agency, file in files.items() if file.exists()}
    if not run:
        return Localised(complaints, records)
    seed = f"{example.name}/{run}"
    people = {c.identity_number for one in complaints.values() for c in one.claimants}
    codes = {r.credit_code for one in complaints.values() for r in one.respondents if r.credit_code}
    fresh = {number: _identity_number(number, seed) for number in people}
    fresh |= {code: _credit_code(code, seed) for code in codes}
    return Localised(
        {name: _renamed(one, fresh, run) for name, one in complaints.items()},
        {agency: _rewritten(text, fresh) for agency, text in records.items()},
    )


def _renamed(complaint: Complaint, fresh: Mapping[str, str], run: str) -> Complaint:
    return complaint.model_copy(
        update={
            "complaint_id": f"{complaint.complaint_id}-{run}",
            "claimants": tuple(
                c.model_copy(update={"identity_number": fresh[c.identity_number]}) for c in complaint.claimants
            ),
            "respondents": tuple(
                r.model_copy(update={"credit_code": fresh[r.credit_code] if r.credit_code else None})
                for r in complaint.respondents
            ),
        }
    )


def _rewritten(text: str, fresh: Mapping[str, str]) -> str:
    out = io.StringIO()
    rows = csv.reader(io.StringIO(text))
    csv.writer(out, lineterminator="\n").writerows([fresh.get(cell, cell) for cell in row] for row in rows)
    return out.getvalue()


def _draw(seed: str, number: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8]) % below


def _identity_number(number: str, seed: str) -> str:
    drawn = _draw(seed, number, 5_000_000)
    area, sequence = f"99{drawn // 500:04d}", drawn % 500 * 2 + int(number[16]) % 2
    body = f"{area}{number[6:14]}{sequence:03d}"
    return body + mod_11_2.calc_check_digit(body)


def _credit_code(code: str, seed: str) -> str:
    body = f"{code[:8]}MA{_draw(seed, code, 10_000_000):07d}"
    return body + uscc.calc_check_digit(body)
