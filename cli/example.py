"""A shipped example: a complaint, the agencies' records and a play, made anew for each run.

The same people in two open cases would be one case (the casebook joins them), so each run has people and
employers of its own. All of them are fictional: their numbers carry the area code 99, which no place has.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from domain.complaint import Complaint
from domain.words import Agency

EXAMPLES: Final = Path(__file__).parent.parent / "examples"
_RUN_LENGTH: Final = 24


class UnknownExample(Exception):
    """There is no example of that name; the text lists those that there are."""


@dataclass(frozen=True)
class Localised:
    """An example with the people and employers of one run."""

    complaint: Complaint
    records: dict[Agency, str]
    """The agencies' exchange files, as CSV text."""


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
    complaint = Complaint.model_validate_json((example / "complaint.json").read_text(encoding="utf-8"))
    records = {agency: _read(example / "records" / f"{agency}.csv") for agency in Agency}
    if not run:
        return Localised(complaint, records)
    seed = f"{example.name}/{run}"
    fresh = {c.identity_number: _identity_number(c.identity_number, seed) for c in complaint.claimants}
    fresh |= {r.credit_code: _credit_code(r.credit_code, seed) for r in complaint.respondents if r.credit_code}
    return Localised(
        complaint.model_copy(
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
        ),
        {agency: _rewritten(text, fresh) for agency, text in records.items()},
    )


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig") if file.exists() else ""


def _rewritten(text: str, fresh: dict[str, str]) -> str:
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
