"""A report as a Word document: a table of figures for the whole, and one for each part."""

import csv
import io

from docx import Document
from docx.shared import Pt

import texts
from domain.figures.report import Course, Group, Report, Value
from domain.words import Language
from texts import sentences


def title(report: Report, language: Language) -> str:
    """What a report is called."""
    return texts.say(
        "figures.title",
        language,
        centre=texts.label("the-centre", language),
        first=sentences.written(report.period.first, language),
        last=sentences.written(report.period.last, language),
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
    for course in report.courses:
        document.add_heading(course_title(course, language), 1)
        table = document.add_table(rows=0, cols=2)
        table.style = "Table Grid"
        for month, value in zip(course.months, course.values, strict=True):
            cells = table.add_row().cells
            cells[0].text, cells[1].text = month, shown(value, language)[1]
    document.add_paragraph(foot(report, language)).runs[0].font.size = Pt(9)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def course_title(course: Course, language: Language) -> str:
    """What a figure is called that is shown month by month."""
    name, unit = texts.say(f"figures.{course.figure}", language), texts.say(f"figures.unit.{course.unit}", language)
    return texts.say("figures.by_month", language, figure=name, unit=unit)


def sheet(report: Report, language: Language, figure: str | None = None) -> str:
    """The figures, or one of them, as CSV for a spreadsheet: of the period first, then month by month."""
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(["of", "period", "figure", "name", "value", "before", "unit", "rests_on"])
    rows = [(group.of or "*", report.period.name, value) for group in report.groups for value in group.values]
    rows += [("*", *pair) for course in report.courses for pair in zip(course.months, course.values, strict=True)]
    for of, over, value in rows:
        if figure in (None, value.figure):
            name = texts.say(f"figures.{value.figure}", language)
            now, before = ("" if one is None else str(one) for one in (value.value, value.before))
            writer.writerow([of, over, value.figure, name, now, before, value.unit, value.rests_on])
    return held.getvalue()
