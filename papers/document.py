"""A paper's matter as a document: Word in either language, HTML to look at."""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final
from xml.sax.saxutils import escape

import mammoth
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, UndefinedError, meta
from jinja2.exceptions import SecurityError

from domain.base import Model
from domain.papers.kinds import PaperKind, PaperMatter, paper_rows
from domain.words import Language
from papers import layout
from papers.template_language import BadTemplate, NotSaid, Sandbox, read
from papers.wording import FIELDS, wording

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
"""The media type of a Word document."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every part of a document's archive: the same matter gives the same bytes."""
_ALWAYS: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - a document's own properties know no zone


class Templates:
    """The templates in force: the centre's own ``KIND.LANGUAGE.docx`` of a folder, or else the shipped ones."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._checked: dict[tuple[PaperKind, Language, int], _Ready] = {}
        self._making = Lock()

    def faults(self) -> Iterator[BadTemplate]:
        """What is wrong with each template that can't be used, and files that are no paper's."""
        known = {f"{kind}.{language}.docx" for kind in PaperKind for language in Language}
        for file in sorted(self._folder.glob("*")) if self._folder else ():
            if file.name not in known and not file.name.startswith((".", "~$")):
                yield BadTemplate("unknown_file", file.name)
        for kind in PaperKind:
            for language in Language:
                try:
                    self.ready(kind, language)
                except BadTemplate as bad:
                    yield bad

    def ready(self, kind: PaperKind, language: Language) -> "_Ready":
        """The template of a paper, checked and ready to be filled in. Raises BadTemplate."""
        own = self._folder / f"{kind}.{language}.docx" if self._folder else None
        with self._making:
            if own is None or not own.exists():
                return _shipped(kind, language)
            key = kind, language, own.stat().st_mtime_ns
            if key not in self._checked:
                self._checked[key] = _made_ready(_content(own), kind, own.name)
            return self._checked[key]


def _content(file: Path) -> bytes:
    if file.stat().st_size > FILE_BYTES:
        raise BadTemplate("too_large", file.name, megabytes=str(FILE_BYTES // 1_000_000))
    return file.read_bytes()


@cache
def _shipped(kind: PaperKind, language: Language) -> "_Ready":
    return _made_ready(layout.template(kind, language), kind, f"{kind}.{language}.docx")


def _made_ready(content: bytes, kind: PaperKind, name: str) -> "_Ready":
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED_BYTES:
                raise BadTemplate("too_large", name, megabytes=str(UNPACKED_BYTES // 1_000_000))
        ready = _Ready(content)
    except BadTemplate:
        raise
    except NotSaid as wrong:
        raise BadTemplate(wrong.code, name, tag=wrong.tag) from None
    except Exception as error:  # noqa: BLE001 - whatever the libraries make of a file that is no Word document
        raise BadTemplate("broken", name, problem=type(error).__name__) from None
    if unknown := ready.fields - FIELDS:
        raise BadTemplate("unknown_field", name, fields=", ".join(sorted(unknown)))
    if missing := set(paper_rows()[kind].must_show) - ready.fields:
        raise BadTemplate("missing_field", name, fields=", ".join(sorted(missing)))
    return ready


FILE_BYTES: Final = 5_000_000
UNPACKED_BYTES: Final = 50_000_000
"""How large a template may be, packed and unpacked."""
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
        self.fields: frozenset[str] = frozenset()
        self._variable: dict[str, str] = {}
        fixed: dict[str, bytes] = {}
        with zipfile.ZipFile(held) as parts:
            for name in sorted(parts.namelist()):
                part = parts.read(name)
                source = self._word.patch_xml(_DECLARATION.sub("", part.decode())) if _VARIABLE.fullmatch(name) else ""
                if "{{" in source or "{%" in source or "{#" in source:
                    self.fields |= meta.find_undeclared_variables(read(source, self._environment))
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


class _Compiling(Sandbox):
    """Compiles each source once."""

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined)
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
    try:
        content = templates.ready(matter.kind, language).filled(wording(matter, number, language), number)
    except (UndefinedError, SecurityError) as error:
        name = f"{matter.kind}.{language}.docx"
        raise BadTemplate("cannot_be_filled", name, problem=str(error.message)) from None
    return Document(content=content, sha256=hashlib.sha256(content).hexdigest())


def html(document: bytes) -> str:
    """A document as HTML, to look at before it is printed."""
    body: str = mammoth.convert_to_html(io.BytesIO(document)).value
    return body
