"""A case for everybody, and a form for every message that may be sent of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

import texts
from client.explained import explain_limitation, limitation_line, measured
from client.telling import asked, tell
from console import reading
from console.door import Visitor
from console.forms import ENVELOPE, MORE, fields_of, with_another
from console.invitations import may_invite
from console.look import Look, to
from console.naming import named_in, names_of
from console.problems import ProblemDetails, by_field, told
from console.signing_pages import may_sign
from domain.assessment.reconcile import Discrepancy, statements
from domain.case.opening import Reading
from domain.case.protocol import MESSAGES, MessageKind, Reach
from domain.case.readers import QUERIES
from domain.case.receipts import PersonalData
from domain.ledger import Event
from domain.message import Message
from domain.personal_data.messages import ReadPersonalData
from domain.procedure.mediation.sessions_view import SittingsView
from domain.refusal import PARTIES, Problem, Refused, must
from domain.views.case_view import CaseDeadlines, CaseView, SideBySide, Timeline, TriageExplanation
from domain.words import Language, Phase
from domain.yaml_file import read_yaml
from texts import ends, sentences

NOT_BY_HAND: Final = frozenset(
    {"file_complaint", "attach", "complete_task", "link_complaint", "take_over", "calendar_changed", "reopen"}
)
"""Messages that have a page of their own, or that no person writes."""
_SHOWN: Final = 50
_STANDS: Final[dict[str, Callable[[CaseView], bool]]] = {
    "suspend": lambda seen: seen.suspended_until is None,
    "resume": lambda seen: seen.suspended_until is not None,
    "retry": lambda seen: seen.blocked is not None,
    "supply_material": lambda seen: bool(seen.missing),
    "decide_discrepancy": lambda seen: bool(seen.undecided),
    "answer": lambda seen: any(one.state == "open" for one in seen.proposals),
    "counter": lambda seen: any(one.state == "open" for one in seen.proposals),
    "propose": lambda seen: seen.settlement is None,
}
"""How a case has to stand for a message to make sense; any other is refused with the reason."""

_STAGES: Final = (
    {Phase.INTAKE, Phase.TRIAGE},
    {Phase.FACT_FINDING, Phase.PROGNOSIS},
    {Phase.MEDIATION},
    {Phase.PERFORMANCE},
    {Phase.CLOSURE, Phase.CLOSED},
)
"""The five stages that everybody understands."""
_MOSTLY: Final[dict[str, dict[str, list[str]]]] = read_yaml((Path(__file__).parent / "actions.yaml").read_text("utf-8"))


async def case_page(look: Look) -> Response:
    """A case for everybody, cut to the reader: on whom it waits, what one can do, and all that happened."""
    name, at = look.request.path_params["case"], look.door.link(look.visitor)
    seen = await look.case(name)
    said = Reading(language=look.language, page=1)
    staff = look.visitor.actor.role not in PARTIES
    timeline = await asked(at, name, "timeline", said, Timeline) if staff else None
    why: TriageExplanation = await asked(at, name, "explain_triage", said, TriageExplanation)
    dates: CaseDeadlines = await asked(at, name, "deadlines", said, CaseDeadlines)
    lines, log = _log(timeline, look.request.query_params, look.language)
    stage = next(number for number, phases in enumerate(_STAGES, 1) if seen.phase in phases)
    return look.page(
        "case.html",
        case=seen,
        number=name,
        staff=staff,
        orders=await reading.orders_about(look.door, look.visitor, (name, seen.case, seen.case_number)),
        stage=stage,
        actions=(first := _first(look.visitor, seen)),
        others=[name for name in _actions(look.visitor, seen) if name not in first],
        may_propose="propose" in _actions(look.visitor, seen),
        lines=lines,
        log=log,
        may_bargain=_may_ask(look, "bargain"),
        why=(*why.lines, *seen.assigned_because),
        dates=dates.deadlines,
        clocks=[
            (limitation_line(clock, look.language), explain_limitation(clock, look.language), clock.sources)
            for clock in dates.clocks[:_SHOWN]
        ],
        skills=texts.label([f"skill.{one}" for one in seen.prognosis.skills], look.language) if seen.prognosis else "",
        tell_of=lambda code, params: texts.say(code, look.language, **params),
        judged=list(measured(seen.prognosis, look.language)) if seen.prognosis else (),
        may_invite=may_invite(look, seen),
        names=names_of(seen),
        may_sign=may_sign(look, seen),
        following=await reading.following(look.door, look.visitor, seen.case)
        if look.request.query_params.get("next")
        else None,
        side_by_side=(await asked(at, name, "side_by_side", said, SideBySide)).lines[:_SHOWN],
        sittings=await asked(at, name, "sittings", said, SittingsView) if _may_ask(look, "sittings") else None,
        contradictions=[_contradiction(one, seen, look.language) for one in seen.discrepancies[:_SHOWN]],
        evidence=await reading.evidence(look.door, look.visitor, name)
        if look.visitor.actor.role in reading.SEE_EVIDENCE
        else (),
        notices=(await reading.notices(look.door, look.visitor, name))[-_SHOWN:],
        goes_to=lambda target: ends.goes_to(target, look.language),
        ended=look.request.query_params.get("ended"),
        open_proposals=[one for one in seen.proposals if one.state == "open"],
    )


async def confidences_page(look: Look) -> Response:
    """What each side told the mediator alone: on a page of its own, not to be seen while the other side looks on."""
    name = look.request.path_params["case"]
    seen, said = await look.case(name), Reading(language=look.language, page=1)
    must(seen.mediator == look.visitor.actor.id, "mediation.not_your_case", "actor.id", mediator=seen.mediator or "-")
    told: SittingsView = await asked(look.door.link(look.visitor), name, "sittings", said, SittingsView)
    return look.page("confidences.html", case=seen, number=name, caucus=told.caucus, names=names_of(seen))


def _apart(event: Event, line: str, language: str) -> str:
    """A line of the log; what was told in confidence stands on its own page alone."""
    return texts.say("console.log.confidence", language) if event.kind == "caucus_noted" else line


def _log(timeline: Timeline | None, asked_for: Mapping[str, str], language: str) -> tuple[list[str], dict[str, Any]]:
    """The lines of the log, the latest first: of those who act in one role, and those with all the words."""
    who, words = asked_for.get("who", ""), asked_for.get("words", "").strip()
    lines = zip(timeline.events, timeline.lines, strict=True) if timeline else ()
    told = [(event, _apart(event, line, language)) for event, line in lines]
    fits = (
        line
        for event, line in reversed(told)
        if who in ("", event.actor.role) and all(word.lower() in line.lower() for word in words.split())
    )
    return list(fits), {"who": who, "words": words, "roles": sorted({event.actor.role for event, _ in told})}


@dataclass(frozen=True)
class Contradiction:
    """What two sources say that can't both be right, and whether somebody has still to decide it."""

    name: str
    said: tuple[tuple[str, str], ...]
    open: bool
    ref: str


