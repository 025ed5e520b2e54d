"""The counter: a complaint is filed, and its receipt printed."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

import texts
from client.connection import NoSuchCase
from client.speaking import envelope
from client.telling import filed
from console.forms import AFRESH, MORE, Choice, Named, fields_of, with_another
from console.invitations import Given, give, number_picture
from console.look import Look, to
from console.problems import ProblemDetails, by_field, told
from domain.case.receipts import Decision, Receipt
from domain.intake.complaint import Complaint
from domain.intake.messages import FileComplaint
from domain.ledger import Actor
from domain.refusal import Refused, problems
from domain.words import Role

START: Final[dict[str, Any]] = {
    "jurisdiction": "demo",
    "claimants": [{"ref": "c1"}],
    "respondents": [{"ref": "e1"}],
    "items": [{"ref": "i1", "respondent": "e1"}],
}
CHECK: Final = "check"
STEPS: Final = {
    "claimants": ("claimants", "anonymous"),
    "employer": ("respondents",),
    "claims": ("items", "statement"),
    "rest": ("jurisdiction", "received_on", "circumstances"),
}
"""What each step of a new complaint asks for."""
_FIELDS: Final = 50
"""Rows that a page has fields for."""
_ORDER: Final = (*STEPS, CHECK)
CLAIMANTS, EMPLOYER, CLAIMS = (f"/file/steps/{one}" for one in ("claimants", "employer", "claims"))
STEPS_KEPT: Final = "/file/steps"
"""Under which page a complaint is kept that is taken step by step."""


async def in_hand(look: Look) -> dict[str, Any]:
    """The complaint that is being taken step by step, as far as it is filled in."""
    kept = await look.kept(STEPS_KEPT)
    return dict(kept.said if kept else START)


async def take_in(look: Look, said: Mapping[str, Any]) -> None:
    """Keep the complaint that is being taken, as it stands now."""
    await look.keep(said, STEPS_KEPT)


async def file_page(look: Look) -> Response:
    """A new complaint: who, against whom, about what."""
    kept = await look.kept()
    return _file_form(look, kept.said if kept else START, None, kept_at=kept and kept.kept_at)


def _file_form(look: Look, values: Mapping[str, Any], wrong: ProblemDetails | None, **more: Any) -> Response:
    errors = {name.removeprefix("complaint."): lines for name, lines in by_field(wrong).items()}
    without = frozenset({"channel", "complaint_id"})
    places = look.door.rules.tables.parameters.places()
    named = {"jurisdiction": tuple(Choice(one, texts.label(one, look.language)) for one in places)}
    fields = list(fields_of(Complaint, look.language, values, errors, without=without, named=named))
    return look.page("file.html", wrong.status if wrong else HTTPStatus.OK, fields=fields, wrong=wrong, **more)


async def file_complaint(look: Look) -> Response:
    """File it, and show the receipt to be printed."""
    form, said = await look.typed(Complaint)
    if more := form.get(MORE):
        return _file_form(look, with_another(said, str(more)), None)
    if (aside := await look.set_aside(form, said)) is not None:
        return aside
    return await _filed(look, form, said, lambda wrong: _file_form(look, said, wrong))


async def _filed(
    look: Look, form: FormData, said: Mapping[str, Any], again: Callable[[ProblemDetails], Response]
) -> Response:
    number = str(form.get("complaint_id") or f"{look.visitor.actor.id}-{datetime.now(UTC):%Y%m%d%H%M%S%f}")
    complaint = {**said, "channel": look.visitor.actor.id, "complaint_id": number}
    try:
        message = FileComplaint.model_validate(
            {"complaint": complaint, **envelope(look.visitor.actor, f"file-{number}", look.language)}
        )
        receipt = await filed(look.door.link(look.visitor), message)
    except ValidationError as error:
        return again(told(Refused(*problems(error)), look.language))
    except Refused as refused:
        return again(told(refused, look.language))
    await look.forget()
    await look.forget(STEPS_KEPT)
    given = await _let_in(look, message.complaint, receipt)
    picture = number_picture(look, receipt.case_number) if receipt.case_number else None
    return look.page("receipt.html", HTTPStatus.CREATED, receipt=receipt, given=given, picture=picture)


async def step_page(look: Look) -> Response:
    """One step of a new complaint; the last reads everything back before it is filed."""
    step = _step_of(look)
    return _step(look, step, await in_hand(look), None)


async def send_step(look: Look) -> Response:
    """Keep what a step says, and go on to the next, or back; the last one files."""
    step = _step_of(look)
    form, said = await look.typed(Complaint)
    before = await in_hand(look)
    if form.get(AFRESH):
        await look.forget(STEPS_KEPT)
        return to(CLAIMANTS)
    if step == CHECK and form.get("back"):
        return to(f"/file/steps/{_ORDER[-2]}")
    if step == CHECK:
        return await _filed(look, form, before, lambda wrong: _step(look, step, before, wrong))
    own = STEPS[step]
    whole = _too_many(before)
    merged = {name: value for name, value in before.items() if name not in own or name in whole}
    merged |= {name: value for name, value in said.items() if name in own and name not in whole}
    if more := form.get(MORE):
        merged = with_another(merged, str(more))
        await take_in(look, merged)
        return _step(look, step, merged, None)
    await take_in(look, merged)
    at = _ORDER.index(step)
    if form.get("back"):
        return to(f"/file/steps/{_ORDER[max(at - 1, 0)]}")
    wrong = _wrong_in(look, own, merged)
    return _step(look, step, merged, wrong) if wrong else to(f"/file/steps/{_ORDER[at + 1]}")


def _step_of(look: Look) -> str:
    step: str = look.request.path_params["step"]
    if step not in _ORDER:
        raise NoSuchCase(step)
    return step


def _too_many(said: Mapping[str, Any]) -> list[str]:
    """What came from a sheet, and is more than a page has fields for: it stays as it is until another sheet is read."""
    return [name for name in ("claimants", "items") if len(said.get(name, ())) > _FIELDS]


def _wrong_in(look: Look, own: Collection[str], said: Mapping[str, Any]) -> ProblemDetails | None:
    """What is wrong with the fields of a step; what hangs together with others is told at the end."""
    try:
        Complaint.model_validate({**said, "channel": look.visitor.actor.id, "complaint_id": "to-come"})
    except ValidationError as error:
        found = [one for one in problems(error) if one.field.split(".")[0] in own]
        return told(Refused(*found), look.language) if found else None
    return None


def _step(look: Look, step: str, values: Mapping[str, Any], wrong: ProblemDetails | None) -> Response:
    errors = {name.removeprefix("complaint."): lines for name, lines in by_field(wrong).items()}
    places = look.door.rules.tables.parameters.places()
    people = tuple(
        Choice(one["ref"], one.get("name", one["ref"])) for one in values.get("claimants", ()) if "ref" in one
    )
    answering = tuple(
        Choice(one["ref"], one.get("name", one["ref"])) for one in values.get("respondents", ()) if "ref" in one
    )
    named: Named = {
        "jurisdiction": tuple(Choice(one, texts.label(one, look.language)) for one in places),
        "claimant": people,
        "respondent": answering,
    }
    own = STEPS[step] if step != CHECK else tuple(Complaint.model_fields)
    whole = _too_many(values)
    without = frozenset(Complaint.model_fields) - frozenset(own) | {"channel", "complaint_id"} | frozenset(whole)
    fields = list(fields_of(Complaint, look.language, values, errors, without=without, named=named))
    status = wrong.status if wrong else HTTPStatus.OK
    at = _ORDER.index(step)
    return look.page(
        "file_step.html",
        status,
        fields=fields,
        wrong=wrong,
        step=step,
        steps=_ORDER,
        at=at,
        check=step == CHECK,
        many=len(values["claimants"]) if whole else 0,
    )


async def _let_in(look: Look, complaint: Complaint, receipt: Receipt) -> list[Given]:
    """How each claimant of a case of its own comes in; whoever joined another gets a link at the desk."""
    if receipt.decision is not Decision.ACCEPTED or len(complaint.claimants) > _AT_MOST:
        return []
    people = [Actor(id=one.ref, role=Role.CLAIMANT) for one in complaint.claimants]
    return [await give(look, receipt.case, one) for one in people]


_AT_MOST: Final = 10
"""Claimants who get their links with the receipt."""
