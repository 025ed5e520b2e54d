"""A paper's matter as a document: Word in either language, HTML to look at."""

import hashlib
import io
import zipfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import mammoth
from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined, Template

from domain.base import Model
from domain.papers import PaperKind, PaperMatter, paper_rows
from domain.words import Language
from papers import layout
from papers.wording import FIELDS, wording

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every part of a document's archive: the same matter gives the same bytes."""
_ALWAYS: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - a document's own properties know no zone


class BadTemplate(Exception):
    """A template that names a field which does not exist, or leaves out one that the paper must show."""

    def __init__(self, code: str, file: str, fields: str) -> None:
        super().__init__(f"{file}: {code}: {fields}")
        self.code, self.params = f"papers.{code}", {"file": file, "fields": fields}


class Templates:
    """The templates in force: the centre's own ``KIND.LANGUAGE.docx`` of a folder, or else the shipped ones."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._checked: dict[tuple[PaperKind, Language, int], bytes] = {}

    def check(self) -> None:
        """Look through every template. Raises BadTemplate for the first that is bad."""
        for kind in PaperKind:
            for language in Language:
                self.find(kind, language)

    def find(self, kind: PaperKind, language: Language) -> bytes:
        """The template of a paper, checked. Raises BadTemplate."""
        own = self._folder / f"{kind}.{language}.docx" if self._folder else None
        changed = own.stat().st_mtime_ns if own is not None and own.exists() else 0
        key = kind, language, changed
        if key not in self._checked:
            content = own.read_bytes() if own is not None and changed else layout.template(kind, language)
            _check(content, kind, own.name if own is not None and changed else f"{kind}.{language}")
            self._checked[key] = content
        return self._checked[key]


def _check(content: bytes, kind: PaperKind, name: str) -> None:
    shown = DocxTemplate(io.BytesIO(content)).get_undeclared_template_variables()
    if unknown := shown - FIELDS:
        raise BadTemplate("unknown_field", name, ", ".join(sorted(unknown)))
    if missing := set(paper_rows()[kind].must_show) - shown:
        raise BadTemplate("missing_field", name, ", ".join(sorted(missing)))


class _Compiling(Environment):
    """Compiles each source once: of a hundred papers of a kind, the first takes the time of three."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self._compiled: dict[str, Template] = {}

    def from_string(self, source: Any, *given: Any, **named: Any) -> Template:
        """See base class."""
        if source not in self._compiled:
            self._compiled[source] = super().from_string(source, *given, **named)
        return self._compiled[source]


class _Prepared(DocxTemplate):  # type: ignore[misc]  # it comes without types
    """A template whose XML is put in order for Jinja once, not for each paper."""

    @staticmethod
    @lru_cache(maxsize=200)
    def _in_order(source: str) -> str:
        patched: str = DocxTemplate.patch_xml(DocxTemplate(io.BytesIO()), source)
        return patched

    def patch_xml(self, src_xml: str) -> str:
        """See base class."""
        return self._in_order(src_xml)


_ENVIRONMENT: Final = _Compiling()


class Document(Model):
    """A finished document."""

    content: bytes
    sha256: str


def render(templates: Templates, matter: PaperMatter, number: str, language: Language) -> Document:
    """The Word document of a paper. The same matter and number give the same bytes. Raises BadTemplate."""
    document = _Prepared(io.BytesIO(templates.find(matter.kind, language)))
    document.render(wording(matter, number, language), _ENVIRONMENT)
    properties = document.docx.core_properties
    properties.created = properties.modified = properties.last_printed = _ALWAYS
    properties.author = properties.last_modified_by = ""
    properties.title = number
    held = io.BytesIO()
    document.save(held)
    content = _same_every_time(held.getvalue())
    return Document(content=content, sha256=hashlib.sha256(content).hexdigest())


def html(document: bytes) -> str:
    """A document as HTML, to look at before it is printed."""
    body: str = mammoth.convert_to_html(io.BytesIO(document)).value
    return body


def _same_every_time(archive: bytes) -> bytes:
    """The same archive with every part in a fixed order and at a fixed time."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as parts, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in sorted(parts.namelist()):
            fixed.writestr(zipfile.ZipInfo(name, _EPOCH), parts.read(name), zipfile.ZIP_DEFLATED)
    return held.getvalue()
