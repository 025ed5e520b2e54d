"""Spreadsheets at the pages: what can't be a sheet is refused before it is read, whatever it calls itself."""

import io
import zipfile
from collections.abc import Callable

import pytest
from starlette.datastructures import FormData, UploadFile

from console.uploads import read_upload
from domain.refusal import Refused


def handed_in(name: str, content: bytes) -> FormData:
    return FormData([("file", UploadFile(io.BytesIO(content), filename=name))])


def bomb() -> bytes:
    """A few kilobytes that unpack to a hundred megabytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 100_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", lambda: b"MZ"), ("a.csv", lambda: b"x" * 5_000_001), ("bomb.xlsx", bomb)],
    ids=["no-sheet", "too-large", "bomb"],
)
async def test_what_is_no_sheet_or_too_large_is_not_read(name: str, content: Callable[[], bytes]) -> None:
    with pytest.raises(Refused) as refused:
        await read_upload(handed_in(name, content()), "file", lambda path: pytest.fail(f"{path} was read"))
    assert [one.code for one in refused.value.problems] == ["refusals.sheet.not_taken"]


async def test_a_sheet_is_read_and_nothing_of_it_stays() -> None:
    read = await read_upload(
        handed_in("a.csv", "票据号\nr1\n".encode()), "file", lambda path: (path, path.read_bytes())
    )
    assert read[1] == "票据号\nr1\n".encode()
    assert not read[0].exists()


async def test_nothing_handed_in_is_told_at_its_field() -> None:
    with pytest.raises(Refused) as refused:
        await read_upload(FormData([("file", "text")]), "file", lambda path: path)
    assert [(one.field, one.code) for one in refused.value.problems] == [("file", "input.missing")]
