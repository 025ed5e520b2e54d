"""Before a complaint is taken: do its people, or its employer, stand in a case already?"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import Response

from casebook.people import Sought, Standing
from console import reading
from console.counter_pages import CLAIMANTS, START, STEPS_KEPT, take_in
from console.forms import AFRESH, fields_of
from console.look import Look, to
from console.problems import ProblemDetails, by_field, told
from domain.case.protocol import MESSAGES
from domain.collective.messages import JoinClaimants
from domain.identifiers import typed as meant
from domain.intake.complaint import Respondent
from domain.refusal import Refused, problems
from domain.words import Role

_FINDERS: Final = {Role.INTAKE, Role.SUPERVISOR}
_FIND: Final = "/file/find"


async def find_page(look: Look) -> Response:
    """Before a new complaint: do these people, or does this employer, stand in a case already?"""
    reading.must_be(look.visitor.actor, _FINDERS)
    kept = await look.kept()
    if kept is None:
        return await _find(look, {}, None)
    found = await reading.standing(look.door, look.visitor, Sought.model_validate(kept.said))
    return await _find(look, kept.said, None, found)


async def find(look: Look) -> Response:
    """Look for them, or on to a new complaint with what was typed. No person's number gets into an address: the search
    is kept, and shown by the page itself, so that the way back leads to it.
    """
    reading.must_be(look.visitor.actor, _FINDERS)
    form, said = await look.typed(Sought)
    if form.get(AFRESH):
        await look.forget()
        return to(_FIND)
    try:
        sought = Sought.model_validate(said)
    except ValidationError as error:
        return await _find(look, said, told(Refused(*problems(error)), look.language))
    if form.get("go"):
        await take_in(look, _begun(sought))
        await look.forget()
        return to(CLAIMANTS)
    await look.keep(said)
    return to(_FIND)


async def _find(
    look: Look, said: Mapping[str, Any], wrong: ProblemDetails | None, found: Sequence[Standing] | None = None
) -> Response:
    kept = await look.kept(STEPS_KEPT)
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
    return START | {"claimants": people or START["claimants"], "respondents": [employer]}


def _named(employer: str) -> dict[str, str]:
    """A credit code as such; anything else is the name."""
    try:
        return {"credit_code": str(Respondent(ref="e1", name=employer, credit_code=meant(employer)).credit_code)}
    except ValidationError:
        return {"name": employer}
