"""A report as a Word document: a table of figures for the whole, and one for each part."""

import csv
import io

from docx import Document
from docx.shared import Pt

import texts
from domain.figures.report import Group, Report, Value
from domain.words import Language


def title(report: Report, language: Language) -> str:
    """What a report is called."""
    return texts.say(
        "figures.title",
        language,
        centre=texts.label("the-centre", language),
        first=report.period.first,
        last=report.period.last,
    )


def foot(report: Report, language: Language) -> str:
    """By what a report can be checked."""
    at = report.as_of.astimezone().strftime("%Y-%m-%d %H:%M")
    return texts.say(
        "figures.as_of",
        language,
        at=at,
        cases=report.cases,
        heads=report.heads,
        definitions=report.definitions,
    )


def shown(value: Value, language: Language) -> tuple[str, str, str, str]:
    """A figure as its row reads: name, value, value before, unit."""
    nothing = texts.say("figures.few" if value.few else "figures.nothing", language)
    now, before = (nothing if one is None else f"{one:,}" for one in (value.value, value.before))
    unit = texts.say(f"figures.unit.{value.unit}", language)
    return texts.say(f"figures.{value.figure}", language), now, before, unit


def part(group: Group, language: Language) -> str:
    """What a part of the cases is called."""
    return texts.say("figures.everything", language) if group.of is None else texts.label(group.of, language)


def docx(report: Report, language: Language) -> bytes:
    """The document."""
    document = Document()
    document.add_heading(title(report, language), 0)
    for group in report.groups:
        document.add_heading(part(group, language), 1)
        table = document.add_table(rows=1, cols=4)
        table.style = "Table Grid"
        for cell, column in zip(table.rows[0].cells, ("figure", "value", "before", "unit"), strict=True):
            cell.text = texts.say(f"figures.column.{column}", language)
        for value in group.values:
            for cell, text in zip(table.add_row().cells, shown(value, language), strict=True):
                cell.text = text
    document.add_paragraph(foot(report, language)).runs[0].font.size = Pt(9)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def sheet(report: Report, language: Language) -> str:
    """The figures as CSV, for a spreadsheet."""
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(["of", "figure", "name", "value", "before", "unit", "rests_on"])
    for group in report.groups:
        for value in group.values:
            name = texts.say(f"figures.{value.figure}", language)
            now, before = ("" if one is None else str(one) for one in (value.value, value.before))
            writer.writerow([group.of or "*", value.figure, name, now, before, value.unit, value.rests_on])
    return held.getvalue()
