"""One act on many rows of a list: shown first with what it is done to, then sent to each case as its own message."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

import texts
from client.many import Row, tell_all
from console.case_pages import own_fields
from console.forms import fields_of
from console.look import Look
from console.problems import ProblemDetails, by_field, told
from domain.case.protocol import MESSAGES
from domain.message import Message
from domain.refusal import Problem, Refused
from domain.views.case_view import CaseView
from domain.words import Role

MANY_AT_ONCE: Final[dict[str, dict[Role, tuple[str, ...]]]] = {
    "inquiries": {
        Role.OFFICER: ("claim_task", "release_task", "ask_for_time", "comment"),
        Role.SUPERVISOR: ("extend_task", "reassign", "skip_task", "comment"),
    },
    "cases": {
        Role.MEDIATOR: ("comment",),
        Role.SUPERVISOR: ("suspend", "resume", "reassign", "reclassify", "retry", "comment"),
    },
}
"""What can be done to many rows of a list at once, by list and role: acts that are said in the same words for each."""
_MOST: Final = 200
_AT_ONCE: Final = 8
"""Cases that are looked at together for a preview."""
_OF_THE_ROW: Final = frozenset({"task"})
"""Fields that each row fills in itself."""


@dataclass(frozen=True)
class Chosen:
    """A row of a list that was ticked: a case, and of it an inquiry."""

    case: str
    task: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """What the row says of itself."""
        return {"task": self.task} if self.task else {}


def offered(look: Look, of: str) -> tuple[str, ...]:
    """The acts that a visitor may do to many rows of a list."""
    return MANY_AT_ONCE[of].get(look.visitor.actor.role, ())


async def many(look: Look) -> Response:
    """Show what would be done to which rows; or, told to, do it."""
    form = await look.request.form()
    of, name = str(form.get("of", "")), str(form.get("act", ""))
    if of not in MANY_AT_ONCE or name not in offered(look, of):
        raise Refused(Problem(field="name", code="refusals.message.unknown", params={"known": "-"}))
    rows = list(dict.fromkeys(_rows(form)))
    if not rows or len(rows) > _MOST:
        raise Refused(Problem(field="rows", code="input.many_rows", params={"most": str(_MOST)}))
    _, said = await look.typed(MESSAGES[name].model)
    if form.get("send") is None:
        return await _preview(look, of, name, rows, said)
    try:
        messages = [_message(look, form, name, said, one, at) for at, one in enumerate(rows)]
    except ValidationError as error:
        return await _preview(look, of, name, rows, said, told(error, look.language))
    done = await tell_all(look.door.link(look.visitor), messages, look.language)
    return look.page("many_done.html", of=of, name=name, rows=list(zip(rows, done, strict=True)))


def _rows(form: FormData) -> Iterator[Chosen]:
    for one in form.getlist("row"):
        case, _, task = str(one).partition("|")
        yield Chosen(case, task)


def _message(look: Look, form: FormData, name: str, said: Mapping[str, Any], row: Chosen, number: int) -> Row[Message]:
    """What is sent to the case of a row: under the form's own id and the row's number, so that it acts once."""
    look.visitor.may_come_to(row.case)
    envelope = look.envelope(form)
    own = {"message_id": f"{envelope['message_id']}-{number}"}
    return Row(row.case, MESSAGES[name].model.model_validate({**said, **envelope, **own, **row.fields}))


async def _preview(
    look: Look,
    of: str,
    name: str,
    rows: Sequence[Chosen],
    said: Mapping[str, Any],
    wrong: ProblemDetails | None = None,
) -> Response:
    kind = MESSAGES[name]
    without, _ = own_fields(kind, look.visitor)
    fields = list(fields_of(kind.model, look.language, said, by_field(wrong), without=without | _OF_THE_ROW))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def seen(one: Chosen) -> CaseView:
        async with gate:
            return await look.case(one.case)

    shown = list(zip(rows, await asyncio.gather(*map(seen, rows)), strict=True))
    status = wrong.status if wrong else HTTPStatus.OK
    return look.page(
        "many.html",
        status,
        of=of,
        name=name,
        rows=shown,
        fields=fields,
        wrong=wrong,
        whom=lambda one: texts.label(one.task, look.language) if one.task else "",
    )
