"""Reports for the supervisor: the figures of a period, what each rests on, and files to take along."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from starlette.responses import Response

from casebook import figures
from console import reading
from console.look import Look
from domain.figures.report import BY, FILTERS, Report, Value, behind, choices, period, report, this_year
from domain.figures.table import figure_table
from domain.refusal import Problem, Refused, must
from domain.words import Language
from papers import report as paper
from papers.document import WORD


async def report_page(look: Look) -> Response:
    """The figures of a period, beside the period before; broken down where that is asked for."""
    made, there_is = await _made(look)
    query = look.request.query_params
    return look.page(
        "report.html",
        report=made,
        title=paper.title(made, look.language),
        foot=paper.foot(made, look.language),
        rows=[(value, paper.shown(value, look.language)) for value in made.groups[0].values],
        charts=list(_charts(made, look.language)),
        ways=BY,
        choices={name: sorted({*values, *filter(None, [made.where.get(name)])}) for name, values in there_is.items()},
        only=made.where,
        by=made.by or "",
        period=made.period.name,
        drills=made.drills,
        asked=str(query),
    )


async def report_file(look: Look) -> Response:
    """The same as a Word document, or as a sheet; of one figure only where that is asked for."""
    made, _ = await _made(look)
    if look.request.path_params["kind"] == "word":
        content, media_type, name = paper.docx(made, look.language), WORD, f"report-{made.period.name}.docx"
    else:
        content, media_type = b"", "text/csv; charset=utf-8"
        figure = look.request.query_params.get("figure") or None
        must(figure is None or figure_table().find(figure), "message.unknown", "figure", known="")
        content = paper.sheet(made, look.language, figure).encode("utf-8-sig")
        name = f"report-{made.period.name}{f'-{figure}' if figure else ''}.csv"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _charts(made: Report, language: Language) -> Iterator[dict[str, Any]]:
    """What is drawn beside its table: figures month by month, and broken down."""
    for course in made.courses:
        months = zip(course.months, course.values, strict=True)
        yield _chart(course.figure, "line", paper.course_title(course, language), months, language)
    for value in made.groups[0].values if made.by else ():
        of_parts = ((group, one) for group in made.groups[1:] for one in group.values if one.figure == value.figure)
        rows = [(paper.part(group, language), one) for group, one in of_parts]
        if any(one.value for _, one in rows):
            name, _, _, unit = paper.shown(value, language)
            yield _chart(value.figure, "bar", f"{name} ({unit})" if unit else name, rows, language)


def _chart(figure: str, kind: str, title: str, rows: Iterable[tuple[str, Value]], language: Language) -> dict[str, Any]:
    told = [(name, one.value, paper.shown(one, language)[1]) for name, one in rows]
    return {"figure": figure, "kind": kind, "title": title, "rows": told}


async def figure_page(look: Look) -> Response:
    """The cases and ledger events behind a figure."""
    reading.must_lead(look.visitor)
    table, asked = figure_table(), _asked(look)
    row = table.find(look.request.path_params["figure"])
    must(row is not None, "message.unknown", "figure", known=", ".join(one.id for one in table.figures))
    assert row is not None
    await figures.refresh(look.door.pool, look.door.vault, look.door.rules.tables.calendar.working_days_between)
    cases = await figures.cases(look.door.pool, drills=asked["drills"])
    found = behind(cases, row, _period(look), table, asked["where"])
    return look.page("figure.html", figure=row, found=found[:_SHOWN], count=len(found), period=_period(look).name)


_SHOWN: Final = 500


def _period(look: Look) -> Any:
    name = look.request.query_params.get("period") or this_year(datetime.now(UTC))
    try:
        return period(name)
    except ValueError:
        raise Refused(Problem(field="period", code="figures.no_period", params={"period": name})) from None


def _asked(look: Look) -> dict[str, Any]:
    query = look.request.query_params
    by = query.get("by") or None
    must(by is None or by in BY, "message.unknown", "by", known=", ".join(BY))
    where = {name: value for name in FILTERS if (value := query.get(f"only.{name}"))}
    return {"by": by, "drills": query.get("of") == "drill", "where": where}


async def _made(look: Look) -> tuple[Report, dict[str, tuple[str, ...]]]:
    """The report that is asked for, and by what it can be filtered."""
    reading.must_lead(look.visitor)
    asked, door = _asked(look), look.door
    await figures.refresh(door.pool, door.vault, door.rules.tables.calendar.working_days_between)
    cases = await figures.cases(door.pool, drills=asked["drills"])
    made = report(cases, _period(look), figure_table(), datetime.now(UTC), **asked)
    return await figures.named(door.pool, door.vault, made), choices(cases)
