"""A mediator's terms, tried before they are on the table."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import Response

from client.offer import Terms, left_out, proposal_of
from client.telling import asked, tell
from client.trying import tried
from console import reading
from console.forms import MORE, fields_of, with_another
from console.look import Look, to
from console.naming import named_in
from console.problems import ProblemDetails, by_field, told
from domain.procedure.mediation.bargain import Bargain, BargainReading, Offer
from domain.procedure.mediation.simulation import Simulation
from domain.refusal import Refused
from domain.views.case_view import CaseView
from domain.views.paging import everybody


async def terms_page(look: Look) -> Response:
    """Terms to be drawn up: the employer pays all of it at once, unless said otherwise."""
    seen = await look.case(look.request.path_params["case"])
    ref, payers = f"p{len(seen.proposals) + 1}", [one.ref for one in seen.respondents]
    start = {"proposal": ref, "payer": payers[0], "instalments": 1, "first_due_in_days": 15}
    kept = await look.kept()
    return await _terms(look, seen, kept.said if kept else start, None, None, kept_at=kept and kept.kept_at)


async def _terms(
    look: Look,
    seen: CaseView,
    values: Mapping[str, Any],
    found: Simulation | None,
    wrong: ProblemDetails | None,
    **more: Any,
) -> Response:
    named = named_in(seen, look.language, look.visitor.actor.role)
    fields = list(fields_of(Terms, look.language, values, by_field(wrong), without=NOT_OFFERED, named=named))
    objections = told(Refused(*found.objections), look.language).problems if found and found.objections else ()
    return look.page(
        "terms.html",
        wrong.status if wrong else HTTPStatus.OK,
        case=seen,
        number=look.request.path_params["case"],
        fields=fields,
        found=found,
        objections=[one.text for one in objections],
        wrong=wrong,
        **more,
    )


async def send_terms(look: Look) -> Response:
    """Try the terms, or put them on the table."""
    case, at = look.request.path_params["case"], look.door.link(look.visitor)
    form, said = await look.typed(Terms)
    seen = await reading.view(look.door, look.visitor, case, look.language, None)
    if more := form.get(MORE):
        return await _terms(look, seen, with_another(said, str(more)), None, None)
    if (aside := await look.set_aside(form, said)) is not None:
        return aside
    try:
        wanted = Terms.model_validate(said)
        asking = BargainReading(language=look.language, asked_at=datetime.now(UTC))

        async def ask(reading: BargainReading) -> Bargain:
            told: Bargain = await asked(at, case, "bargain", reading, Bargain)
            return told

        left = left_out(await everybody(ask, asking), wanted.unsettled)
        message = proposal_of(wanted, seen, look.envelope(form)["message_id"], look.visitor.actor, look.language, left)
        if form.get("send"):
            answer = await tell(at, case, message)
            await look.forget()
            return to(f"/cases/{case}", done=answer.get("seq", ""))
        offer = Offer.model_validate({name: value for name, value in message if name in Offer.model_fields})
        weighed = await everybody(ask, asking.model_copy(update={"offer": offer}))
        found = await tried(weighed, offer, look.door.settings.own_tables)
    except (Refused, ValidationError) as error:
        return await _terms(look, seen, said, None, told(error, look.language))
    return await _terms(look, seen, said, found, None)


NOT_OFFERED: Final = frozenset({"part_a_percent"})
