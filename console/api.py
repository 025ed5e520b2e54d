"""``/api/v1``: every message and every query of the protocol over HTTP, made from the protocol's own table."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Annotated, Any, Final, Literal, get_type_hints

from fastapi import APIRouter, Depends, FastAPI, Form, Header, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBasic, HTTPBearer
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import ValidationError, create_model

from casebook import evidence as files
from casebook.evidence import Evidence
from casebook.inbox import TaskFilter, TaskLine
from casebook.lists import CaseFilter, CaseLine
from casebook.notices import NoticeLine
from casebook.people import Sought, Standing
from client.telling import asked, filed, tell
from console import reading
from console.door import Door, Visitor
from console.forms import ENVELOPE
from console.problems import ProblemDetails, TooMany, body_of, headers_of, told
from domain.base import Model
from domain.case.identity import Use
from domain.case.opening import Reading
from domain.case.protocol import MESSAGES
from domain.case.readers import QUERIES
from domain.case.receipts import Receipt
from domain.direction.messages import Attach
from domain.intake.messages import FileComplaint
from domain.ledger import Actor
from domain.message import Message
from domain.papers.kinds import Paper
from domain.refusal import Refused, problems, refusal
from domain.words import Language
from papers.document import WORD
from runtime.attempts import Attempts
from runtime.token_server import SignIn
from runtime.tokens import LONGEST
from workflows.dispute import DisputeWorkflow

PREFIX: Final = "/api/v1"
_ELSEWHERE: Final = frozenset({"file_complaint", "attach"})
"""Messages that have an address of their own: they open a case, or bring a file."""
_OF_A_CASE: Final = frozenset(QUERIES) - {"afterwards", "grid_view", "meeting_view"}
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemDetails, "description": why}
    for status, why in (
        (401, "Nobody has signed in, or the session is over."),
        (403, "The one who has signed in may not."),
        (404, "There is no such thing, or it is not for the one who asks."),
        (409, "Somebody else was quicker, or the case has gone on."),
        (413, "It is too large."),
        (422, "Something in it has to be mended: each field with what to do."),
        (429, "Too many wrong attempts."),
        (503, "The engine is away: ask again after Retry-After."),
    )
}


class Token(Model):
    """A session as RFC 6749 names it."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a word of the standard
    expires_in: int
    """Seconds."""


class Opened(Model):
    """A session, to be shown as ``Authorization: Bearer`` from now on."""

    session: str
    actor: Actor


def language_of(request: Request) -> Language:
    """The language that a caller asks for; Chinese where it asks for none that there is."""
    for part in request.headers.get("Accept-Language", "").split(","):
        tag = part.partition(";")[0].strip().lower()
        if tag.startswith("en"):
            return Language.ENGLISH
        if tag.startswith("zh"):
            return Language.CHINESE
    return Language.CHINESE


def door_of(request: Request) -> Door:
    """The door of the application."""
    door: Door = request.app.state.door
    return door


async def visitor_of(request: Request) -> Visitor:
    """Who calls, by the session that is shown. Raises Refused."""
    scheme, _, session = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not session:
        raise refusal("identity.missing", "Authorization")
    return await door_of(request).visitor(session.strip())


Calling = Annotated[Visitor, Depends(visitor_of)]


async def list_reader(visitor: Calling) -> Visitor:
    """Who calls and has lists to read. Raises Refused before a stream begins."""
    reading.must_read_lists(visitor)
    return visitor


ListReader = Annotated[Visitor, Depends(list_reader)]
AtDoor = Annotated[Door, Depends(door_of)]
In = Annotated[Language, Depends(language_of)]
Key = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")
]
Mark = Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=2**62)]
_LOOK_EVERY: Final = 1.0
"""Seconds between two looks for changes."""
_signed = Depends(HTTPBearer(auto_error=False, description="A session of POST /session."))


def application(door: Door | None = None) -> FastAPI:
    """The interface for machines; without a door, to be described only."""
    app = FastAPI(
        title="Onestop",
        version="1.0.0",
        description="Every message and query of the protocol. docs/messages.md says what each is for.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
    )
    app.state.door = door
    app.include_router(_routes(), prefix=PREFIX, responses=_REFUSALS)
    document = app.openapi
    app.openapi = lambda: _problems_told(document())  # type: ignore[method-assign]
    return app


def _problems_told(document: dict[str, Any]) -> dict[str, Any]:
    """What goes wrong is told as RFC 9457 has it, under its own type."""
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if stream := response.get("content", {}).get("text/event-stream"):
                    stream["schema"] = {"type": "string"}  # OpenAPI 3.1 has no word for what its items are.
                    stream.pop("itemSchema", None)
                if status.startswith(("4", "5")) and "application/json" in response.get("content", {}):
                    response["content"]["application/problem+json"] = response["content"].pop("application/json")
    return document


