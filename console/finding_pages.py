"""An officer's finding: the draft from the records, as it is or amended."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import Response

import texts
from casebook import lists
from client.as_typed import as_typed
from client.telling import tell
from console import reading
from console.forms import MORE, fields_of, with_another
from console.look import Look, to
from console.naming import named_in
from console.problems import ProblemDetails, by_field, told
from domain.base import CENTRE_ZONE
from domain.case.protocol import MESSAGES
from domain.inquiry.findings import FINDING_OF
from domain.refusal import Problem, Refused, must
from domain.rules.parameters import MissingParameter
from domain.words import Agency

_AMENDED_HERE: Final = 100
"""Claimants whose rows a form can hold: the finding of more comes as it is drafted, or as a file."""


async def task_page(look: Look) -> Response:
    """An agency's inquiry: its draft from the records, to be submitted as it is or amended."""
    kept = await look.kept()
    return await _task(look, kept and kept.said, None, kept_at=kept and kept.kept_at)


async def _task(look: Look, values: Mapping[str, Any] | None, wrong: ProblemDetails | None, **more: Any) -> Response:
    case, ref = look.request.path_params["case"], look.request.path_params["task"]
    seen = await reading.view(look.door, look.visitor, case, look.language, None)
    task = next((one for one in seen.tasks if one.ref == ref), None)
    if task is None:
        raise Refused(Problem(field="task", code="refusals.task.unknown", params={"known": "-"}))
    model, given, start = FINDING_OF[task.agency], values, task.finding or task.draft
    status = wrong.status if wrong else HTTPStatus.OK
    shown: dict[str, Any] = {"case": seen, "number": case, "task": task, "fields": (), "wrong": wrong, "by_file": True}
    if len(seen.claimants) > _AMENDED_HERE:
        return look.page("task.html", status, **shown, **more)
    if given is None and start is not None:
        given = start.model_dump(mode="json")
    errors = {
        name.removeprefix("finding.").removeprefix(f"{task.agency}."): lines for name, lines in by_field(wrong).items()
    }
    named = named_in(seen, look.language, look.visitor.actor.role)
    records = task.draft.model_dump(mode="json") if task.draft is not None else None
    fields = list(
        fields_of(model, look.language, given, errors, without=frozenset({"agency"}), named=named, records=records)
    )
    return look.page("task.html", status, **shown | {"fields": fields, "by_file": False}, **more)


async def reckon(look: Look) -> Response:
    """What the finding would come to as it is typed: a part of the page, and of no other's business."""
    case, ref = look.request.path_params["case"], look.request.path_params["task"]
    seen = await reading.view(look.door, look.visitor, case, look.language, None)
    must(look.visitor.actor.agency == ref, "task.other_agency", "actor.agency", agency=ref)
    _, said = await look.typed(FINDING_OF[Agency(ref)])
    shown: dict[str, Any] = {"wrong": False, "missing": None, "found": None, "rows": ()}
    try:
        finding = FINDING_OF[Agency(ref)].model_validate(said | {"agency": ref})
        jurisdiction = await lists.jurisdiction(look.door.pool, seen.case)
        today = seen.now.astimezone(CENTRE_ZONE).date()
        found = await asyncio.to_thread(as_typed, seen, finding, jurisdiction, today, look.door.rules.tables)
    except ValidationError:
        return look.page("reckoned.html", **shown | {"wrong": True})
    except MissingParameter as missing:
        return look.page(
            "reckoned.html",
            **shown | {"missing": texts.say(f"refusals.{missing.code}", look.language, **missing.params)},
        )
    if found is not None:
        names = {one.ref: one.name for one in seen.claimants}
        rows = [(names.get(who, who), sums) for who, sums in found.claimants.items()]
        shown |= {"found": found, "rows": [*rows, (texts.say("figures.everything", look.language), found.total)]}
    return look.page("reckoned.html", **shown)


async def send_finding(look: Look) -> Response:
    """Submit the draft as it is, or the finding that the form says."""
    case, ref = look.request.path_params["case"], look.request.path_params["task"]
    seen = await look.case(case)
    agency = next((one.agency for one in seen.tasks if one.ref == ref), Agency(ref) if ref in list(Agency) else None)
    if agency is None:
        raise Refused(Problem(field="task", code="refusals.task.unknown", params={"known": "-"}))
    form, finding = await look.typed(FINDING_OF[agency])
    if more := form.get(MORE):
        return await _task(look, with_another(finding, str(more)), None)
    if (aside := await look.set_aside(form, finding)) is not None:
        return aside
    said = {"accept_draft": True} if form.get("accept_draft") else {"finding": finding | {"agency": agency}}
    try:
        message = MESSAGES["complete_task"].model.model_validate({"task": ref, **said, **look.envelope(form)})
        answer = await tell(look.door.link(look.visitor), case, message)
    except (Refused, ValidationError) as error:
        return await _task(look, finding, told(error, look.language))
    await look.forget()
    return to(f"/cases/{case}", done=answer.get("seq", ""), next=1)
