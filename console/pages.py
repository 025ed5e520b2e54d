"""Pages for people who use no terminal: each is a template and a few lines, and everything works without a script."""

import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError
from starlette.datastructures import URL, FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

import texts
from casebook.inbox import TaskFilter
from casebook.lists import CaseFilter
from client.connection import in_time
from client.offer import Terms, left_out, proposal_of
from client.speaking import envelope
from client.telling import asked, tell
from client.trying import tried
from console import reading
from console.api import handed_in, language_of
from console.door import Door, Visitor
from console.forms import MORE, fields_of, typed, with_another
from console.problems import ProblemDetails, headers_of, told
from domain.base import Model
from domain.case.opening import Reading
from domain.case.protocol import MESSAGES, MessageKind, Reach
from domain.inquiry.findings import FINDING_OF
from domain.intake.complaint import Circumstances, Claimant, ClaimItem, Complaint, Respondent
from domain.intake.messages import FileComplaint
from domain.message import Message
from domain.procedure.mediation.bargain import Bargain, BargainReading, Offer
from domain.procedure.mediation.simulation import Simulation
from domain.refusal import PARTIES, Problem, Refused, problems
from domain.views.case_view import CaseDeadlines, CaseView, Timeline, TriageExplanation
from domain.words import Agency, Language, Phase, Role
from domain.yaml_file import read_yaml
from runtime import beginning
from runtime.attempts import Attempts
from runtime.token_server import SignIn
from texts import sentences

COOKIE: Final = "__Host-onestop"
_LANGUAGE: Final = "language"
_HERE: Final = Path(__file__).parent
_ENVELOPE: Final = frozenset(Message.model_fields)
_NOT_BY_HAND: Final = frozenset(
    {"file_complaint", "attach", "complete_task", "link_complaint", "calendar_changed", "reopen"}
)
"""Messages that have a page of their own, or that no person writes."""
_STAGES: Final = (
    {Phase.INTAKE, Phase.TRIAGE},
    {Phase.FACT_FINDING, Phase.PROGNOSIS},
    {Phase.MEDIATION},
    {Phase.PERFORMANCE},
    {Phase.CLOSURE, Phase.CLOSED},
)
"""The five stages that everybody understands."""
_SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

_MOSTLY: Final[dict[str, dict[str, list[str]]]] = read_yaml((_HERE / "actions.yaml").read_text("utf-8"))

Page = Callable[["Look"], Awaitable[Response]]


@dataclass(frozen=True)
class Look:
    """One visitor before one page: who, in which language, and how it is drawn."""

    request: Request
    door: Door
    visitor: Visitor
    language: Language

    def page(self, template: str, status: int = HTTPStatus.OK, /, **shown: Any) -> Response:
        """A page drawn from a template."""
        return draw(self.request, template, self.language, status, visitor=self.visitor, **shown)

    async def case(self, case: str) -> CaseView:
        """The case as the visitor sees it."""
        return await reading.view(self.door, self.visitor, case, self.language)


def add_pages(app: FastAPI) -> None:
    """Put the pages before an application that has a door."""
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.router.routes += _routes()


# --- how pages are drawn --------------------------------------------------------------------------------


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "yuan": lambda amount: "" if amount is None else f"{amount:,.2f}",
        "instant": lambda at: "" if at is None else sentences.instant(at),
        "until": lambda at: "" if at is None else sentences.instant(at, ends=True),
    }
    return environment


_TEMPLATES: Final = _environment()


def draw(request: Request, template: str, language: Language, status: int = HTTPStatus.OK, /, **shown: Any) -> Response:
    """A page. ``say`` and ``label`` speak the reader's language."""

    def say(name: str, **params: object) -> str:
        return texts.say(f"console.{name}", language, **params)

    def label(value: object) -> str:
        return texts.label(value, language)

    given = {"visitor": None, "done": request.query_params.get("done"), "wrong": None} | shown
    content = _TEMPLATES.get_template(template).render(
        say=say, label=label, language=language, here=request.url.path, Role=Role, **given
    )
    return HTMLResponse(content, status, _SECURITY)