class _Route(APIRoute):
    """A route of which nothing that goes wrong reaches the log but its kind and place."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:  # noqa: BLE001 - told to the caller, in its language
                return await _refused(request, error)

        return handled


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        error = Refused(*problems(_as_pydantic(error)))
    details = told(error, language_of(request))
    return JSONResponse(body_of(details), details.status, headers_of(details), "application/problem+json")


def _as_pydantic(error: RequestValidationError) -> ValidationError:
    """The same as a model's own error, its places without where in the request they are."""
    lines = [
        {"type": one["type"], "loc": tuple(one["loc"][1:]) or ("(message)",), "ctx": one.get("ctx", {}), "input": None}
        for one in error.errors()
    ]
    known = [line | {"type": line["type"] if line["type"] != "json_invalid" else "missing"} for line in lines]
    return ValidationError.from_exception_data("request", known)  # type: ignore[arg-type]


def _routes() -> APIRouter:
    router, attempts = APIRouter(dependencies=[_signed], route_class=_Route), Attempts()

    @router.post("/session", tags=["session"])
    async def sign_in(given: SignIn, request: Request, door: AtDoor) -> Opened:
        """Sign in with a local account, or with the ID token of the centre's OpenID Connect provider."""
        if not attempts.heard(request):
            raise TooMany
        try:
            visitor = await door.signed_in(given)
        except Refused:
            attempts.wrong(request)
            raise
        attempts.right(request)
        return Opened(session=visitor.session, actor=visitor.actor)

    @router.post("/token", tags=["session"])
    async def token(
        request: Request,
        door: AtDoor,
        grant_type: Annotated[Literal["client_credentials"], Form()],
        client_id: Annotated[str | None, Form(max_length=100)] = None,
        client_secret: Annotated[str | None, Form(max_length=200)] = None,
    ) -> Token:
        """A session for a program, by its own account (RFC 6749, client credentials; HTTP Basic or in the form)."""
        del grant_type  # There is one kind.
        if not attempts.heard(request):
            raise TooMany
        basic = await HTTPBasic(auto_error=False)(request)
        client, secret = (basic.username, basic.password) if basic else (client_id or "", client_secret or "")
        try:
            visitor = await door.service(client, secret)
        except Refused:
            attempts.wrong(request)
            raise
        attempts.right(request)
        return Token(access_token=visitor.session, expires_in=int(LONGEST[Use.SESSION].total_seconds()))

    @router.get("/session", tags=["session"])
    async def whoami(visitor: Calling) -> Actor:
        """Who has signed in."""
        return visitor.actor

    router.add_api_route(
        "/complaints",
        _filing(),
        methods=["POST"],
        status_code=201,
        name="file_complaint",
        tags=["complaints"],
        description="File a complaint. The same complaint filed again, by whomever, gets the same receipt.",
    )

    @router.get("/cases", tags=["lists"])
    async def cases(visitor: Calling, door: AtDoor, wanted: Annotated[CaseFilter, Query()]) -> list[CaseLine]:
        """Cases that the one who asks works on, the latest filed first. The next page begins after the last key."""
        return await reading.cases(door, visitor, wanted)

    @router.post("/standing", tags=["lists"])
    async def standing(sought: Sought, visitor: Calling, door: AtDoor) -> list[Standing]:
        """In which cases people or an employer stand already, running ones first: look before you file."""
        return await reading.standing(door, visitor, sought)

    @router.get("/changes", tags=["lists"], response_class=EventSourceResponse)
    async def changes(visitor: ListReader, door: AtDoor, last_event_id: Mark = None) -> AsyncIterator[ServerSentEvent]:
        """Which of those cases change, told as it happens: numbers and lengths of ledgers, nothing of anybody.

        After a break go on with ``Last-Event-ID``: nothing is left out. ``begun`` says from where on changes are told;
        where it comes again, read the lists anew. The stream ends with the session.
        """
        mark = last_event_id
        while await door.still_in(visitor):
            mark, found = await reading.changes(door, visitor, mark)
            if found is None:
                yield ServerSentEvent(event="begun", id=f"{mark}", data={})
            for number, one in enumerate(found or (), 1):
                last = number == len(found or ())  # With it goes the mark: a break before it repeats and loses nothing.
                yield ServerSentEvent(event="changed", id=f"{mark}" if last else None, data=one.model_dump())
            await asyncio.sleep(_LOOK_EVERY)

    @router.get("/inquiries", tags=["lists"])
    async def inquiries(visitor: Calling, door: AtDoor, wanted: Annotated[TaskFilter, Query()]) -> list[TaskLine]:
        """Inquiries of the agency, the most urgent first."""
        return await reading.inquiries(door, visitor, wanted)

    @router.get("/cases/{case}/papers", tags=["papers"])
    async def papers(case: str, visitor: Calling, door: AtDoor, language: In) -> tuple[Paper, ...]:
        """The papers of a case."""
        return (await reading.view(door, visitor, case, language)).papers

    @router.get("/papers/{number}", tags=["papers"], response_class=Response)
    async def paper(number: str, visitor: Calling, door: AtDoor, language: In) -> Response:
        """A paper as a Word document; a party's own copy."""
        found = await reading.paper(door, visitor, number)
        return Response(reading.drawn(door, found, language), media_type=WORD)

    @router.get("/cases/{case}/notices", tags=["papers"])
    async def notices(case: str, visitor: Calling, door: AtDoor) -> list[NoticeLine]:
        """The notices of a case that the one who asks may see."""
        return await reading.notices(door, visitor, case)

    @router.get("/cases/{case}/evidence", tags=["evidence"])
    async def evidence(case: str, visitor: Calling, door: AtDoor) -> list[Evidence]:
        """The files of a case."""
        return await reading.evidence(door, visitor, case)

    @router.get("/cases/{case}/evidence/{sha256}", tags=["evidence"], response_class=Response)
    async def evidence_file(case: str, sha256: str, visitor: Calling, door: AtDoor) -> Response:
        """A file of a case, as it was handed in."""
        one, content = await reading.evidence_content(door, visitor, case, sha256)
        return Response(content, media_type=one.media_type, headers={"Content-Disposition": "attachment"})

    @router.post("/cases/{case}/evidence", tags=["evidence"], status_code=201)
    async def add_evidence(
        case: str, file: UploadFile, visitor: Calling, door: AtDoor, language: In, task: str | None = None
    ) -> dict[str, Any]:
        """Hand in a file. Signed for with the ledger number under which it is noted."""
        return await handed_in(door, visitor, case, file, language, task)

    for name, kind in sorted(MESSAGES.items()):
        if name not in _ELSEWHERE:
            router.add_api_route(
                f"/cases/{{case}}/{name}",
                _telling(kind.model),
                methods=["POST"],
                name=name,
                tags=["messages"],
                description=f"{kind.model.__doc__}\n\nBy: {', '.join(sorted(kind.roles))}.",
            )
    hints = {name: get_type_hints(getattr(DisputeWorkflow, name)) for name in _OF_A_CASE}
    for name in sorted(_OF_A_CASE):
        router.add_api_route(
            f"/cases/{{case}}/{name}",
            _asking(name),
            methods=["GET"],
            response_model=hints[name]["return"],
            name=f"read {name}",
            tags=["queries"],
            description=f"{getattr(DisputeWorkflow, name).__doc__}\n\nBy: {', '.join(sorted(QUERIES[name]))}.",
        )
    return router


