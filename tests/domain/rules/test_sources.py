"""A row calls itself verified on what somebody read, and on nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.rules.sources import sources
from domain.yaml_file import TABLES, read_yaml

FILES = sorted([*TABLES.glob("*.yaml"), *(TABLES / "parameters").glob("*.yaml")])


def verified(part: Any) -> Iterator[str]:
    """The source of every row of a table that says it is verified."""
    if isinstance(part, dict):
        if part.get("verified") is True:
            yield part["source"]
        part = list(part.values())
    for inner in part if isinstance(part, list) else ():
        yield from verified(inner)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_verified_row_rests_on_articles_that_were_read(file: Path) -> None:
    rows = list(verified(read_yaml(file.read_text("utf-8"))))
    assert {source: missing for source in rows if (missing := sources().unread(source))} == {}


def test_what_is_contested_was_read() -> None:
    assert [one.source for one in sources().contested if sources().unread(one.source)] == []


@pytest.mark.parametrize(
    ("source", "unread"),
    [
        ("社会保险法 Art.57-58; 行政复议法 Art.20、23", []),
        ("行政复议法 Art.20(3)（未告知）", []),
        ("本中心规则（劳动争议调解仲裁法 Art.14：可以继续）", []),
        ("劳动合同法 Art.47(1), 58", ["劳动合同法 Art.47"]),
        ("某某法 Art.1", ["某某法 Art.1"]),
        ("practice", ["practice Art.0"]),
    ],
)
def test_a_source_is_read_as_rows_write_it(source: str, unread: list[str]) -> None:
    assert sources().unread(source) == unread