def _language(request: Request) -> Language:
    chosen = request.cookies.get(_LANGUAGE)
    return Language(chosen) if chosen in list(Language) else language_of(request)


def _from_here(request: Request) -> bool:
    """Whether a form was sent from one of our own pages (no site may have a browser send one for it)."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return URL(origin).netloc == request.headers.get("Host")
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def shown(page: Page) -> Callable[[Request], Awaitable[Response]]:
    """A page for whoever has signed in; what goes wrong is a page too."""

    async def view(request: Request) -> Response:
        language, door = _language(request), request.app.state.door
        try:
            if request.method == "POST" and not _from_here(request):
                return draw(request, "problem.html", language, HTTPStatus.FORBIDDEN, details=_not_ours(language))
            visitor = await door.visitor(request.cookies.get(COOKIE, ""))
        except Refused:
            return RedirectResponse(f"/sign-in?to={request.url.path}", HTTPStatus.SEE_OTHER)
        try:
            return await page(Look(request, door, visitor, language))
        except Exception as error:  # noqa: BLE001 - told as a page, in the reader's language
            details = told(error, language)
            answer = draw(request, "problem.html", language, details.status, visitor=visitor, details=details)
            answer.headers.update(headers_of(details))
            return answer

    return view


def _not_ours(language: str) -> ProblemDetails:
    return ProblemDetails(title="Forbidden", status=403, detail=texts.say("console.forbidden", language))


def to(path: str, **query: object) -> Response:
    """On to another page, by GET."""
    return RedirectResponse(str(URL(path).include_query_params(**query)), HTTPStatus.SEE_OTHER, _SECURITY)


# --- the routes -----------------------------------------------------------------------------------------


def _routes() -> list[Route]:
    attempts = Attempts()

    async def sign_in(request: Request) -> Response:
        return await _sign_in(request, attempts)

    return [
        Route("/sign-in", _sign_in_page, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", _sign_out, methods=["POST"]),
        Route("/language/{chosen}", _choose_language, methods=["GET"]),
        *(
            Route(path, shown(page), methods=[method])
            for method, path, page in (
                ("GET", "/", desk),
                ("GET", "/cases", cases),
                ("GET", "/inquiries", inquiries),
                ("GET", "/file", file_page),
                ("POST", "/file", file_complaint),
                ("GET", "/cases/{case}", case_page),
                ("GET", "/cases/{case}/do/{name}", message_page),
                ("POST", "/cases/{case}/do/{name}", send_message),
                ("GET", "/cases/{case}/tasks/{task}", task_page),
                ("POST", "/cases/{case}/tasks/{task}", send_finding),
                ("GET", "/cases/{case}/terms", terms_page),
                ("POST", "/cases/{case}/terms", send_terms),
                ("POST", "/cases/{case}/evidence", send_evidence),
                ("GET", "/papers/{number}", paper_page),
                ("GET", "/papers/{number}/word", paper_word),
            )
        ),
    ]


async def _sign_in_page(request: Request) -> Response:
    return draw(request, "sign_in.html", _language(request), to=_inside(request.query_params.get("to", "/")))


async def _sign_in(request: Request, attempts: Attempts) -> Response:
    language, form, door = _language(request), await request.form(), request.app.state.door
    target = _inside(str(form.get("to", "/")))
    try:
        if not (_from_here(request) and attempts.heard(request)):
            return draw(request, "problem.html", language, HTTPStatus.FORBIDDEN, details=_not_ours(language))
        given = SignIn(name=str(form.get("name", "")), password=str(form.get("password", "")))
        visitor = await door.signed_in(given)
    except Refused as refused:
        attempts.wrong(request)
        details = told(refused, language)
        return draw(request, "sign_in.html", language, details.status, to=target, wrong=details)
    attempts.right(request)
    answer = to(target)
    answer.set_cookie(COOKIE, visitor.session, secure=True, httponly=True, samesite="lax", path="/")
    return answer


async def _sign_out(request: Request) -> Response:
    answer = to("/sign-in")
    if _from_here(request):
        answer.delete_cookie(COOKIE, secure=True, httponly=True, path="/")
    return answer


async def _choose_language(request: Request) -> Response:
    answer, chosen = to(_inside(request.query_params.get("to", "/"))), request.path_params["chosen"]
    if chosen in list(Language):
        answer.set_cookie(_LANGUAGE, chosen, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def _inside(path: str) -> str:
    """A path of ours; the desk for anything else, so that nobody is led away."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


