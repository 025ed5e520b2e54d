"""A spreadsheet that somebody hands in, to be read and no more."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from starlette.datastructures import FormData, UploadFile

from client.sheets import NoSheet
from domain.refusal import Problem, Refused, refusal

A = TypeVar("A")
_LARGEST: Final = 5_000_000
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
        try:
            return read(Path(kept.name))
        except NoSheet as unread:
            raise Refused(Problem(field=name, code=unread.code, params=unread.params)) from None
