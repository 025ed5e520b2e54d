"""What the documentation says is what the code does."""

import base64
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from temporalio.api.common.v1 import Payload

from casebook.records import ROWS
from cli.docs import access_docs, connector_docs
from cli.docs.examples_of import example, finding_example
from cli.docs.protocol_docs import FILE, page
from connectors import openapi
from domain.case.protocol import MESSAGES
from domain.case.visibility import Level, Sight, visibility
from domain.inquiry.findings import FINDING
from domain.words import Agency
from runtime.codec import ENCODING, Codec
from runtime.rings import KeyRing
from runtime.settings import Settings
from runtime.vault import Vault

DOCS = FILE.parent
TABLES = DOCS.parent / "domain" / "tables"
EXCHANGE = (DOCS / "exchange_files.md").read_text(encoding="utf-8")
PAGES = sorted([*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")])


def test_the_page_of_messages_is_the_one_that_the_protocol_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "make docs"


def test_the_page_of_access_is_the_one_that_the_enforcing_code_makes() -> None:
    assert access_docs.FILE.read_text(encoding="utf-8") == access_docs.page(), "make docs"


def test_the_page_of_connectors_is_the_one_that_its_models_make() -> None:
    for file, text in connector_docs.pages().items():
        assert file.read_text(encoding="utf-8") == text, "make docs"


def test_the_interface_of_connectors_is_a_valid_openapi_document() -> None:
    validate(openapi.document(), cls=OpenAPIV31SpecValidator)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_every_example_of_a_message_validates_against_its_model(name: str) -> None:
    assert MESSAGES[name].model.model_validate(example(name))


@pytest.mark.parametrize("agency", Agency)
def test_every_example_of_a_finding_is_that_agencys(agency: Agency) -> None:
    assert FINDING.validate_python(finding_example(agency)).agency is agency


def exchange_example(agency: Agency) -> list[dict[str, str]]:
    """The rows of the agency's example file on the page of exchange files."""
    found = re.search(rf"^## `{agency}`.*?```csv\n(.*?)```", EXCHANGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return list(csv.DictReader(io.StringIO(found[1])))


@pytest.mark.parametrize("agency", Agency)
def test_the_example_of_an_exchange_file_has_every_kind_of_row_and_each_is_valid(agency: Agency) -> None:
    rows = exchange_example(agency)
    assert {row["record"] for row in rows} == set(ROWS[agency])
    for row in rows:
        model, _ = ROWS[agency][row.pop("record")]
        assert model.model_validate({name: value for name, value in row.items() if value or name in model.model_fields})


@pytest.mark.parametrize("agency", Agency)
def test_the_page_of_exchange_files_names_every_column(agency: Agency) -> None:
    columns = {name for model, _ in ROWS[agency].values() for name in model.model_fields}
    assert {name for name in columns if f"`{name}`" not in EXCHANGE} == set()


@pytest.mark.parametrize("name", ["law.md", "law.zh-CN.md"])
def test_the_page_of_the_rules_names_every_table_and_every_row_that_nobody_has_verified(name: str) -> None:
    told = (DOCS / name).read_text(encoding="utf-8")
    for file in sorted(TABLES.glob("*.yaml")):
        assert f"`{file.name}`" in told
        missing = {
            source for source in unverified(yaml.safe_load(file.read_text(encoding="utf-8"))) if source not in told
        }
        assert missing == set()


def unverified(part: Any) -> Iterator[str]:
    """The sources of every row of a table that is not verified."""
    if isinstance(part, dict):
        if part.get("verified") is False:
            yield part["source"]
        for inner in part.values():
            yield from unverified(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from unverified(inner)


def test_the_page_of_operations_names_every_setting() -> None:
    operations = (DOCS / "operations.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert str(field.validation_alias or f"ONESTOP_{name.upper()}") in operations


@pytest.mark.parametrize("file", PAGES, ids=lambda file: str(file.relative_to(DOCS.parent)))
def test_every_link_to_a_file_leads_somewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (file.parent / link).exists()] == []


def test_the_page_of_patterns_has_all_43_and_every_test_that_it_names_exists() -> None:
    page_ = (DOCS / "patterns.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page_.splitlines() if line.startswith("| ")]
    patterns = [row for row in rows if row[0].isdigit()]
    assert [int(row[0]) for row in patterns] == list(range(1, 44))
    written = "\n".join(file.read_text(encoding="utf-8") for file in (DOCS.parent / "tests").rglob("test_*.py"))
    for _, pattern, supported, how, test in patterns:
        assert how, pattern
        assert (supported == "no") == (test == ""), pattern
        assert supported == "no" or f"def {test.strip('`')}(" in written, pattern


def visibility_rows() -> list[str]:
    """The table of readers and parts, as the page of privacy shows it."""
    parts = list(Sight.model_fields)
    rows = [f"| reader | {' | '.join(part.replace('_', ' ') for part in parts)} |", f"| --- |{' --- |' * len(parts)}"]
    for reader, sight in visibility().readers.items():
        levels = [getattr(sight, part) for part in parts]
        rows.append(f"| `{reader}` | {' | '.join('' if level is Level.NONE else level for level in levels)} |")
    return rows


def test_the_page_of_privacy_shows_who_sees_what_and_for_what_one_may_look_behind_the_mask() -> None:
    told = (DOCS / "privacy.md").read_text(encoding="utf-8")
    assert "\n".join(visibility_rows()) in told
    assert all(f"| `{row.purpose}` |" in told for row in visibility().purposes)


async def test_the_worked_example_of_a_sealed_payload_opens_as_the_page_says() -> None:
    block = (DOCS / "privacy.md").read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    said = dict(line.split(maxsplit=1) for line in block.splitlines())
    ring = KeyRing(current="example", keys={"example": said["key"]}, digest=said["key"])
    assert base64.b64decode(said["data"]).startswith(base64.b64decode(said["nonce"]))
    payload = Payload(metadata={"encoding": ENCODING, "key": b"example"}, data=base64.b64decode(said["data"]))
    [opened] = await Codec(Vault(ring)).decode([payload])
    assert opened == Payload.FromString(bytes.fromhex(said["inner"]))
    assert opened.data.decode() == '{"text":"你好"}'


def test_every_file_that_the_page_for_contributors_names_is_there() -> None:
    text = (DOCS.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {found for found in re.findall(r"`([a-z_]+(?:/[a-z_.]+)+)/?`", text) if "ROOM" not in found}
    assert len(named) > 20
    assert [path for path in sorted(named) if not (DOCS.parent / path).exists()] == []