# --- desks and lists ------------------------------------------------------------------------------------


async def desk(look: Look) -> Response:
    """What waits for the one who has signed in, the most urgent first."""
    actor = look.visitor.actor
    if actor.role in PARTIES:
        return to(f"/cases/{look.visitor.scope}")
    if actor.role is Role.OFFICER:
        return await inquiries(look)
    return await cases(look)


async def inquiries(look: Look) -> Response:
    """An agency's inquiries: to be claimed, mine, all, done; with how many there are of each."""
    actor, chosen = look.visitor.actor, look.request.query_params.get("show", "open")
    employer = look.request.query_params.get("employer") or None
    tabs = {
        "open": TaskFilter(state="offered", employer=employer),
        "mine": TaskFilter(officer=actor.id, employer=employer),
        "agency": TaskFilter(employer=employer),
        "done": TaskFilter(state="done", officer=actor.id, employer=employer),
    }
    found = {name: await reading.inquiries(look.door, look.visitor, wanted) for name, wanted in tabs.items()}
    chosen = chosen if chosen in tabs else "open"
    counts = {name: len(lines) for name, lines in found.items()}
    return look.page("inquiries.html", tabs=counts, chosen=chosen, lines=found[chosen], employer=employer or "")


async def cases(look: Look) -> Response:
    """Cases, with the tabs that a supervisor looks at; found by number or employer."""
    query = look.request.query_params
    if number := query.get("number"):
        return to(f"/cases/{number.strip()}")
    employer, chosen, now = query.get("employer") or None, query.get("show", "all"), datetime.now(UTC)
    tabs = {"all": CaseFilter(employer=employer)}
    if look.visitor.actor.role is Role.SUPERVISOR:
        tabs |= {
            "overdue": CaseFilter(employer=employer, overdue_at=now),
            "blocked": CaseFilter(employer=employer, blocked=True),
            "to-merge": CaseFilter(employer=employer, to_merge=True),
        }
    found = {name: await reading.cases(look.door, look.visitor, wanted) for name, wanted in tabs.items()}
    chosen = chosen if chosen in tabs else "all"
    counts = {name: len(lines) for name, lines in found.items()}
    lines = sorted(found[chosen], key=lambda line: (line.outcome is not None, line.waits_until or _NEVER))
    return look.page("cases.html", tabs=counts, chosen=chosen, lines=lines, employer=employer or "")


# --- a case ---------------------------------------------------------------------------------------------


async def case_page(look: Look) -> Response:
    """A case for everybody, cut to the reader: on whom it waits, what one can do, and all that happened."""
    name, at = look.request.path_params["case"], look.door.link(look.visitor)
    seen = await look.case(name)
    said = Reading(language=look.language, page=1)
    staff = look.visitor.actor.role not in PARTIES
    timeline = await asked(at, name, "timeline", said, Timeline) if staff else None
    why: TriageExplanation = await asked(at, name, "explain_triage", said, TriageExplanation)
    dates: CaseDeadlines = await asked(at, name, "deadlines", said, CaseDeadlines)
    stage = next(number for number, phases in enumerate(_STAGES, 1) if seen.phase in phases)
    return look.page(
        "case.html",
        case=seen,
        number=name,
        stage=stage,
        actions=(first := _first(look.visitor, seen)),
        others=[name for name in _actions(look.visitor, seen) if name not in first],
        may_propose="propose" in _actions(look.visitor, seen),
        lines=list(reversed(timeline.lines)) if timeline else [],
        why=why.lines,
        dates=dates.deadlines,
        open_proposals=[one for one in seen.proposals if one.state == "open"],
    )


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
        if role in kind.roles and seen.phase in kind.phases and name not in _NOT_BY_HAND
    ]


