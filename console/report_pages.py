"""Reports for the supervisor: the figures of a period, what each rests on, and files to take along."""

from datetime import UTC, datetime
from typing import Any, Final

from starlette.responses import Response

from casebook import figures
from console import reading
from console.look import Look
from domain.figures.report import BY, Report, behind, period, report, this_year
from domain.figures.table import figure_table
from domain.refusal import Problem, Refused, must
from papers import report as paper
from papers.document import WORD


async def report_page(look: Look) -> Response:
    """The figures of a period, beside the period before; broken down where that is asked for."""
    made = await _made(look)
    query = look.request.query_params
    return look.page(
        "report.html",
        report=made,
        title=paper.title(made, look.language),
        foot=paper.foot(made, look.language),
        rows=[(value, paper.shown(value, look.language)) for value in made.groups[0].values],
        parts=[(paper.part(group, look.language), group.values) for group in made.groups[1:]],
        ways=BY,
        by=made.by or "",
        period=made.period.name,
        drills=made.drills,
        asked=str(query),
    )


async def report_file(look: Look) -> Response:
    """The same as a Word document, or as a sheet."""
    made = await _made(look)
    if look.request.path_params["kind"] == "word":
        content, media_type, name = paper.docx(made, look.language), WORD, f"report-{made.period.name}.docx"
    else:
        content, media_type = paper.sheet(made, look.language).encode("utf-8-sig"), "text/csv; charset=utf-8"
        name = f"report-{made.period.name}.csv"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def figure_page(look: Look) -> Response:
    """The cases and ledger events behind a figure."""
    reading.must_lead(look.visitor)
    table, asked = figure_table(), _asked(look)
    row = table.find(look.request.path_params["figure"])
    must(row is not None, "message.unknown", "figure", known=", ".join(one.id for one in table.figures))
    assert row is not None
    await figures.refresh(look.door.pool, look.door.vault, look.door.rules.tables.calendar.working_days_between)
    cases = await figures.cases(look.door.pool, drills=asked["drills"])
    found = behind(cases, row, _period(look), table, {})
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
    return {"by": by, "drills": query.get("of") == "drill"}


async def _made(look: Look) -> Report:
    reading.must_lead(look.visitor)
    asked, door = _asked(look), look.door
    await figures.refresh(door.pool, door.vault, door.rules.tables.calendar.working_days_between)
    cases = await figures.cases(door.pool, drills=asked["drills"])
    made = report(cases, _period(look), figure_table(), datetime.now(UTC), **asked)
    return await figures.named(door.pool, door.vault, made)
