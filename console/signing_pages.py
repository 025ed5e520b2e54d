"""An agreement is read and signed by a party itself, on its own phone."""

from http import HTTPStatus

from pydantic import ValidationError
from starlette.responses import Response

from client.telling import tell
from console import reading
from console.look import Look, to
from console.naming import names_of
from console.problems import ProblemDetails, told
from domain.identifiers import same_name
from domain.papers.kinds import Paper, PaperKind
from domain.refusal import PARTIES, Refused, must
from domain.settlement.signature import Sign, SigningWay
from domain.views.case_view import CaseView


def may_sign(look: Look, seen: CaseView) -> bool:
    """Whether the visitor is a party whose signature is still missing under an agreement that is drawn up."""
    unsigned = seen.signing.unsigned if seen.signing else ()
    return look.visitor.actor.role in PARTIES and look.visitor.actor.id in unsigned and _drawn(seen) is not None


def _drawn(seen: CaseView) -> Paper | None:
    of = seen.settlement.proposal if seen.settlement else None
    return next((one for one in reversed(seen.papers) if (one.kind, one.of) == (PaperKind.AGREEMENT, of)), None)


async def sign_page(look: Look) -> Response:
    """The agreement to be read, and below it where the visitor signs."""
    return await _page(look, None)


async def sign(look: Look) -> Response:
    """The visitor signs what the page showed: the ledger holds which edition it was, by the digest of the paper."""
    case, form = look.request.path_params["case"], await look.request.form()
    seen = await look.case(case)
    paper = _to_sign(look, seen)
    try:
        must(form.get("sha256") == paper.sha256, "signing.another_edition", "read")
        must(form.get("read") == "true", "signing.unread", "read")
        must(same_name(str(form.get("signed", ""))) == same_name(_own_name(look, seen)), "signing.other_name", "signed")
        once = look.envelope(form)
        message = Sign.model_validate(
            {
                "parties": [look.visitor.actor.id],
                "how": SigningWay.ELECTRONIC,
                "evidence": f"console-{once['message_id']}",
                "sha256": paper.sha256,
                **once,
            }
        )
        answer = await tell(look.door.link(look.visitor), case, message)
    except (Refused, ValidationError) as error:
        return await _page(look, told(error, look.language))
    return to(f"/cases/{case}", done=answer.get("seq", ""))


async def _page(look: Look, wrong: ProblemDetails | None) -> Response:
    seen = await look.case(look.request.path_params["case"])
    paper = _to_sign(look, seen)
    found = await reading.paper(look.door, look.visitor, paper.number)
    return look.page(
        "sign.html",
        wrong.status if wrong else HTTPStatus.OK,
        case=seen,
        paper=paper,
        content=reading.shown(look.door, found, look.language),
        own_name=_own_name(look, seen),
        wrong=wrong,
    )


def _to_sign(look: Look, seen: CaseView) -> Paper:
    """The agreement as it stands. Raises Refused for whoever has nothing to sign."""
    drawn = _drawn(seen)
    must(may_sign(look, seen), "signing.nothing_of_yours", "case")
    assert drawn is not None
    return drawn


def _own_name(look: Look, seen: CaseView) -> str:
    return names_of(seen)[look.visitor.actor.id]
