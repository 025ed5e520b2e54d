"""The shipped drafts as Word templates, laid out like an official paper (党政机关公文格式 GB/T 9704)."""

import io
from functools import cache
from pathlib import Path
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph

import texts
from domain.base import Model
from domain.papers.kinds import PaperKind, paper_rows
from domain.words import Language
from domain.yaml_file import read_yaml

_DRAFTS: Final = Path(__file__).parent / "drafts.yaml"
_RED: Final = RGBColor(0xC0, 0x00, 0x00)
_HEAD_FONT: Final = "SimHei"
_BODY_FONT: Final = "FangSong"
_LATIN_FONT: Final = "Times New Roman"

TABLES: Final[dict[str, dict[str, float]]] = {
    "parties": {"role": 3, "name": 7.6, "identity": 5},
    "people": {"role": 3, "name": 7.6, "identity": 5},
    "items": {
        "claimant": 2.1,
        "respondent": 2.6,
        "item": 2,
        "nature": 2,
        "insurance": 2.3,
        "months": 2.3,
        "amount": 2.3,
    },
    "answers": {"claimant": 2.6, "item": 2.2, "nature": 2, "amount": 2.8, "answer": 3, "referred_to": 3},
    "premiums": {"due": 4.4, "claimant": 6.2, "amount": 4},
    "sums": {"due": 3.9, "claimant": 4, "kinds": 4.2, "amount": 3.5},
    "schedule": {"due": 3.9, "claimant": 4.7, "part_a": 3.5, "part_b": 3.5},
    "visits": {
        "claimant": 2.6,
        "satisfaction": 1.8,
        "performed": 2.2,
        "remark": 4.6,
        "visited_on": 2.6,
        "visited_by": 1.8,
    },
    "findings": {"agency": 2.2, "officer": 2.4, "conclusion": 7.4, "signed": 3.6},
    "signatures": {"role": 3, "name": 6.6, "signature": 6},
}
"""The tables that a paper may hold: their columns (texts/papers.yaml), each with its share of the page's width."""
_WIDTH: Final = 15.6
"""Between the margins, in cm."""
_SEVERAL_LINES: Final = {"{{ remedy }}", "{{ limitation }}", "{{ terms }}"}
"""Blocks whose lines end where the sentence does: justified they would be stretched."""
_MONEY: Final = {"amount", "part_a", "part_b"}


class Draft(Model):
    """The wording of a kind of paper in one language."""

    title: str
    blocks: tuple[str | dict[str, str], ...]


@cache
def drafts() -> dict[PaperKind, dict[Language, Draft]]:
    """Every shipped draft."""
    read = read_yaml(_DRAFTS.read_text(encoding="utf-8"))
    return {
        PaperKind(kind): {Language(language): Draft.model_validate(draft) for language, draft in both.items()}
        for kind, both in read.items()
    }


@cache
def template(kind: PaperKind, language: Language) -> bytes:
    """The shipped template of a paper as a Word document."""
    draft, document = drafts()[kind][language], Document()
    _page(document)
    _paragraph(document, "{{ centre }}", 26, _HEAD_FONT, WD_ALIGN_PARAGRAPH.CENTER, colour=_RED)
    _ruled(_paragraph(document, "{{ number }}", 14, _BODY_FONT, WD_ALIGN_PARAGRAPH.CENTER))
    _paragraph(document, draft.title, 22, _HEAD_FONT, WD_ALIGN_PARAGRAPH.CENTER, before=18, after=12)
    last: Paragraph | None = None
    for block, before in zip(draft.blocks, (None, *draft.blocks), strict=False):
        match block:
            case str() as text:
                addressed = text.endswith((":", "：")) and "{{" in text and len(text) < 40
                aligned = WD_ALIGN_PARAGRAPH.LEFT if text in _SEVERAL_LINES else WD_ALIGN_PARAGRAPH.JUSTIFY
                last = _paragraph(
                    document, text, 14, _BODY_FONT, aligned, before=6 * _is_table(before), indent=not addressed
                )
            case {"head": heading}:
                _paragraph(document, heading, 14, _HEAD_FONT, before=6).paragraph_format.keep_with_next = True
            case {"table": name}:
                if _is_table(before):
                    _paragraph(document, "", 6, _BODY_FONT)
                _table(document, name, language, identify=paper_rows()[kind].identifies)
    if last is not None:  # The seal never stands on a page alone.
        last.paragraph_format.keep_with_next = last.paragraph_format.keep_together = True
    seal = _paragraph(document, "{{ centre }}{{ seal }}", 14, _BODY_FONT, WD_ALIGN_PARAGRAPH.RIGHT, before=24)
    seal.paragraph_format.keep_with_next = True
    _paragraph(document, "{{ date }}", 14, _BODY_FONT, WD_ALIGN_PARAGRAPH.RIGHT)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _is_table(block: str | dict[str, str] | None) -> bool:
    return isinstance(block, dict) and "table" in block


def _page(document: DocumentType) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(foot, "— ", 12, _BODY_FONT)
    _page_number(foot)
    _run(foot, " —", 12, _BODY_FONT)


def _page_number(paragraph: Paragraph) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        run.font.size, run.font.name = Pt(12), _LATIN_FONT
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text
        run._r.append(part)


def _paragraph(
    document: Any,
    text: str,
    size: int,
    font: str,
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    *,
    colour: RGBColor | None = None,
    before: int = 0,
    after: int = 0,
    indent: bool = False,
) -> Paragraph:
    paragraph: Paragraph = document.add_paragraph()
    layout = paragraph.paragraph_format
    layout.alignment, layout.line_spacing = alignment, 1.3
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    if indent:
        layout.first_line_indent = Pt(2 * size)
    _run(paragraph, text, size, font, colour)
    return paragraph


def _run(paragraph: Paragraph, text: str, size: int, font: str, colour: RGBColor | None = None) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), _LATIN_FONT
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour


def _ruled(paragraph: Paragraph) -> None:
    """A red line below, as under the head of an official paper."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "12", "space": "6", "color": str(_RED)}.items():
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().append(borders)


def _table(document: DocumentType, name: str, language: Language, *, identify: bool) -> None:
    """A head row that is repeated on each page, and a row for each line, which docxtpl repeats."""
    columns = {column: share for column, share in TABLES[name].items() if identify or column != "identity"}
    table = document.add_table(rows=4, cols=len(columns))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for at, (column, share) in enumerate(columns.items()):
        _cell(table, 0, at, texts.say(f"papers.column.{column}", language), _HEAD_FONT, WD_ALIGN_PARAGRAPH.CENTER)
        aligned = WD_ALIGN_PARAGRAPH.RIGHT if column in _MONEY else WD_ALIGN_PARAGRAPH.LEFT
        _cell(table, 2, at, f"{{{{ line.{column} }}}}", _BODY_FONT, aligned)
        table.columns[at].width = Cm(_WIDTH * share / sum(columns.values()))
    _cell(table, 1, 0, f"{{%tr for line in {name} %}}", _BODY_FONT)
    _cell(table, 3, 0, "{%tr endfor %}", _BODY_FONT)
    _keep(table.rows[0], "w:tblHeader", "w:cantSplit")
    _keep(table.rows[2], "w:cantSplit")


def _keep(row: Any, *properties: str) -> None:
    for name in properties:
        row._tr.get_or_add_trPr().append(OxmlElement(name))


def _cell(
    table: Any,
    row: int,
    column: int,
    text: str,
    font: str,
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
) -> None:
    paragraph = table.cell(row, column).paragraphs[0]
    paragraph.paragraph_format.alignment = alignment
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    if row == 0:
        paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, text, 10, font)