def _body_of(model: type[Message]) -> type[Model]:
    """What a caller sends: the message without what the session and the headers say."""
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in model.model_fields.items() if name not in ENVELOPE
    }
    return create_model(f"{model.__name__}Body", __base__=Model, __doc__=model.__doc__, **fields)


def _message(model: type[Message], body: Model, visitor: Visitor, language: Language, key: str | None) -> Any:
    return model(message_id=key or uuid.uuid4().hex, actor=visitor.actor, language=language, **dict(body))


def _filing() -> Callable[..., Awaitable[Receipt]]:
    async def file(body: Model, visitor: Calling, door: AtDoor, language: In, key: Key = None) -> Receipt:
        said = _message(FileComplaint, body, visitor, language, key)
        return await filed(door.link(visitor), said)

    file.__annotations__["body"] = _body_of(FileComplaint)
    return file


def _telling(model: type[Message]) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def send(
        case: str, body: Model, visitor: Calling, door: AtDoor, language: In, key: Key = None
    ) -> dict[str, Any]:
        at = door.link(visitor)
        visitor.may_come_to((await at.case(case)).id)
        return await tell(at, case, _message(model, body, visitor, language, key))

    send.__annotations__["body"] = _body_of(model)
    return send


def _asking(name: str) -> Callable[..., Awaitable[Any]]:
    async def ask(
        case: str, visitor: Calling, door: AtDoor, language: In, page: int | None = None, size: int | None = None
    ) -> Any:
        at = door.link(visitor)
        visitor.may_come_to((await at.case(case)).id)
        return await asked(at, case, name, Reading(language=language, page=page, size=size), dict[str, Any])

    return ask


async def handed_in(
    door: Door, visitor: Visitor, case: str, file: UploadFile, language: Language, task: str | None
) -> dict[str, Any]:
    """Keep a file sealed, and note it on the case. Raises Refused, NoSuchCase, NotTaken."""
    at, content = door.link(visitor), await file.read(files.LARGEST + 1)
    handle = await at.case(case)
    visitor.may_come_to(handle.id)
    kind, title = file.content_type or "application/octet-stream", (file.filename or "file")[-200:]
    sha256 = files.accepted(content, kind)
    who = visitor.actor
    message = Attach(
        message_id=f"evidence-{hashlib.sha256(f'{handle.id}{sha256}{who.cast}'.encode()).hexdigest()[:40]}",
        actor=who,
        language=language,
        title=title,
        media_type=kind,
        size=len(content),
        sha256=sha256,
        location=f"casebook:{sha256}",
        task=task,
    )
    await files.keep(
        door.pool, door.vault, handle.id, content, title=title, media_type=kind, added_by=who.id, task=task
    )
    return await tell(at, case, message)
