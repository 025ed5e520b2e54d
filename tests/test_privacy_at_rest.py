"""After a whole case nothing on the disk shows who its people are: histories, casebook, logs."""

import asyncio
import base64
import json
import mmap
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.plays.example import example_folder, localise
from domain.intake.complaint import Complaint
from runtime.settings import ROOT

RUN = "privacy"
SHORTEST = 6
"""Bytes of a spelling that is looked for: what is shorter stands in encrypted text by chance."""


class Ran(NamedTuple):
    """A demo that was run: its data folder, and whom it was about."""

    data: Path
    complaint: Complaint


@pytest.fixture(scope="module")
async def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The special example, played from filing to closure by the whole centre as `make demo` runs it."""
    data = tmp_path_factory.mktemp("at-rest")
    ports = dict.fromkeys(("TEMPORAL", "UI", "POSTGRES", "CODEC"), "0")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "ONESTOP_", "DATABASE_URL"))}
    environment = inherited | {f"ONESTOP_{name}_PORT": port for name, port in ports.items()}
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, ROOT / "starter.py", "demo", "special", "--run", RUN),
        env=environment | {"ONESTOP_DATA": str(data), "ONESTOP_LOG_LEVEL": "debug"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await demo.communicate()
    assert demo.returncode == 0, told.decode()
    assert "/cases/DRILL-" in told.decode(), "the end of a play says where the case is to be seen in a browser"
    return Ran(data, localise(example_folder("special"), RUN).complaint)


def spellings(text: str) -> set[bytes]:
    """How a text may stand in a file: in several encodings, escaped as in JSON, and in base64 at any offset."""
    plain = text.encode()
    found = {plain, text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("gb18030")}
    found |= {ascii(text)[1:-1].encode(), plain.hex().encode()}
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + plain)
        found.add(whole[-(-8 * shift // 6) : 8 * (shift + len(plain)) // 6])
    return {spelling for spelling in found if len(spelling) >= SHORTEST}


def holding(folder: Path, texts: Iterable[str]) -> dict[str, set[str]]:
    """Of the texts, those that stand in a file of a folder, by text."""
    wanted = [(text, spelling) for text in texts for spelling in spellings(text)]
    found: dict[str, set[str]] = {}
    for file in _files(folder):
        with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for text, spelling in wanted:
                if content.find(spelling) >= 0:
                    found.setdefault(text, set()).add(str(file.relative_to(folder)))
    return found


def _files(folder: Path) -> Iterator[Path]:
    """Every file that is not empty, behind links too, without PostgreSQL's own programs and template databases."""
    for where, folders, names in os.walk(folder, followlinks=True):
        templates = ("1", "4", "5") if where.endswith("cluster/base") else ()
        folders[:] = [name for name in folders if not name.startswith("programs-") and name not in templates]
        yield from (file for name in names if (file := Path(where) / name).is_file() and file.stat().st_size)


def test_the_search_finds_what_is_known_to_be_there(ran: Ran, tmp_path: Path) -> None:
    case = f"dispute-{ran.complaint.complaint_id}"
    found = holding(ran.data, [case, "onestop_centre"])
    assert "temporal.db" in found[case]
    assert any(name.startswith("postgres/cluster/") for name in found[case])
    assert any(name.startswith("worker-") for name in found[case])
    assert found["onestop_centre"]

    person = ran.complaint.claimants[0]
    planted = {text: spellings(text) for text in (person.name, person.identity_number)}
    for number, content in enumerate(spelling for spelt in planted.values() for spelling in spelt):
        (tmp_path / f"{number}").write_bytes(b"before" + content + b"after")
    hidden = holding(tmp_path, planted)
    assert {text: len(files) for text, files in hidden.items()} == {text: len(spelt) for text, spelt in planted.items()}
    (tmp_path / "token").write_bytes(base64.b64encode(f'{{"name":"{person.name}"}}'.encode()))
    assert "token" in holding(tmp_path, [person.name])[person.name]


def test_no_file_shows_a_claimants_identity_number_phone_or_name(ran: Ran) -> None:
    people = ran.complaint.claimants
    numbers, phones = {c.identity_number for c in people}, {c.phone for c in people if c.phone}
    names = {part for c in people for part in (c.name, c.name.removesuffix("（虚构）"))}
    assert len(numbers) == len(phones) == 13
    assert holding(ran.data, numbers | phones | names) == {}


def test_no_file_shows_what_was_said_in_free_words(ran: Ran) -> None:
    assert ran.complaint.statement
    said = {ran.complaint.statement[10:30], "清算组负责人以其名下房产提供担保", "何某（虚构，股东，现居境外）"}
    assert holding(ran.data, said) == {}


def test_the_tax_bureaus_service_gave_out_its_rows_once_and_keeps_none_in_the_centres_folder(ran: Ran) -> None:
    given = [json.loads(line) for line in (ran.data / "agencies/tax/given-out.jsonl").read_text().splitlines()]
    assert {line["persons"] for line in given} == {len(ran.complaint.claimants)}
    assert len({line["key"] for line in given}) == len(given)
    assert sum(line["rows"] for line in given) > 0