def _contradiction(one: Discrepancy, seen: CaseView, language: str) -> Contradiction:
    said = tuple(
        (texts.label(getattr(one, side), language), texts.sentence(told.code, told.params, language))
        for side, told in zip(("first", "second"), statements(one), strict=True)
    )
    return Contradiction(
        sentences.discrepancy_name(one.id, language, names_of(seen)), said, one.id in seen.undecided, one.id
    )


def _may_ask(look: Look, query: str) -> bool:
    return look.visitor.actor.role in QUERIES[query]


def _first(visitor: Visitor, seen: CaseView) -> list[str]:
    """What the visitor's role does most in this phase."""
    wanted = _MOSTLY.get(visitor.actor.role, {})
    may = _actions(visitor, seen)
    return [name for name in (*wanted.get(seen.phase, ()), *wanted.get("*", ())) if name in may]


def _actions(visitor: Visitor, seen: CaseView) -> list[str]:
    """The messages that the visitor's role may send in this phase, by name."""
    role = visitor.actor.role
    return [
        name
        for name, kind in sorted(MESSAGES.items())
        if role in kind.roles and seen.phase in kind.phases and name not in NOT_BY_HAND
        if name not in _STANDS or _STANDS[name](seen)
    ]


async def message_page(look: Look) -> Response:
    """The form of a message."""
    name, kind = _message(look)
    query = look.request.query_params
    values: dict[str, Any] = {field: query[field] for field in kind.model.model_fields if field in query}
    kept = await look.kept()
    return await _form(look, name, kind, kept.said if kept else values, kept_at=kept.kept_at if kept else None)


