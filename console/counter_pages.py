"""The counter: a complaint is filed, and its receipt printed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import Response

import texts
from client.speaking import envelope
from client.telling import filed
from console.forms import MORE, Choice, fields_of, with_another
from console.invitations import Given, give
from console.look import Look
from console.problems import ProblemDetails, by_field, told
from domain.case.receipts import Decision, Receipt
from domain.intake.complaint import Complaint
from domain.intake.messages import FileComplaint
from domain.ledger import Actor
from domain.refusal import Refused, problems
from domain.words import Role


async def file_page(look: Look) -> Response:
    """A new complaint: who, against whom, about what."""
    start = {
        "jurisdiction": "demo",
        "claimants": [{"ref": "c1"}],
        "respondents": [{"ref": "e1"}],
        "items": [{"ref": "i1", "respondent": "e1"}],
    }
    kept = await look.kept()
    return _file_form(look, kept.said if kept else start, None, kept_at=kept and kept.kept_at)


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
    number = str(form.get("complaint_id") or f"{look.visitor.actor.id}-{datetime.now(UTC):%Y%m%d%H%M%S%f}")
    complaint = {**said, "channel": look.visitor.actor.id, "complaint_id": number}
    try:
        message = FileComplaint.model_validate(
            {"complaint": complaint, **envelope(look.visitor.actor, f"file-{number}", look.language)}
        )
        receipt = await filed(look.door.link(look.visitor), message)
    except ValidationError as error:
        return _file_form(look, said, told(Refused(*problems(error)), look.language))
    except Refused as refused:
        return _file_form(look, said, told(refused, look.language))
    await look.forget()
    given = await _let_in(look, message.complaint, receipt)
    return look.page("receipt.html", HTTPStatus.CREATED, receipt=receipt, given=given)


async def _let_in(look: Look, complaint: Complaint, receipt: Receipt) -> list[Given]:
    """How each claimant of a case of its own comes in; whoever joined another gets a link at the desk."""
    if receipt.decision is not Decision.ACCEPTED or len(complaint.claimants) > _AT_MOST:
        return []
    people = [Actor(id=one.ref, role=Role.CLAIMANT) for one in complaint.claimants]
    return [await give(look, receipt.case, one) for one in people]


_AT_MOST: Final = 10
"""Claimants who get their links with the receipt."""
