"""Following a page by hand: what a reader types, in its order."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.cli.conftest import Onestop, Ran
from tests.patience import seen

ROOT: Final = Path(__file__).parents[2]
_BLOCK: Final = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_LOOP: Final = re.compile(r"^for (\w+) in (.*); do\n(.*?)^done$", re.DOTALL | re.MULTILINE)
LIVE: Final = {"watch"}
"""Commands that end when the reader ends them."""


def lines(page: str) -> Iterator[str]:
    """What a reader types, line by line, loops unrolled."""
    for block in _BLOCK.findall(page):
        unrolled = _LOOP.sub(
            lambda loop: "".join(loop[3].replace(f"${loop[1]}", value) for value in loop[2].split()), block
        )
        yield from filter(None, (line.strip() for line in unrolled.splitlines()))


def commands(page: str) -> list[list[str]]:
    """The words of every command, but for what people say."""
    typed = (shlex.split(line, comments=True) for line in lines(page))
    return [[word for word in words if word.isascii() and " " not in word] for words in typed if words]


async def patiently(onestop: Onestop, *arguments: str) -> Ran:
    """A reader is slower than the case; a command that comes too early is typed again."""
    return await seen(lambda: onestop(*arguments), lambda ran: ran.code == 0)


async def follow(page: str, onestop: Onestop, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Ran]:
    """Type every command of a page; each works. What each wrote, by its words."""
    known: dict[str, str] = {}
    written: dict[str, Ran] = {}
    monkeypatch.chdir(folder)
    (folder / "examples").symlink_to(ROOT / "examples")
    for line in lines(page):
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
        ran = await patiently(onestop, *(word for word in asked if word != ">"))
        assert ran.code == 0, (line, ran)
        written[" ".join(asked)] = ran
        if target:
            (folder / target).write_text(ran.out, encoding="utf-8")
    return written
