"""An agency's records behind its own HTTP service (docs/connector.md)."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
from pydantic import ValidationError

from connectors import retry_after
from connectors.breaker import Breaker
from connectors.signing import Signed
from connectors.wire import (
    EMPLOYED,
    IDEMPOTENCY_KEY,
    PAID_UNTIL,
    PATH,
    ROWS_A_PAGE,
    EmployedAnswer,
    EmployedQuestion,
    Page,
    PaidUntilPage,
    PaidUntilQuestion,
    Question,
    WorksOn,
    place_of,
    rows,
)
from domain.base import Model, Month
from domain.grid.early_warning import NamedEmployer, PaidUntil
from domain.inquiry.findings import Finding
from domain.inquiry.records import RecordsQuery, Unreachable, Unusable, contradiction, whole
from domain.words import Agency

A = TypeVar("A", bound=Model)
P = TypeVar("P", Page, PaidUntilPage)
Q = TypeVar("Q", Question, PaidUntilQuestion)
PAGE_WITHIN: Final = timedelta(seconds=30)
"""How long one page may take, from connecting to its last byte."""
PAGE_BYTES: Final = 8_000_000
ROWS: Final = 200_000
"""Rows that one case may draw from one agency."""
PAGES: Final = 2_000
"""Pages in which they may come: a hundred rows each where an agency gives few at a time."""
ANSWER_BYTES: Final = 200_000_000
_MISUSED: Final = {401, 403}
_PASSING: Final = {408, 410, 425, 429}
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


class Unsafe(ValueError):
    """A service that is to be asked without encryption, or without proof of who asks."""


class Service(Model):
    """Where an agency's service is, and how it is proved who asks it."""

    agency: Agency
    url: str
    ca: Path | None = None
    """Certificates (PEM) that the service's is checked against; without it those of the system."""
    certificate: Path | None = None
    """The worker's certificate and key in one file (PEM), for mutual TLS."""
    key: Path | None = None
    """The worker's Ed25519 key (PEM), for signed requests."""
    key_id: str = "onestop"
    within: timedelta = PAGE_WITHIN
    rows_a_page: int = ROWS_A_PAGE


def _tls(service: Service) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=service.ca)
    if service.certificate is not None:
        context.load_cert_chain(service.certificate)
    return context


