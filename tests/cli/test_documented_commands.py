"""Every command that a page of the documentation shows is one that the command line takes, word for word."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from cli.looking.render import next_steps
from cli.main import build
from domain.views import case_view
from domain.views.waiting import WaitedFor, Waiting
from domain.words import Language
from tests.cli.following import ROOT, lines
from tests.domain import cases

PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md"), ROOT / "examples" / "README.md"])
OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def typed(page: Path) -> Iterator[list[str]]:
    """The words of every command of ours on a page: in its blocks, its indented lines and its running text."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    indented = (line.strip() for line in text.splitlines() if line.startswith("    ./onestop"))
    running = (found.strip("`") for found in re.findall(r"`\./onestop [^`]*`", text))
    for line in (*lines(text), *indented, *running):
        for part in OPTIONAL.sub(r"\1", re.sub(r"\s#.*", "", line)).split(";"):
            words = shlex.split(part.split(" | ")[0])
            while words and "=" in words[0]:
                words = words[1:]
            if len(words) > 1 and words[0] == "./onestop":
                yield words[1 : words.index(">")] if ">" in words else words[1:]


def taken(words: list[str]) -> None:
    """Raise a usage error for what the command line would not take. Nothing is carried out."""
    words = [word for position, word in enumerate(words) if "--lang" not in (word, words[position - 1])]
    command = typer.main.get_command(build(Language.ENGLISH, words[0]))
    context = None
    while True:
        inner = getattr(command, "commands", None)
        if inner is None:
            break
        name, *words = words or ["--help"]
        if name.startswith("-"):
            return
        assert name in inner, f"no command {name}"
        command = inner[name]
        if not words or words[0] in ("…", "--help", "--example", "--schema"):
            return
    command.make_context(str(command.name), list(words), parent=context)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_command_line_takes_every_command_of_a_page(page: Path) -> None:
    wrong = []
    for words in typed(page):
        try:
            taken(words)
        except (typer.TyperException, AssertionError) as misuse:
            wrong.append((" ".join(words), getattr(misuse, "message", str(misuse))))
    assert wrong == []


def test_a_command_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(AssertionError, match="no command"):
        taken(["ledger", "verifie", "X"])
    with pytest.raises(typer.TyperException):
        taken(["owed", "X", "--am", "2027-03-31"])


@pytest.mark.parametrize("waited_for", list(WaitedFor))
def test_the_command_line_takes_every_step_that_a_case_offers_next(waited_for: WaitedFor) -> None:
    view = case_view.case_view(cases.settled(), cases.NOW)
    waits = Waiting(on=("c1",), what=waited_for, since=cases.NOW, until=None)
    steps = next_steps(view.model_copy(update={"waits": waits}))
    for step in steps:
        taken(shlex.split(step.split(" > ")[0].removesuffix(" --help")))
    assert steps[0].startswith("watch ") is (waited_for is WaitedFor.PROCESSING), (
        "only the centre's own work is watched"
    )