async def message_page(look: Look) -> Response:
    """The form of a message."""
    name, kind = _message(look)
    query = look.request.query_params
    values: dict[str, Any] = {field: query[field] for field in kind.model.model_fields if field in query}
    return _form(look, name, kind, values)


def _message(look: Look) -> tuple[str, MessageKind]:
    name = look.request.path_params["name"]
    if name not in MESSAGES or name in _NOT_BY_HAND or look.visitor.actor.role not in MESSAGES[name].roles:
        raise Refused(Problem(field="name", code="refusals.message.unknown", params={"known": "-"}))
    return name, MESSAGES[name]


def _own(kind: MessageKind, visitor: Visitor) -> tuple[frozenset[str], dict[str, Any]]:
    """Fields that a role may not fill in, and those that it may fill in with itself only."""
    role, actor = visitor.actor.role, visitor.actor
    reaches = {name: kind.reach(role, name) for name in kind.model.model_fields}
    kept_out = {name for name, reach in reaches.items() if reach is Reach.NOTHING}
    itself = {name: actor.id for name, reach in reaches.items() if reach is Reach.ITSELF}
    return _ENVELOPE | kept_out, itself


def _form(
    look: Look, name: str, kind: MessageKind, values: Mapping[str, Any], wrong: ProblemDetails | None = None
) -> Response:
    without, itself = _own(kind, look.visitor)
    own = {field: [who] if field in ("parties",) else who for field, who in itself.items()}
    fields = list(fields_of(kind.model, look.language, own | dict(values), _by_field(wrong), without=without))
    status = wrong.status if wrong else HTTPStatus.OK
    case = look.request.path_params["case"]
    about = (kind.model.__doc__ or "").strip().partition("\n")[0] if look.language is Language.ENGLISH else ""
    return look.page("message.html", status, name=name, case=case, fields=fields, wrong=wrong, about=about)


