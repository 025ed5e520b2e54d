"""Premiums that came, one or a sheet of them: what each would pay is shown before anything is confirmed."""

import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from client.many import Row, tell_all
from client.message_sheet import PAYMENTS, Lines, read_sheet
from client.sheets import BadCell, told_cells
from client.telling import asked
from console.forms import fields_of, typed
from console.look import Look
from console.problems import ProblemDetails, by_field, told
from console.reading import must_be
from console.uploads import read_upload
from domain.case.protocol import MESSAGES
from domain.message import Message
from domain.procedure.settlement.performance_view import PerformanceReading, PerformanceView, Supposed, WouldPay
from domain.refusal import Problem, Refused, must, problems
from domain.settlement.messages import ConfirmPayment
from domain.words import Agency

_MOST: Final = 500
"""Payments of a sheet: as many as a case tells at once."""
_ENVELOPE: Final = frozenset(Message.model_fields)


async def payments_page(look: Look) -> Response:
    """What is owed, and where payments are typed or a sheet of them is handed in."""
    return await _page(look)


async def send_payments(look: Look) -> Response:
    """Show what the payments would pay; told to, confirm them."""
    _may(look)
    form = await look.request.form()
    try:
        if form.get("send"):
            return await _confirmed(look, form)
        said = typed(ConfirmPayment, {name: [str(one) for one in form.getlist(name)] for name in form})
        try:
            lines = await _asked(look, form, None if "file" in form else said)
        except ValidationError as error:
            return await _page(look, said=said, wrong=told(Refused(*problems(error)), look.language))
        found = list(lines.good.items())
        if len(found) > _MOST:
            raise Refused(Problem(field="file", code="input.many_rows", params={"most": str(_MOST)}))
        mark = await look.keep_shown({"messages": [one.model_dump(mode="json") for _, one in found]})
        return await _page(look, found=found, bad=lines.bad, mark=mark)
    except Refused as refused:
        return await _page(look, wrong=told(refused, look.language))


async def _asked(look: Look, form: FormData, said: Mapping[str, Any] | None) -> Lines[ConfirmPayment]:
    """The one payment that was typed, or those of the sheet. Raises Refused, ValidationError."""
    actor, language = look.visitor.actor, look.language
    if said is not None:
        one = ConfirmPayment.model_validate({**said, **look.envelope(form)})
        return Lines(good={1: one})
    return await read_upload(form, "file", lambda path: read_sheet(path, PAYMENTS, actor, language))


async def _confirmed(look: Look, form: FormData) -> Response:
    """Send what was shown: what was kept of it, under the ids that it was shown with."""
    case = look.request.path_params["case"]
    look.visitor.may_come_to((await look.door.link(look.visitor).case(case)).id)
    waiting = (await look.shown_before(form)).get("messages", ())
    must(waiting, "payment.nothing_shown", "file")
    messages = [
        ConfirmPayment.model_validate({**one, "actor": look.visitor.actor, "language": look.language})
        for one in waiting
    ]
    done = await tell_all(look.door.link(look.visitor), [Row(case, one) for one in messages], look.language)
    return await _page(look, done=done)


async def _page(
    look: Look,
    *,
    said: Mapping[str, Any] | None = None,
    wrong: ProblemDetails | None = None,
    found: Sequence[tuple[int, ConfirmPayment]] = (),
    bad: Sequence[BadCell] = (),
    done: Sequence[Row[ConfirmPayment]] = (),
    mark: str = "",
) -> Response:
    _may(look)
    case = look.request.path_params["case"]
    seen = await look.case(case)
    supposed = tuple(
        Supposed(receipt=one.receipt, paid_on=one.paid_on, amount=one.amount, claimant=one.claimant) for _, one in found
    )
    reading = PerformanceReading(language=look.language, page=1, supposed=supposed)
    owed: PerformanceView | None = await asked(look.door.link(look.visitor), case, "owed", reading, PerformanceView)
    would: dict[str, WouldPay] = {one.receipt: one for one in owed.would_pay} if owed else {}
    errors = by_field(wrong)
    return look.page(
        "payments.html",
        wrong.status if wrong else HTTPStatus.OK,
        case=seen,
        number=case,
        owed=owed,
        fields=list(fields_of(ConfirmPayment, look.language, said or {}, errors, without=_ENVELOPE)),
        wrong=wrong,
        found=[(line, one, would[one.receipt]) for line, one in found if one.receipt in would],
        bad=told_cells(bad, look.language),
        done=done,
        mark=mark,
        example=PAYMENTS.example,
        fresh=uuid.uuid4().hex,
    )


def _may(look: Look) -> None:
    must_be(look.visitor.actor, MESSAGES[ConfirmPayment.name].roles)
    must(look.visitor.actor.agency is Agency.TAX, "task.other_agency", "actor.agency", agency=Agency.TAX)
