"""What pages use of others stands in the tree as it was published, and nothing else does."""

import hashlib
import re
from pathlib import Path

import pytest

from console import vendor
from console.vendor import FOLDER, Vendored, vendored

TEMPLATES = Path(vendor.__file__).parent / "templates"


@pytest.mark.parametrize("one", vendored(), ids=lambda one: one.path.name)
def test_a_file_is_to_the_letter_what_was_published(one: Vendored) -> None:
    assert hashlib.sha256(one.path.read_bytes()).hexdigest() == one.sha256
    assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", one.integrity)


def test_no_other_file_stands_beside_them() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {one.path.name for one in vendored()}


def test_pages_name_the_files_by_the_version_that_is_there() -> None:
    named = {
        name
        for page in TEMPLATES.glob("*.html")
        for name in re.findall(r"/static/vendor/([^\"]+)", page.read_text(encoding="utf-8"))
    }
    assert named == {one.path.name for one in vendored() if one.path.suffix in (".js", ".css")}


def test_each_package_stands_there_with_its_licence() -> None:
    with_licence = {one.package for one in vendored() if one.file == "LICENSE"}
    assert with_licence == {one.package for one in vendored()}
