"""Many claimants at once: a sheet of them is shown as it was understood, and then taken into the complaint."""

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from client.claimant_sheet import Sheet, example, read_sheet
from client.sheets import told_cells
from console import reading
from console.counter_pages import EMPLOYER, in_hand, take_in
from console.look import Look, to
from console.problems import ProblemDetails, told
from console.uploads import read_upload
from domain.identifiers import masked
from domain.refusal import Refused, must
from domain.words import Role

_SHOWN: Final = 50
"""Lines of a sheet that a page shows."""


async def sheet_page(look: Look) -> Response:
    """Where a sheet of claimants is handed in."""
    reading.must_be(look.visitor.actor, {Role.INTAKE})
    return await _sheet(look)


async def take_sheet(look: Look) -> Response:
    """Show how each line of a sheet was understood; told to, take the people and claims into the complaint."""
    reading.must_be(look.visitor.actor, {Role.INTAKE})
    form = await look.request.form()
    try:
        if form.get("take"):
            read = {name: rows for name, rows in (await look.shown_before(form)).items() if rows}
            must(read, "sheet.nothing_shown", "file")
            await take_in(look, await in_hand(look) | read)
            return to(EMPLOYER)
        sheet = await read_upload(form, "file", lambda path: read_sheet(path, "c", "e1"))
    except Refused as refused:
        return await _sheet(look, told(refused, look.language))
    people, items = (
        [one.model_dump(mode="json", exclude_defaults=True) for one in of.values()]
        for of in (sheet.claimants, sheet.items)
    )
    return await _sheet(look, sheet=sheet, mark=await look.keep_shown({"claimants": people, "items": items}))


async def _sheet(
    look: Look, wrong: ProblemDetails | None = None, sheet: Sheet | None = None, mark: str = ""
) -> Response:
    bad = told_cells(sheet.bad if sheet else (), look.language)
    status = wrong.status if wrong else HTTPStatus.OK
    shown = [(line, one, sheet.items.get(line)) for line, one in sheet.claimants.items()][:_SHOWN] if sheet else ()
    return look.page(
        "file_sheet.html",
        status,
        wrong=wrong,
        sheet=sheet,
        shown=shown,
        bad=bad,
        mark=mark,
        masked=masked,
        example=example(),
    )
