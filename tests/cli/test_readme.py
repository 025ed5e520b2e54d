"""Whoever follows the README by hand gets through it, and the Chinese one says the same."""

from pathlib import Path

import pytest

from tests.cli.conftest import Onestop
from tests.cli.following import ROOT, commands, follow


def chapter(readme: str) -> str:
    """What is typed by hand."""
    return (ROOT / readme).read_text(encoding="utf-8").split("\n## ")[2]


def test_the_chinese_readme_has_the_same_commands() -> None:
    """But for what people say, and the language chosen."""
    english = [words for words in commands(chapter("README.md")) if words != ["export", "ONESTOP_LANGUAGE=en"]]
    assert commands(chapter("README.zh-CN.md")) == english


async def test_every_command_of_the_readme_works_in_its_order(
    at_centre: Onestop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await follow(chapter("README.md"), at_centre, tmp_path, monkeypatch)
