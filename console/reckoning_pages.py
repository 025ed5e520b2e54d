"""Calculators: what somebody is owed, from few facts, and on into the complaint that is being taken."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

import texts
from client.connection import NoSuchCase
from client.contested import alternative_line, choice_line
from client.reckoned_at_counter import CALCULATORS, Reckoned, asks_for, reckon
from console.counter_pages import CLAIMS, in_hand, take_in
from console.forms import MORE, Choice, fields_of, with_another
from console.look import Look, to
from console.problems import ProblemDetails, by_field, told
from domain.base import CENTRE_ZONE
from domain.deadlines.calendar import OutsideCalendar
from domain.entitlements.rules import rule
from domain.intake.complaint import ClaimItem, Complaint
from domain.refusal import Problem, Refused, problems
from domain.rules.parameters import MissingParameter
from domain.words import Role

_SHOWN: Final = 120
"""Lines of a reckoning that a page shows: ten years, month by month."""


async def reckoning_page(look: Look) -> Response:
    """The facts that a reckoning needs."""
    return _page(look, {}, None)


async def reckoning(look: Look) -> Response:
    """What they come to; or on, as a claim, into the complaint that is being taken."""
    model = CALCULATORS[_what(look)]
    form, said = await look.typed(model)
    if more := form.get(MORE):
        return _page(look, with_another(said, str(more)), None, form)
    try:
        facts = model.model_validate(said)
        today = datetime.now(CENTRE_ZONE).date()
        found = await asyncio.to_thread(reckon, facts, _place(look, form), today, look.door.rules.tables)
    except ValidationError as error:
        return _page(look, said, told(Refused(*problems(error)), look.language), form)
    except (MissingParameter, OutsideCalendar) as missing:
        unknown = Problem(field="jurisdiction", code=missing.code, params=dict(missing.params))
        return _page(look, said, told(Refused(unknown), look.language), form)
    except OverflowError:
        return _page(look, said, told(Refused(Problem(field="wages", code="arrears.too-large")), look.language), form)
    if form.get("take") and look.visitor.actor.role is Role.INTAKE:
        item = asks_for(found, "i", "e1")
        if item is not None:
            await _claim(look, item)
            return to(CLAIMS)
    return _page(look, said, None, form, found)


async def _claim(look: Look, item: ClaimItem) -> None:
    """Put what a claim was reckoned to be into the complaint that is being taken."""
    said = await in_hand(look)
    others = [one for one in said.get("items", ()) if set(one) - {"ref", "respondent"}]
    taken = {one.get("ref") for one in others}
    free = next(ref for ref in map("i{}".format, range(1, len(others) + 2)) if ref not in taken)
    asked = item.model_dump(mode="json", exclude_defaults=True) | {"ref": free}
    asked["respondent"] = next((one["ref"] for one in said.get("respondents", ()) if "ref" in one), item.respondent)
    await take_in(look, said | {"items": [*others, asked]})


def _what(look: Look) -> str:
    what: str = look.request.path_params["what"]
    if what not in CALCULATORS:
        raise NoSuchCase(what)
    return what


def _place(look: Look, form: FormData | None) -> str:
    """Whose figures hold: what was chosen, or else where complaints are filed that name no place."""
    said = str(form.get("jurisdiction", "")) if form is not None else ""
    places = look.door.rules.tables.parameters.places()
    return said if said in places else str(Complaint.model_fields["jurisdiction"].default)


def _page(
    look: Look,
    said: Mapping[str, Any],
    wrong: ProblemDetails | None,
    form: FormData | None = None,
    found: Reckoned | None = None,
) -> Response:
    what, language = _what(look), look.language
    places = look.door.rules.tables.parameters.places()
    return look.page(
        "reckoning.html",
        wrong.status if wrong else HTTPStatus.OK,
        what=what,
        every=tuple(CALCULATORS),
        fields=list(fields_of(CALCULATORS[what], language, said, by_field(wrong), without=frozenset({"what"}))),
        places=tuple(Choice(one, texts.label(one, language)) for one in places),
        place=_place(look, form),
        wrong=wrong,
        found=found,
        most=_SHOWN,
        may_take=look.visitor.actor.role is Role.INTAKE and found is not None and found.amount > 0,
        choice=lambda one: choice_line(one, language),
        alternative=lambda one: alternative_line(found.amount, one, language) if found else "",
        source=lambda name: texts.label(rule(name).source, language),
    )
