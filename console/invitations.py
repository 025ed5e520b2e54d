"""Letting a party in: a link and a code, handed over at the desk or on the receipt."""

from dataclasses import dataclass
from typing import Final

import segno
from starlette.responses import Response

from casebook import accounts
from console.look import Look, to
from domain.ledger import Actor
from domain.refusal import Problem, Refused, must
from domain.views.case_view import CaseView
from domain.words import Role

TO_SIGN: Final = "sign"
"""What a link says that leads on to the agreement."""
_GIVERS: Final = {Role.INTAKE, Role.MEDIATOR, Role.SUPERVISOR}


@dataclass(frozen=True)
class Given:
    """What is handed to a party: whom it lets in, the address, the same as a QR code, and the code to type there."""

    party: str
    address: str
    picture: str
    """A data address of an SVG."""
    code: str


def may_invite(look: Look, seen: CaseView) -> bool:
    """Whether the visitor may let parties of the case in: the window, the case's mediator, the supervisor."""
    actor = look.visitor.actor
    return actor.role in _GIVERS and (actor.role is not Role.MEDIATOR or seen.mediator == actor.id)


async def give(look: Look, case: str, party: Actor, *, to_sign: bool = False) -> Given:
    """A link and a code for one party, to its case or at once to what it has to sign. Raises Refused."""
    made = await accounts.invite(look.door.pool, party, case, look.visitor.actor)
    address = f"{look.request.base_url}in/{made.link}{f'?to={TO_SIGN}' if to_sign else ''}"
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2)
    return Given(party.id, address, picture, f"{made.code[:4]} {made.code[4:]}")


def number_picture(look: Look, number: str) -> str:
    """A case's number as a QR code: a phone opens the case's page by it, a scanner at a desk finds the case."""
    return segno.make(f"{look.request.base_url}cases/{number}", error="m").svg_data_uri(scale=3, border=2)


async def invite(look: Look) -> Response:
    """A page to print or to show, with the link of one party."""
    seen, party = await _asked(look)
    to_sign = (await look.request.form()).get("to") == TO_SIGN
    return look.page("invitation.html", case=seen, given=(await give(look, seen.case, party, to_sign=to_sign),))


async def end(look: Look) -> Response:
    """Close what a party was given, and end what was opened by it."""
    seen, party = await _asked(look)
    ended = await accounts.end_invitations(look.door.pool, party, seen.case)
    return to(f"/cases/{look.request.path_params['case']}", ended=ended)


async def _asked(look: Look) -> tuple[CaseView, Actor]:
    seen, form = await look.case(look.request.path_params["case"]), await look.request.form()
    must(may_invite(look, seen), "actor.role", "actor.role", role=look.visitor.actor.role, allowed=", ".join(_GIVERS))
    ref = str(form.get("party", ""))
    roles = {one.ref: Role.CLAIMANT for one in seen.claimants} | {one.ref: Role.RESPONDENT for one in seen.respondents}
    if ref not in roles:
        raise Refused(Problem(field="party", code="refusals.party.unknown", params={"known": ", ".join(roles)}))
    return seen, Actor(id=ref, role=roles[ref])
