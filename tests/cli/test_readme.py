"""Whoever follows the README by hand gets through it, and the Chinese one says the same."""

import asyncio
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Onestop, Ran

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_LOOP = re.compile(r"^for (\w+) in (.*); do\n(.*?)^done$", re.DOTALL | re.MULTILINE)
LIVE = {"watch"}
"""Commands that end when the reader ends them."""


def lines(readme: str) -> Iterator[str]:
    """What a reader types, line by line, loops unrolled."""
    chapter = (ROOT / readme).read_text(encoding="utf-8").split("\n## ")[2]
    for block in _BLOCK.findall(chapter):
        unrolled = _LOOP.sub(
            lambda loop: "".join(loop[3].replace(f"${loop[1]}", value) for value in loop[2].split()), block
        )
        yield from filter(None, (line.strip() for line in unrolled.splitlines()))


async def patiently(onestop: Onestop, *arguments: str) -> Ran:
    """A reader is slower than the case; a command that comes too early is typed again."""
    for _ in range(50):
        ran = await onestop(*arguments)
        if ran.code == 0:
            break
        await asyncio.sleep(0.2)
    return ran


def test_the_chinese_readme_has_the_same_commands() -> None:
    """But for what people say, and the language chosen."""

    def commands(readme: str) -> list[list[str]]:
        typed = (shlex.split(line, comments=True) for line in lines(readme))
        return [[word for word in words if word.isascii() and " " not in word] for words in typed if words]

    english = [words for words in commands("README.md") if words != ["export", "ONESTOP_LANGUAGE=en"]]
    assert commands("README.zh-CN.md") == english


async def test_every_command_of_the_readme_works_in_its_order(
    at_centre: Onestop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[str, str] = {}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for line in lines("README.md"):
        for name, value in known.items():
            line = line.replace(f"${name}", value)
        words = shlex.split(line, comments=True)
        if not words:
            continue
        if words[0] == "export" or "=" in words[0]:
            name, _, value = words[-1].partition("=")
            known[name] = value
            if words[0] == "export":
                monkeypatch.setenv(name, value)
            continue
        assert words[0] == "./onestop", line
        if words[1] in LIVE:
            continue
        *asked, target = words[1:] if ">" in words else [*words[1:], ""]
        ran = await patiently(at_centre, *(word for word in asked if word != ">"))
        assert ran.code == 0, (line, ran)
        if target:
            (tmp_path / target).write_text(ran.out, encoding="utf-8")