def _by_field(wrong: ProblemDetails | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in wrong.problems if wrong else ():
        found[one.field].append(one.text)
    return found


def _inner(name: str, *within: str) -> str:
    """A field's name without the parts that a page does not show."""
    for part in within:
        name = name.removeprefix(part)
    return name


async def _typed(look: Look, model: type[Model]) -> tuple[FormData, dict[str, Any]]:
    form = await look.request.form()
    lists = {name: [str(one) for one in form.getlist(name)] for name in form}
    return form, typed(model, lists)


async def send_message(look: Look) -> Response:
    """Send what a form says; wrong, it comes back as it was filled in."""
    name, kind = _message(look)
    form, said = await _typed(look, kind.model)
    if more := form.get(MORE):
        return _form(look, name, kind, with_another(said, str(more)))
    case = look.request.path_params["case"]
    return await _sent(look, case, kind.model, said, lambda wrong: _form(look, name, kind, said, wrong))


async def _sent(
    look: Look,
    case: str,
    model: type[Message],
    said: Mapping[str, Any],
    again: Callable[[ProblemDetails], Response],
) -> Response:
    try:
        message = model.model_validate({**said, **envelope(look.visitor.actor, None, look.language)})
        at = look.door.link(look.visitor)
        look.visitor.may_come_to((await at.case(case)).id)
        answer = await tell(at, case, message)
    except (Refused, ValidationError) as error:
        return again(told(error, look.language))
    return to(f"/cases/{case}", done=answer.get("seq", ""))


# --- an officer's finding -------------------------------------------------------------------------------


async def task_page(look: Look) -> Response:
    """An agency's inquiry: its draft from the records, to be submitted as it is or amended."""
    return await _task(look, None, None)


async def _task(look: Look, values: Mapping[str, Any] | None, wrong: ProblemDetails | None) -> Response:
    case, ref = look.request.path_params["case"], look.request.path_params["task"]
    seen = await look.case(case)
    task = next((one for one in seen.tasks if one.ref == ref), None)
    if task is None:
        raise Refused(Problem(field="task", code="refusals.task.unknown", params={"known": "-"}))
    model, given = FINDING_OF[task.agency], values
    if given is None and (start := task.finding or task.draft) is not None:
        given = start.model_dump(mode="json")
    errors = {
        name.removeprefix("finding.").removeprefix(f"{task.agency}."): lines for name, lines in _by_field(wrong).items()
    }
    fields = list(fields_of(model, look.language, given, errors, without=frozenset({"agency"})))
    status = wrong.status if wrong else HTTPStatus.OK
    return look.page("task.html", status, case=seen, number=case, task=task, fields=fields, wrong=wrong)


async def send_finding(look: Look) -> Response:
    """Submit the draft as it is, or the finding that the form says."""
    case, ref = look.request.path_params["case"], look.request.path_params["task"]
    seen = await look.case(case)
    agency = next((one.agency for one in seen.tasks if one.ref == ref), Agency(ref) if ref in list(Agency) else None)
    if agency is None:
        raise Refused(Problem(field="task", code="refusals.task.unknown", params={"known": "-"}))
    form, finding = await _typed(look, FINDING_OF[agency])
    if more := form.get(MORE):
        return await _task(look, with_another(finding, str(more)), None)
    said = {"accept_draft": True} if form.get("accept_draft") else {"finding": finding | {"agency": agency}}
    try:
        message = MESSAGES["complete_task"].model.model_validate(
            {"task": ref, **said, **envelope(look.visitor.actor, None, look.language)}
        )
        answer = await tell(look.door.link(look.visitor), case, message)
    except (Refused, ValidationError) as error:
        return await _task(look, finding, told(error, look.language))
    return to(f"/cases/{case}", done=answer.get("seq", ""))


# --- a mediator's terms ---------------------------------------------------------------------------------


async def terms_page(look: Look) -> Response:
    """Terms to be drawn up: the employer pays all of it at once, unless said otherwise."""
    seen = await look.case(look.request.path_params["case"])
    ref, payers = f"p{len(seen.proposals) + 1}", [one.ref for one in seen.respondents]
    start = {"proposal": ref, "payer": payers[0], "instalments": 1, "first_due_in_days": 15}
    return await _terms(look, seen, start, None, None)


async def _terms(
    look: Look, seen: CaseView, values: Mapping[str, Any], found: Simulation | None, wrong: ProblemDetails | None
) -> Response:
    fields = list(fields_of(Terms, look.language, values, _by_field(wrong), without=_NOT_OFFERED))
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
    )


async def send_terms(look: Look) -> Response:
    """Try the terms, or put them on the table."""
    case, at = look.request.path_params["case"], look.door.link(look.visitor)
    form, said = await _typed(look, Terms)
    seen = await reading.view(look.door, look.visitor, case, look.language, None)
    if more := form.get(MORE):
        return await _terms(look, seen, with_another(said, str(more)), None, None)
    try:
        wanted = Terms.model_validate(said)
        asking = BargainReading(language=look.language, asked_at=datetime.now(UTC))
        bargain: Bargain = await asked(at, case, "bargain", asking, Bargain)
        left = left_out(bargain, wanted.unsettled)
        message = proposal_of(wanted, seen, uuid.uuid4().hex, look.visitor.actor, look.language, left)
        if form.get("send"):
            answer = await tell(at, case, message)
            return to(f"/cases/{case}", done=answer.get("seq", ""))
        offer = Offer.model_validate({name: value for name, value in message if name in Offer.model_fields})
        weighed: Bargain = await asked(at, case, "bargain", asking.model_copy(update={"offer": offer}), Bargain)
        found = await tried(weighed, offer, look.door.settings.own_tables)
    except (Refused, ValidationError) as error:
        return await _terms(look, seen, said, None, told(error, look.language))
    return await _terms(look, seen, said, found, None)


