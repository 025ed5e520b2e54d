"""Commands load what they need, are listed under whom they serve, and speak the user's language in their help."""

import os
import re
import subprocess
import sys
from importlib import import_module

import pytest
import typer

import texts
from cli.commands import COMMANDS, listed
from cli.main import build
from domain.words import Language
from tests.cli.conftest import Onestop

ALL = [one for panel in COMMANDS.values() for one in panel]
HEAVY = ("alembic", "cn2an", "docx", "docxtpl", "numpy", "openpyxl", "sqlalchemy", "uvicorn")


def names(app: typer.Typer) -> set[str]:
    commands = {str(one.name) for one in app.registered_commands}
    return commands | {str(group.name) for group in app.registered_groups}


def test_the_table_lists_every_command_once_under_the_modules_that_make_it() -> None:
    assert len({one.name for one in ALL}) == len(ALL)
    for module in {module for one in ALL for module in one.modules}:
        alone = typer.Typer()
        if module != "officer.bulk":  # It adds to commands of single messages.
            import_module(f"cli.{module}").register(alone, "en")
            assert names(alone) == {one.name for one in ALL if one.modules[0] == module}, module


@pytest.mark.parametrize("language", Language)
def test_a_command_says_the_same_of_itself_as_the_list_does(language: Language) -> None:
    for one in ALL:
        app = build(language, one.name)
        made = [command.help for command in app.registered_commands if command.name == one.name]
        made += [
            group.typer_instance.info.help
            for group in app.registered_groups
            if group.name == one.name and group.typer_instance is not None
        ]
        assert made == [texts.say(one.help_key, language)], one.name


@pytest.mark.parametrize("command", ["", "show", "inbox", "claim", "file"])
def test_a_command_loads_no_heavy_library_that_it_does_not_need(command: str) -> None:
    code = f"""
import sys
from cli.main import build
from domain.words import Language
build(Language.CHINESE, {command or None!r})
print(*[name for name in {HEAVY!r} if name in sys.modules], 'temporalio' in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [str(bool(command))]


async def test_the_help_lists_every_command_under_a_heading_and_cuts_nothing(onestop: Onestop) -> None:
    shown = (await onestop("--help")).out
    assert all(re.search(rf"^  {one.name}\b", shown, re.MULTILINE) for one in ALL)
    assert [texts.say(f"cli.panel.{panel}", "zh-CN") in shown for panel in COMMANDS] == [True] * len(COMMANDS)
    assert "…" not in shown and "..." not in shown.replace("[参数]...", "")


@pytest.mark.parametrize(
    "arguments", [("--help",), ("show", "--help"), ("ledger", "verify", "--help"), ("pay", "--help")]
)
async def test_the_words_of_the_help_are_chinese_too(onestop: Onestop, arguments: tuple[str, ...]) -> None:
    shown = (await onestop(*arguments)).out
    assert "用法：" in shown
    assert not re.findall(r"Usage|Options|Arguments|Commands|required|default|Show |env var", shown)
    assert "Usage: " in (await onestop(*arguments, "--lang", "en")).out


@pytest.mark.parametrize(
    ("typed", "offered"), [("onestop sho", "show"), ("onestop show --", "--page"), ("onestop ledger ver", "verify")]
)
def test_a_shell_is_offered_commands_and_their_options(typed: str, offered: str) -> None:
    asked = {"_ONESTOP_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": typed}
    code = "import sys; sys.argv = ['onestop']; from cli.main import main; main([])"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | asked, check=False
    )
    assert offered in ran.stdout


async def test_a_command_that_is_none_is_told_with_what_there_is(onestop: Onestop) -> None:
    assert listed("shwo") is None
    wrong = await onestop("shwo", "x")
    assert wrong.code == 2 and "shwo" in wrong.err
