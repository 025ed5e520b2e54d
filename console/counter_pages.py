"""The counter: a complaint is filed, and its receipt printed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

import texts
from casebook.people import Sought, Standing
from client.claimant_sheet import Sheet, example, read_sheet
from client.connection import NoSuchCase
from client.sheets import told_cells
from client.speaking import envelope
from client.telling import filed
from console import reading
from console.forms import AFRESH, MORE, Choice, Named, fields_of, with_another
from console.invitations import Given, give, number_picture
from console.look import Look, to
from console.problems import ProblemDetails, by_field, told
from console.uploads import read_upload
from domain.case.protocol import MESSAGES
from domain.case.receipts import Decision, Receipt
from domain.collective.messages import JoinClaimants
from domain.identifiers import masked
from domain.identifiers import typed as meant
from domain.intake.complaint import ClaimItem, Complaint, Respondent
from domain.intake.messages import FileComplaint
from domain.ledger import Actor
from domain.refusal import Refused, must, problems
from domain.words import Role

_START: Final[dict[str, Any]] = {
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
_SHOWN: Final = 50
"""Lines of a sheet, and claimants that came from one, that a page shows."""
_FINDS: Final = {Role.INTAKE, Role.SUPERVISOR}
_ORDER: Final = (*STEPS, CHECK)
CLAIMS: Final = "/file/steps/claims"
_FIND: Final = "/file/find"
_STEPS_KEPT: Final = "/file/steps"
"""Under which page a complaint is kept that is taken step by step."""


async def find_page(look: Look) -> Response:
    """Before a new complaint: do these people, or does this employer, stand in a case already?"""
    reading.must_be(look.visitor.actor, _FINDS)
    kept = await look.kept()
    if kept is None:
        return await _find(look, {}, None)
    found = await reading.standing(look.door, look.visitor, Sought.model_validate(kept.said))
    return await _find(look, kept.said, None, found)


async def find(look: Look) -> Response:
    """Look for them, or on to a new complaint with what was typed. No person's number gets into an address: the search
    is kept, and shown by the page itself, so that the way back leads to it.
    """
    reading.must_be(look.visitor.actor, _FINDS)
    form, said = await look.typed(Sought)
    if form.get(AFRESH):
        await look.forget()
        return to(_FIND)
    try:
        sought = Sought.model_validate(said)
    except ValidationError as error:
        return await _find(look, said, told(Refused(*problems(error)), look.language))
    if form.get("go"):
        await look.keep(_begun(sought), _STEPS_KEPT)
        await look.forget()
        return to(f"/file/steps/{_ORDER[0]}")
    await look.keep(said)
    return to(_FIND)


async def _find(
    look: Look, said: Mapping[str, Any], wrong: ProblemDetails | None, found: Sequence[Standing] | None = None
) -> Response:
    kept = await look.kept(_STEPS_KEPT)
    may_join = MESSAGES[JoinClaimants.name]
    return look.page(
        "find.html",
        wrong.status if wrong else HTTPStatus.OK,
        fields=list(fields_of(Sought, look.language, said, by_field(wrong))),
        wrong=wrong,
        found=found,
        sought=len(said.get("identity_numbers", ())),
        running=[one.line.case for one in found or () if one.employer and one.line.phase in may_join.phases],
        begun_at=kept and kept.kept_at,
    )


def _begun(sought: Sought) -> dict[str, Any]:
    """A new complaint of those who were looked for."""
    people = [{"ref": f"c{n}", "identity_number": one} for n, one in enumerate(sought.identity_numbers, 1)]
    employer: dict[str, Any] = {"ref": "e1"}
    if sought.employer:
        employer |= _named(sought.employer)
    return _START | {"claimants": people or _START["claimants"], "respondents": [employer]}


def _named(employer: str) -> dict[str, str]:
    """A credit code as such; anything else is the name."""
    try:
        return {"credit_code": str(Respondent(ref="e1", name=employer, credit_code=meant(employer)).credit_code)}
    except ValidationError:
        return {"name": employer}


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
            complaint = await look.kept(_STEPS_KEPT)
            await look.keep(dict(complaint.said if complaint else _START) | read, _STEPS_KEPT)
            return to(f"/file/steps/{_ORDER[1]}")
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


async def with_item(look: Look, item: ClaimItem) -> None:
    """Put what a claim was reckoned to be into the complaint that is being taken."""
    kept = await look.kept(_STEPS_KEPT)
    said: dict[str, Any] = dict(kept.said if kept else _START)
    others = [one for one in said.get("items", ()) if set(one) - {"ref", "respondent"}]
    taken = {one.get("ref") for one in others}
    free = next(ref for ref in map("i{}".format, range(1, len(others) + 2)) if ref not in taken)
    asked = item.model_dump(mode="json", exclude_defaults=True) | {"ref": free}
    asked["respondent"] = next((one["ref"] for one in said.get("respondents", ()) if "ref" in one), item.respondent)
    await look.keep(said | {"items": [*others, asked]}, _STEPS_KEPT)


async def file_page(look: Look) -> Response:
    """A new complaint: who, against whom, about what."""
    kept = await look.kept()
    return _file_form(look, kept.said if kept else _START, None, kept_at=kept and kept.kept_at)


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
    await look.forget(_STEPS_KEPT)
    given = await _let_in(look, message.complaint, receipt)
    picture = number_picture(look, receipt.case_number) if receipt.case_number else None
    return look.page("receipt.html", HTTPStatus.CREATED, receipt=receipt, given=given, picture=picture)


async def step_page(look: Look) -> Response:
    """One step of a new complaint; the last reads everything back before it is filed."""
    step = _step_of(look)
    kept = await look.kept(_STEPS_KEPT)
    return _step(look, step, kept.said if kept else _START, None)


async def send_step(look: Look) -> Response:
    """Keep what a step says, and go on to the next, or back; the last one files."""
    step = _step_of(look)
    form, said = await look.typed(Complaint)
    kept = await look.kept(_STEPS_KEPT)
    before: dict[str, Any] = dict(kept.said if kept else _START)
    if form.get(AFRESH):
        await look.forget(_STEPS_KEPT)
        return to(f"/file/steps/{_ORDER[0]}")
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
        await look.keep(merged, _STEPS_KEPT)
        return _step(look, step, merged, None)
    await look.keep(merged, _STEPS_KEPT)
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
    return [name for name in ("claimants", "items") if len(said.get(name, ())) > _SHOWN]


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