_NOT_OFFERED: Final = frozenset({"part_a_percent"})


# --- the counter ----------------------------------------------------------------------------------------

_PARTS: Final[dict[str, type[Model]]] = {
    "claimants": Claimant,
    "respondents": Respondent,
    "items": ClaimItem,
    "circumstances": Circumstances,
}


async def file_page(look: Look) -> Response:
    """A new complaint: who, against whom, about what."""
    start = {"claimants": [{"ref": "c1"}], "respondents": [{"ref": "e1"}], "items": [{"ref": "i1", "respondent": "e1"}]}
    return _file_form(look, start, None)


def _file_form(look: Look, values: Mapping[str, Any], wrong: ProblemDetails | None) -> Response:
    errors = {_inner(name, "complaint."): lines for name, lines in _by_field(wrong).items()}
    without = frozenset({"channel", "complaint_id"})
    fields = list(fields_of(Complaint, look.language, values, errors, without=without))
    return look.page("file.html", wrong.status if wrong else HTTPStatus.OK, fields=fields, wrong=wrong)


async def file_complaint(look: Look) -> Response:
    """File it, and show the receipt to be printed."""
    form, said = await _typed(look, Complaint)
    if more := form.get(MORE):
        return _file_form(look, with_another(said, str(more)), None)
    number = str(form.get("complaint_id") or f"{look.visitor.actor.id}-{datetime.now(UTC):%Y%m%d%H%M%S%f}")
    complaint = {**said, "channel": look.visitor.actor.id, "complaint_id": number}
    try:
        message = FileComplaint.model_validate(
            {"complaint": complaint, **envelope(look.visitor.actor, f"file-{number}", look.language)}
        )
        sent = beginning.file(look.door.link(look.visitor).client, message)
        receipt = await in_time(sent, message.message_id)
    except ValidationError as error:
        return _file_form(look, said, told(Refused(*problems(error)), look.language))
    except Refused as refused:
        return _file_form(look, said, told(refused, look.language))
    return look.page("receipt.html", HTTPStatus.CREATED, receipt=receipt)


# --- papers and files -----------------------------------------------------------------------------------


async def paper_page(look: Look) -> Response:
    """A paper to read; a party's own copy."""
    found = await reading.paper(look.door, look.visitor, look.request.path_params["number"])
    return look.page(
        "paper.html", number=found.number, case=found.case, content=reading.shown(look.door, found, look.language)
    )


async def paper_word(look: Look) -> Response:
    """A paper as a Word document, to print and to seal."""
    found = await reading.paper(look.door, look.visitor, look.request.path_params["number"])
    headers = {**_SECURITY, "Content-Disposition": 'attachment; filename="paper.docx"'}
    return Response(reading.drawn(look.door, found, look.language), headers=headers, media_type=_WORD)


_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def send_evidence(look: Look) -> Response:
    """Hand in a file."""
    case, form = look.request.path_params["case"], await look.request.form()
    file = form.get("file")
    if isinstance(file, str) or file is None or not file.filename:
        raise Refused(Problem(field="file", code="input.missing"))
    task = str(form.get("task") or "") or None
    answer = await handed_in(look.door, look.visitor, case, file, look.language, task)  # type: ignore[arg-type]
    return to(f"/cases/{case}", done=answer.get("seq", ""))
