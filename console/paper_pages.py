"""Papers to read and to print, and files that are handed in."""

from typing import Final

from starlette.responses import Response

from console import reading
from console.api import handed_in
from console.look import SECURITY, Look, to
from domain.refusal import Problem, Refused
from papers.document import WORD


async def paper_page(look: Look) -> Response:
    """A paper to read; a party's own copy."""
    found = await reading.paper(look.door, look.visitor, look.request.path_params["number"])
    return look.page(
        "paper.html", number=found.number, case=found.case, content=reading.shown(look.door, found, look.language)
    )


async def paper_word(look: Look) -> Response:
    """A paper as a Word document, to print and to seal."""
    found = await reading.paper(look.door, look.visitor, look.request.path_params["number"])
    headers = {**SECURITY, "Content-Disposition": 'attachment; filename="paper.docx"'}
    return Response(reading.drawn(look.door, found, look.language), headers=headers, media_type=WORD)


async def evidence_page(look: Look) -> Response:
    """A file of the case, to be looked at in the browser; what a browser could run is only to be saved."""
    one, content = await reading.evidence_content(
        look.door, look.visitor, look.request.path_params["case"], look.request.path_params["sha256"]
    )
    shown = "inline" if one.media_type in _LOOKED_AT else "attachment"
    headers = {**SECURITY, "Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": shown}
    return Response(content, media_type=one.media_type, headers=headers)


_LOOKED_AT: Final = frozenset({"image/png", "image/jpeg", "application/pdf"})


async def send_evidence(look: Look) -> Response:
    """Hand in a file."""
    case, form = look.request.path_params["case"], await look.request.form()
    file = form.get("file")
    if isinstance(file, str) or file is None or not file.filename:
        raise Refused(Problem(field="file", code="input.missing"))
    task = str(form.get("task") or "") or None
    answer = await handed_in(look.door, look.visitor, case, file, look.language, task)  # type: ignore[arg-type]
    return to(f"/cases/{case}", done=answer.get("seq", ""))
