"""A visitor before a page: who, in which language, and how it is drawn. Everything works without a script."""

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import URL, FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

import texts
from casebook import kept_forms, saved_filters
from casebook.kept_forms import KeptForm
from casebook.notices import NoticeLine
from casebook.saved_filters import SavedFilter
from client.speaking import envelope
from console import reading
from console.api import language_of
from console.door import Door, Visitor
from console.forms import AFRESH, KEEP, typed
from console.problems import ProblemDetails, headers_of, told
from domain.base import CENTRE_ZONE, Model
from domain.deadlines.calendar import Calendar, OutsideCalendar
from domain.refusal import Refused
from domain.views.case_view import CaseView
from domain.words import Language, Role
from runtime.web import Away
from texts import sentences

COOKIE: Final = "__Host-onestop"
LANGUAGE: Final = "language"
SHOWN: Final = "shown"
"""The field of a form that names what it was shown with."""
_HERE: Final = Path(__file__).parent
SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; script-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

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

    def envelope(self, form: FormData) -> dict[str, Any]:
        """What a message carries besides what it says: by whom, and under which id the form acts once."""
        return envelope(self.visitor.actor, str(form.get("message_id") or "") or None, self.language)

    async def typed(self, model: type[Model]) -> tuple[FormData, dict[str, Any]]:
        """A form as it was sent, and what it says as a model takes it."""
        form = await self.request.form()
        return form, typed(model, {name: [str(one) for one in form.getlist(name)] for name in form})

    async def saved(self) -> list[SavedFilter]:
        """The filters of this list that the visitor keeps."""
        return await saved_filters.of_page(self.door.pool, self.door.vault, self.owner, self.request.url.path)

    @property
    def owner(self) -> str:
        """Whose half-filled forms they are: a party's, in its own case only."""
        return f"{self.visitor.actor.cast} {self.visitor.scope}"

    async def set_aside(self, form: FormData, said: Mapping[str, Any]) -> Response | None:
        """Keep a form for later, or forget what was kept, as its button says; None where it is to be sent."""
        if form.get(AFRESH):
            await self.forget()
        elif form.get(KEEP):
            await self.keep(said)
        else:
            return None
        return to(self.request.url.path)

    async def keep(self, said: Mapping[str, Any], page: str | None = None) -> None:
        """Keep a half-filled form of this page, of a case that the visitor may see. Raises NoSuchCase, Refused.

        ``page``: of several pages that are one form.
        """
        if case := self.request.path_params.get("case"):
            await self.case(case)
        here = page or self.request.url.path
        await kept_forms.keep(self.door.pool, self.door.vault, self.owner, here, dict(said))

    async def keep_shown(self, said: Mapping[str, Any]) -> str:
        """Keep what this page shows and is about to do once it is told to. Its mark, by which the page tells it."""
        await self.keep(said)
        return _mark(said)

    async def shown_before(self, form: FormData) -> Mapping[str, Any]:
        """What was shown, where the form was sent for just that; nothing where another tab has shown others since.
        It is forgotten: it is done once.
        """
        kept = await self.kept()
        if kept is None or _mark(kept.said) != form.get(SHOWN):
            return {}
        await self.forget()
        return kept.said

    async def kept(self, page: str | None = None) -> KeptForm | None:
        """The half-filled form of this page, or of several that are one."""
        return await kept_forms.kept(self.door.pool, self.door.vault, self.owner, page or self.request.url.path)

    async def forget(self, page: str | None = None) -> None:
        """Forget the half-filled form of this page, or of several that are one."""
        await kept_forms.drop(self.door.pool, self.owner, page or self.request.url.path)

    async def case(self, case: str) -> CaseView:
        """The case as the visitor sees it."""
        return await reading.view(self.door, self.visitor, case, self.language)


def _mark(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:20]


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
    environment.globals |= {"once": once, "tag": tag}
    return environment


def tag(said: object, late: object = False) -> Markup:
    """A state in a word or two, set apart; ``late``: somebody has to look at it."""
    return Markup('<span class="badge{}">{}</span>').format(" bg-orange-lt" if late else "", said)