def _message(look: Look) -> tuple[str, MessageKind]:
    name = look.request.path_params["name"]
    if name not in MESSAGES or name in NOT_BY_HAND or look.visitor.actor.role not in MESSAGES[name].roles:
        raise Refused(Problem(field="name", code="refusals.message.unknown", params={"known": "-"}))
    return name, MESSAGES[name]


def own_fields(kind: MessageKind, visitor: Visitor) -> tuple[frozenset[str], dict[str, Any]]:
    """Fields that a role may not fill in, and those that it may fill in with itself only."""
    role, actor = visitor.actor.role, visitor.actor
    reaches = {name: kind.reach(role, name) for name in kind.model.model_fields}
    kept_out = {name for name, reach in reaches.items() if reach is Reach.NOTHING}
    itself = {name: actor.id for name, reach in reaches.items() if reach is Reach.ITSELF}
    return ENVELOPE | kept_out, itself


async def _form(
    look: Look,
    name: str,
    kind: MessageKind,
    values: Mapping[str, Any],
    wrong: ProblemDetails | None = None,
    **more: Any,
) -> Response:
    without, itself = own_fields(kind, look.visitor)
    own = {field: [who] if field in ("parties",) else who for field, who in itself.items()}
    seen = await look.case(look.request.path_params["case"])
    named = named_in(seen, look.language, look.visitor.actor.role)
    fields = list(
        fields_of(kind.model, look.language, own | dict(values), by_field(wrong), without=without, named=named)
    )
    status = wrong.status if wrong else HTTPStatus.OK
    case = look.request.path_params["case"]
    about = (kind.model.__doc__ or "").strip().partition("\n")[0] if look.language is Language.ENGLISH else ""
    return look.page("message.html", status, name=name, case=case, fields=fields, wrong=wrong, about=about, **more)


async def send_message(look: Look) -> Response:
    """Send what a form says; wrong, it comes back as it was filled in."""
    name, kind = _message(look)
    form, said = await look.typed(kind.model)
    if more := form.get(MORE):
        return await _form(look, name, kind, with_another(said, str(more)))
    if (aside := await look.set_aside(form, said)) is not None:
        return aside
    return await _sent(look, kind.model, form, said, lambda wrong: _form(look, name, kind, said, wrong))


async def _sent(
    look: Look,
    model: type[Message],
    form: FormData,
    said: Mapping[str, Any],
    again: Callable[[ProblemDetails], Awaitable[Response]],
) -> Response:
    case = look.request.path_params["case"]
    try:
        message = model.model_validate({**said, **look.envelope(form)})
        at = look.door.link(look.visitor)
        look.visitor.may_come_to((await at.case(case)).id)
        answer = await tell(at, case, message)
        if isinstance(message, ReadPersonalData):
            return look.page("revealed.html", case=case, told=PersonalData.model_validate(answer))
    except (Refused, ValidationError) as error:
        return await again(told(error, look.language))
    await look.forget()
    return to(f"/cases/{case}", done=answer.get("seq", ""))
