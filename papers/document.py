"""A paper's matter as a document: Word in either language, HTML to look at."""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final
from xml.sax.saxutils import escape

import mammoth
from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined, Template

from domain.base import Model
from domain.papers.kinds import PaperKind, PaperMatter, paper_rows
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
        self._checked: dict[tuple[PaperKind, Language, int], _Ready] = {}
        self._making = Lock()

    def check(self) -> None:
        """Look through every template. Raises BadTemplate for the first that is bad."""
        for kind in PaperKind:
            for language in Language:
                self.ready(kind, language)

    def ready(self, kind: PaperKind, language: Language) -> "_Ready":
        """The template of a paper, checked and ready to be filled in. Raises BadTemplate."""
        own = self._folder / f"{kind}.{language}.docx" if self._folder else None
        changed = own.stat().st_mtime_ns if own is not None and own.exists() else 0
        key = kind, language, changed
        with self._making:
            if key not in self._checked:
                content = own.read_bytes() if own is not None and changed else layout.template(kind, language)
                _check(content, kind, own.name if own is not None and changed else f"{kind}.{language}")
                self._checked[key] = _Ready(content)
            return self._checked[key]


def _check(content: bytes, kind: PaperKind, name: str) -> None:
    shown = DocxTemplate(io.BytesIO(content)).get_undeclared_template_variables()
    if unknown := shown - FIELDS:
        raise BadTemplate("unknown_field", name, ", ".join(sorted(unknown)))
    if missing := set(paper_rows()[kind].must_show) - shown:
        raise BadTemplate("missing_field", name, ", ".join(sorted(missing)))


_VARIABLE: Final = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
"""The parts of a document that a template may fill in."""
_DECLARED: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DECLARATION: Final = re.compile(r"^<\?xml[^>]*\?>\s*")
_BODY: Final = "word/document.xml"
_PROPERTIES: Final = "docProps/core.xml"
_TITLE: Final = "onestop-title"
"""Stands in the properties of a template made ready where a paper has its number."""


class _Ready:
    """A template made ready once: what is the same in each paper as an archive, what is not as compiled Jinja."""

    def __init__(self, content: bytes) -> None:
        self._word = DocxTemplate(io.BytesIO(content))
        self._word.init_docx()
        properties = self._word.docx.core_properties
        properties.created = properties.modified = properties.last_printed = _ALWAYS
        properties.author = properties.last_modified_by = ""
        properties.title = _TITLE
        held = io.BytesIO()
        self._word.docx.save(held)
        self._environment, self._filling = _Compiling(), Lock()
        self._variable: dict[str, str] = {}
        fixed: dict[str, bytes] = {}
        with zipfile.ZipFile(held) as parts:
            for name in sorted(parts.namelist()):
                part = parts.read(name)
                source = self._word.patch_xml(_DECLARATION.sub("", part.decode())) if _VARIABLE.fullmatch(name) else ""
                if "{{" in source or "{%" in source:
                    self._variable[name] = source
                elif name == _PROPERTIES:
                    self._properties = part.decode()
                else:
                    fixed[name] = part
        self._fixed = _archive(fixed)

    def filled(self, fields: Mapping[str, Any], title: str) -> bytes:
        """The document. The same fields and title give the same bytes. Raises jinja2.UndefinedError."""
        parts = {_PROPERTIES: self._properties.replace(_TITLE, escape(title)).encode()}
        with self._filling:
            self._word.docx_ids_index = 1000  # As docxtpl begins each document.
            for name, source in self._variable.items():
                xml = self._word.render_xml_part(source, None, fields, self._environment)
                if name == _BODY:
                    tree = self._word.fix_tables(xml)
                    self._word.fix_docpr_ids(tree)
                    xml = self._word.xml_to_string(tree)
                parts[name] = (_DECLARED + xml).encode()
        return _archive(parts, after=self._fixed)


class _Compiling(Environment):
    """Compiles each source once."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True)
        self._compiled: dict[str, Template] = {}

    def from_string(self, source: Any, *given: Any, **named: Any) -> Template:
        """See base class."""
        if source not in self._compiled:
            self._compiled[source] = super().from_string(source, *given, **named)
        return self._compiled[source]


def _archive(parts: Mapping[str, bytes], after: bytes = b"") -> bytes:
    """Parts in a fixed order and at a fixed time, behind those of another archive."""
    held = io.BytesIO()
    held.write(after)
    with zipfile.ZipFile(held, "a" if after else "w") as written:
        for name in sorted(parts):
            written.writestr(zipfile.ZipInfo(name, _EPOCH), parts[name], zipfile.ZIP_DEFLATED)
    return held.getvalue()


class Document(Model):
    """A finished document."""

    content: bytes
    sha256: str


def render(templates: Templates, matter: PaperMatter, number: str, language: Language) -> Document:
    """The Word document of a paper. The same matter and number give the same bytes. Raises BadTemplate."""
    content = templates.ready(matter.kind, language).filled(wording(matter, number, language), number)
    return Document(content=content, sha256=hashlib.sha256(content).hexdigest())


def html(document: bytes) -> str:
    """A document as HTML, to look at before it is printed."""
    body: str = mammoth.convert_to_html(io.BytesIO(document)).value
    return body