@asynccontextmanager
async def opened(service: Service, alive: Callable[[int], None], breaker: Breaker) -> AsyncIterator["HttpRecords"]:
    """The records behind a service, with connections that are kept while the context lasts.

    Raises Unsafe for a service beyond this machine that is not asked by TLS, or by whom is not proved.
    """
    address = urlsplit(service.url)
    if address.scheme != "https" and address.hostname not in _LOOPBACK:
        raise Unsafe(f"{service.agency}: https is needed")
    if service.certificate is None and service.key is None:
        raise Unsafe(f"{service.agency}: a certificate or a signing key is needed")
    async with httpx.AsyncClient(
        verify=_tls(service),
        auth=Signed(service.key, service.key_id) if service.key else None,
        timeout=httpx.Timeout(service.within.total_seconds(), connect=min(5.0, service.within.total_seconds())),
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield HttpRecords(service, client, alive, breaker)


class HttpRecords:
    """An agency's records, drawn page by page. ``alive`` hears how many rows have come."""

    def __init__(
        self, service: Service, client: httpx.AsyncClient, alive: Callable[[int], None], breaker: Breaker
    ) -> None:
        self._service, self._client, self._alive, self._breaker = service, client, alive, breaker

    async def read(self, query: RecordsQuery) -> Finding:
        """The finding that the service gives. Raises Unreachable or Unusable."""
        question = Question.of(self._service.agency, query, self._service.rows_a_page)
        parts: dict[str, list[Model]] = {}
        before: tuple[int, str, str] = (0, "", "")
        async for number, page in self._pages(PATH, question.inquiry, question, Page):
            self._check(page, question, query, number)
            for part, row in rows(page.finding):
                if before > (before := place_of(page.finding, part, row)):
                    raise Unusable("connector.out_of_order", page=number)
                parts.setdefault(part, []).append(row)
        return whole(self._service.agency, parts)

    async def paid_until(self, first: Month, last: Month) -> list[PaidUntil]:
        """The employers whose premiums stopped, as the service tells. Raises Unreachable or Unusable."""
        question = PaidUntilQuestion(
            agency=self._service.agency, first_month=first, last_month=last, limit=self._service.rows_a_page
        )
        found: list[PaidUntil] = []
        async for number, page in self._pages(PAID_UNTIL, f"paid-until/{first}/{last}", question, PaidUntilPage):
            for position, one in enumerate(page.employers):
                if not first <= one.last_month <= last:
                    place = f"page {number}: employers[{position}].last_month"
                    raise Unusable("connector.other_months", field=place)
                employer = NamedEmployer(name=one.name, credit_code=one.credit_code)
                found.append(PaidUntil(employer=employer, last_month=one.last_month, people=one.people))
        if len({one.employer for one in found}) < len(found):
            raise Unusable("connector.row_twice")
        return found

    async def still_employed(self, employers: Sequence[NamedEmployer], since: Sequence[Month]) -> tuple[int, ...]:
        """For how many people each employer works on, as the service tells. Raises Unreachable or Unusable."""
        workers: list[int] = []
        asked = [WorksOn(**one.model_dump(), since=month) for one, month in zip(employers, since, strict=True)]
        size = self._service.rows_a_page
        for number, start in enumerate(range(0, len(asked), size), 1):
            some = tuple(asked[start : start + size])
            question = EmployedQuestion(agency=self._service.agency, employers=some)
            async with self._breaker.guarding():
                body = await self._body(EMPLOYED, f"employed/{number}", question, number)
                answer = _fitting(EmployedAnswer, body, number)
            if len(answer.workers) != len(some):
                raise Unusable("connector.miscounted", page=number)
            workers += answer.workers
            self._alive(len(workers))
        return tuple(workers)

    async def _pages(self, path: str, key: str, question: Q, kind: type[P]) -> AsyncIterator[tuple[int, P]]:
        """Every page of an answer, until it is whole."""
        count, number, size, cursors = 0, 1, 0, set[str]()
        while True:
            async with self._breaker.guarding():
                body = await self._body(path, f"{key}/{number}", question, number)
                page = _fitting(kind, body, number)
            yield number, page
            count, size = count + len(page), size + len(body)
            self._alive(count)
            if page.total > ROWS:
                raise Unusable("connector.too_many", most=ROWS)
            if count > page.total:
                raise Unusable("connector.miscounted", page=number)
            if page.next is None:
                break
            if size > ANSWER_BYTES:
                raise Unusable("connector.too_long", megabytes=ANSWER_BYTES // 1_000_000)
            if number == PAGES:
                raise Unusable("connector.too_many_pages", most=PAGES)
            if page.next in cursors or not len(page):
                raise Unusable("connector.circles", page=number)
            cursors.add(page.next)
            question, number = question.model_copy(update={"cursor": page.next}), number + 1
        if count < page.total:
            raise Unreachable("connector.incomplete", rows=count, total=page.total)

    async def _body(self, path: str, key: str, question: Model, number: int) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json", IDEMPOTENCY_KEY: key}
        url = self._service.url.rstrip("/") + path
        content = question.model_dump_json().encode()
        seconds, received = self._service.within.total_seconds(), bytearray()
        try:
            async with (
                asyncio.timeout(seconds),
                self._client.stream("POST", url, content=content, headers=headers) as response,
            ):
                _check_status(response, path)
                async for piece in response.aiter_bytes():
                    received += piece
                    if len(received) > PAGE_BYTES:
                        raise Unusable("connector.too_long", megabytes=PAGE_BYTES // 1_000_000)
        except (TimeoutError, httpx.TimeoutException):
            raise Unreachable("connector.silent", seconds=f"{seconds:g}") from None
        except httpx.TransportError as error:
            raise Unreachable("connector.unreachable", why=type(error).__name__) from None
        except httpx.DecodingError:
            raise Unusable("connector.garbage", page=number) from None
        return bytes(received)

    def _check(self, page: Page, question: Question, query: RecordsQuery, number: int) -> None:
        """What was answered is what was asked: this inquiry, this agency, these people, these months."""
        if page.inquiry != question.inquiry or page.finding.agency is not question.agency:
            raise Unusable("connector.another_answer", page=number)
        people, employers = {p.ref for p in question.claimants}, {e.ref for e in question.respondents}
        for position, (part, row) in enumerate(rows(page.finding)):
            told: Any = row
            place = f"page {number}: finding.{part}[{position}]"
            if getattr(row, "claimant", None) not in {None, *people}:
                raise Unusable("connector.stranger", field=f"{place}.claimant")
            if getattr(row, "employer", None) not in {None, *employers}:
                raise Unusable("connector.stranger", field=f"{place}.employer")
            if hasattr(row, "first_month") and not query.covers(told.first_month, told.last_month):
                raise Unusable("connector.other_months", field=place)


def _check_status(response: httpx.Response, path: str) -> None:
    status = response.status_code
    if status == httpx.codes.OK:
        return
    if status in _MISUSED:
        raise Unusable("connector.not_let_in", status=status)
    if status in _PASSING or status >= 500:
        pause = retry_after.pause(response.headers.get("Retry-After", ""))
        raise Unreachable("connector.failing", after=pause, status=status)
    if status == httpx.codes.NOT_FOUND and path != PATH:
        raise Unusable("connector.no_watch")
    raise Unusable("connector.refused", status=status)


def _fitting(kind: type[A], body: bytes, number: int) -> A:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise contradiction(error) or _misfit(error, number) from None


def _misfit(error: ValidationError, number: int) -> Unusable:
    """The first thing that does not fit, by its path; a field that should not be there is not named."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return Unusable("connector.garbage", page=number)
    place = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    path = ".".join(str(step) for step in place) or "-"
    return Unusable("connector.schema", field=f"page {number}: {path}", problem=first["type"])
