"""A spreadsheet that somebody hands in, to be read and no more."""

import asyncio
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from starlette.datastructures import FormData, UploadFile

from client.sheets import NoSheet
from domain.refusal import Problem, Refused, must, refusal

A = TypeVar("A")
_LARGEST: Final = 5_000_000
_UNPACKED: Final = 60_000_000
_ENDINGS: Final = frozenset({".csv", ".xlsx", ".xlsm"})


async def read_upload(form: FormData, name: str, read: Callable[[Path], A]) -> A:
    """What a reader of sheets makes of a file that was handed in. Raises Refused for one that it can't read."""
    file = form.get(name)
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused(Problem(field=name, code="input.missing"))
    ending = Path(file.filename).suffix.lower()
    content = await file.read(_LARGEST + 1)
    if ending not in _ENDINGS or len(content) > _LARGEST:
        raise refusal("sheet.not_taken", name, most=_LARGEST // 1_000_000)
    with tempfile.NamedTemporaryFile(suffix=ending) as kept:
        kept.write(content)
        kept.flush()
        must(_stays_small(Path(kept.name)), "sheet.not_taken", name, most=_LARGEST // 1_000_000)
        try:
            return await asyncio.to_thread(read, Path(kept.name))
        except NoSheet as unread:
            raise Refused(Problem(field=name, code=unread.code, params=unread.params)) from None


def _stays_small(file: Path) -> bool:
    """Whether a workbook is not one of the few bytes that unpack to more than a machine holds."""
    if not zipfile.is_zipfile(file):
        return True
    with zipfile.ZipFile(file) as packed:
        return sum(part.file_size for part in packed.infolist()) <= _UNPACKED
