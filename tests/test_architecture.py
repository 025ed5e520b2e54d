"""Imports run one way: the rooms of the house, and which of them each may know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.procedure import every_message

ROOT = Path(__file__).parent.parent
MAY_KNOW = {
    "domain": {"domain"},
    "texts": {"texts"},
    "runtime": {"runtime", "domain", "texts"},
    "casebook": {"casebook", "runtime", "domain", "texts"},
    "connectors": {"connectors", "domain"},
    "papers": {"papers", "domain", "texts"},
    "notices": {"notices", "connectors", "domain"},
    "activities": {"activities", "papers", "notices", "casebook", "runtime", "domain", "texts"},
    "workflows": {"workflows", "activities", "runtime", "domain", "texts"},
    "client": {"client", "workflows", "activities", "casebook", "runtime", "domain", "texts"},
    "cli": {
        "cli",
        "client",
        "papers",
        "connectors",
        "workflows",
        "activities",
        "casebook",
        "runtime",
        "domain",
        "texts",
    },
    "console": {"console", "client", "papers", "workflows", "activities", "casebook", "runtime", "domain", "texts"},
    "worker": {"workflows", "papers", "notices", "activities", "connectors", "casebook", "runtime", "domain", "texts"},
    "starter": {"cli", "runtime"},
    "examples": {"examples", "connectors", "casebook", "domain"},
    "bench": {
        "bench",
        "console",
        "tests",
        "worker",
        "client",
        "cli",
        "workflows",
        "activities",
        "casebook",
        "runtime",
        "domain",
        "texts",
    },
}
STOREYS = (
    {
        "base",
        "words",
        "identifiers",
        "yaml_file",
        "ledger",
        "running_ledger",
        "message",
        "rounds",
        "refusal",
        "dialogue",
    },
    {"rules", "direction", "aftercare"},
    {"deadlines", "intake", "triage", "notices"},
    {"arrears", "entitlements", "papers", "collective", "personal_data"},
    {"settlement"},
    {"grid"},
    {"inquiry"},
    {"assessment", "closure"},
    {"mediation"},
    {"case"},
    {"procedure", "meeting"},
    {"views"},
    {"figures"},
)
"""The rooms of ``domain/`` from the ground up: what is known without any case, the case, what happens to it, and what
people see of it. Each knows those below it, and none beside it."""
VOCABULARY = STOREYS[0]
"""Single modules that may know each other."""
OURS = {*MAY_KNOW, "tests"}
OUTSIDE_WORLD = {"asyncpg", "socket", "subprocess", "asyncio", "temporalio", "sqlalchemy", "httpx", "random", "time"}


def sources(room: str) -> Iterator[Path]:
    """The modules of a room."""
    yield from [ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists() else sorted((ROOT / room).rglob("*.py"))


def imports(file: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Every import of a module, wherever in it: the statement and the dotted name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


@pytest.mark.parametrize("room", MAY_KNOW)
def test_a_room_imports_only_the_rooms_that_its_arrows_lead_to(room: str) -> None:
    strays = [
        f"{file.relative_to(ROOT)}:{node.lineno} imports {name}"
        for file in sources(room)
        for node, name in imports(file)
        if (head := name.partition(".")[0]) in OURS and head not in MAY_KNOW[room]
    ]
    assert strays == []


def test_every_folder_of_code_has_its_place_among_the_arrows() -> None:
    rooms = {file.parent.name for file in ROOT.glob("*/__init__.py")} | {file.stem for file in ROOT.glob("*.py")}
    assert rooms - OURS == set()


def test_the_domain_touches_nothing_outside_itself() -> None:
    strays = [
        f"{file.relative_to(ROOT)}:{node.lineno} imports {name}"
        for file in sources("domain")
        for node, name in imports(file)
        if name.partition(".")[0] in OUTSIDE_WORLD
    ]
    assert strays == []


def test_a_room_of_the_domain_knows_only_the_storeys_below_it() -> None:
    storey = {room: level for level, rooms in enumerate(STOREYS) for room in rooms}
    strays = []
    for file in sources("domain"):
        own = file.relative_to(ROOT / "domain").with_suffix("").parts[0]
        for node, name in imports(file):
            head, _, rest = name.partition(".")
            room = rest.partition(".")[0]
            if head != "domain" or room == own or {room, own} <= VOCABULARY:
                continue
            if storey[room] >= storey[own]:
                strays.append(f"{file.relative_to(ROOT)}:{node.lineno} imports {name}")
    assert strays == []


def test_every_room_of_the_domain_stands_on_a_storey() -> None:
    rooms = {
        path.stem for path in (ROOT / "domain").iterdir() if path.stem not in ("__init__", "__pycache__", "tables")
    }
    assert rooms == set().union(*STOREYS)


def test_the_steps_of_a_case_bear_one_name_below_and_above_it() -> None:
    below = set().union(*STOREYS[1:9])
    above = {path.name for path in (ROOT / "domain" / "procedure").iterdir() if (path / "__init__.py").exists()}
    assert above <= below


def test_workflows_know_of_the_runtime_only_what_is_pure() -> None:
    """What lists are made of, and how a token is judged by keys that history holds."""
    known = {name for file in sources("workflows") for _, name in imports(file) if name.startswith("runtime")}
    assert {".".join(name.split(".")[:2]) for name in known} <= {"runtime.search_attributes", "runtime.tokens"}


def test_workflow_definitions_import_our_modules_past_the_sandbox() -> None:
    """The sandbox would load a copy of each for every case."""
    strays = []
    for file in sources("workflows"):
        if "@workflow.defn" not in file.read_text():
            continue
        past = {
            inner
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.With) and "imports_passed_through" in ast.unparse(node.items[0])
            for inner in (statement.lineno for statement in node.body)
        }
        strays += [
            f"{file.relative_to(ROOT)}:{node.lineno} imports {name}"
            for node, name in imports(file)
            if name.partition(".")[0] in OURS and node.lineno not in past
        ]
    assert strays == []


def test_the_doors_of_the_command_line_and_the_console_do_not_know_each_other() -> None:
    assert "console" not in MAY_KNOW["cli"]
    crossing = [name for file in sources("console") for _, name in imports(file) if name.partition(".")[0] == "cli"]
    assert crossing == []


def test_every_effect_of_a_message_is_loaded_with_the_others() -> None:
    declaring = {file for file in sources("domain/procedure") if "\n@accepts" in file.read_text()}
    assert {Path(str(module.__file__)) for module in every_message.MODULES} == declaring