def once(name: str = "message_id") -> Markup:
    """What makes a form act once, however often it is sent: a double click, or one from the page before."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, uuid.uuid4().hex)


_TEMPLATES: Final = _environment()


def draw(request: Request, template: str, language: Language, status: int = HTTPStatus.OK, /, **shown: Any) -> Response:
    """A page. ``say`` and ``label`` speak the reader's language."""

    def say(name: str, **params: object) -> str:
        return texts.say(f"console.{name}", language, **params)

    def label(value: object) -> str:
        return texts.label(value, language)

    def tell(key: str) -> str:
        return texts.say(key, language) if texts.knows(key) else key

    def noticed(one: NoticeLine) -> str:
        return sentences.notice_line(one.event, one.facts, language)

    def waits(on: Sequence[str], what: str) -> str:
        return sentences.waits_line(on, what, language)

    def deed(name: str) -> str:
        return texts.deed(name, language)

    def written(at: date) -> str:
        return sentences.written(at, language)

    def left(at: datetime | None) -> str:
        """How many working days are left until a deadline, or how many it has passed by."""
        return "" if at is None else _days_left(at, request.app.state.door.rules.tables.calendar, language)

    given = {"visitor": None, "kept_at": None, "done": request.query_params.get("done"), "wrong": None} | shown
    content = _TEMPLATES.get_template(template).render(
        say=say,
        label=label,
        deed=deed,
        waits=waits,
        tell=tell,
        noticed=noticed,
        written=written,
        left=left,
        language=language,
        here=request.url.path,
        Role=Role,
        **given,
    )
    return HTMLResponse(content, status, SECURITY)


@lru_cache(maxsize=10_000)
def _working_days(calendar: Calendar, first: date, last: date) -> int:
    """The lines of a list share their days."""
    return calendar.working_days_between(first, last)


def _days_left(at: datetime, calendar: Calendar, language: Language) -> str:
    """In working days; blank beyond the calendar."""
    now = datetime.now(CENTRE_ZONE)
    last, today = (at - timedelta(microseconds=1)).astimezone(CENTRE_ZONE).date(), now.date()
    try:
        days = _working_days(calendar, min(today, last), max(today, last))
    except OutsideCalendar:
        return ""
    if at <= now:
        return texts.say("waiting.days-over", language, days=days)
    return texts.say("waiting.days-left" if days else "waiting.today", language, days=days)


def language_chosen(request: Request) -> Language:
    chosen = request.cookies.get(LANGUAGE)
    return Language(chosen) if chosen in list(Language) else language_of(request)


def from_here(request: Request) -> bool:
    """Whether a form was sent from one of our own pages (no site may have a browser send one for it)."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return URL(origin).netloc == request.headers.get("Host")
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def shown(page: Page) -> Callable[[Request], Awaitable[Response]]:
    """A page for whoever has signed in; what goes wrong is a page too."""

    async def view(request: Request) -> Response:
        language, door = language_chosen(request), request.app.state.door
        try:
            if request.method == "POST" and not from_here(request):
                return draw(request, "problem.html", language, HTTPStatus.FORBIDDEN, details=not_ours(language))
            visitor = await _visitor(door, session := request.cookies.get(COOKIE, ""))
        except (Refused, Away):
            return to("/sign-in", to=request.url.path if request.method == "GET" else "/", over=True)
        try:
            answer = await page(Look(request, door, visitor, language))
        except Exception as error:  # noqa: BLE001 - told as a page, in the reader's language
            details = told(error, language)
            answer = draw(request, "problem.html", language, details.status, visitor=visitor, details=details)
            answer.headers.update(headers_of(details))
        if visitor.session != session:
            remember(answer, visitor)
        return answer

    return view


async def _visitor(door: Door, session: str) -> Visitor:
    """Whose session it is; where it has run out and their provider still knows them, in a new one."""
    try:
        return await door.visitor(session)
    except Refused:
        return await door.again(session)


def remember(answer: Response, visitor: Visitor) -> None:
    """Have the browser show the visitor's session from now on."""
    answer.set_cookie(COOKIE, visitor.session, secure=True, httponly=True, samesite="lax", path="/")


def not_ours(language: str) -> ProblemDetails:
    return ProblemDetails(title="Forbidden", status=403, detail=texts.say("console.forbidden", language))


def to(path: str, **query: object) -> Response:
    """On to another page, by GET."""
    return RedirectResponse(str(URL(path).include_query_params(**query)), HTTPStatus.SEE_OTHER, SECURITY)
