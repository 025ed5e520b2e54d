"""Where each page is found."""

from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from console import (
    bargain_pages,
    calendar_pages,
    case_pages,
    counter_pages,
    desk_pages,
    find_pages,
    finding_pages,
    invitations,
    many_pages,
    meeting_pages,
    operations_page,
    paper_pages,
    party_pages,
    payment_pages,
    reckoning_pages,
    report_pages,
    sheet_pages,
    signing_in,
    signing_pages,
    terms_pages,
    warning_pages,
)
from console.document_page import document_page
from console.look import shown
from console.monitors import alive, metrics, ready
from console.vendor import FOLDER
from runtime.attempts import Attempts

_HERE: Final = Path(__file__).parent


class Unchanging(StaticFiles):
    """Files that have their version in their name: a browser keeps them, and asks once."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """See base class."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def add_pages(app: FastAPI) -> None:
    """Put the pages before an application that has a door."""
    app.mount("/static/vendor", GZipMiddleware(Unchanging(directory=FOLDER)), name="vendor")
    app.mount("/static", GZipMiddleware(StaticFiles(directory=_HERE / "static")), name="static")
    app.router.routes += _routes()


def _routes() -> list[Route]:
    attempts = Attempts()

    async def sign_in(request: Request) -> Response:
        return await signing_in.sign_in(request, attempts)

    async def come_back(request: Request) -> Response:
        return await signing_in.come_back(request, attempts)

    async def come_in(request: Request) -> Response:
        return await signing_in.come_in(request, attempts)

    return [
        Route("/api/v1/docs", document_page, methods=["GET"]),
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        Route("/sign-in", signing_in.sign_in_page, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/in/{link}", signing_in.come_in_page, methods=["GET"]),
        Route("/in/{link}", come_in, methods=["POST"]),
        Route("/sign-in/provider", signing_in.leave, methods=["GET"]),
        Route("/signed-in", come_back, methods=["GET"]),
        Route("/sign-out", signing_in.sign_out, methods=["POST"]),
        Route("/language/{chosen}", signing_in.choose_language, methods=["GET"]),
        *(
            Route(path, shown(page), methods=[method])
            for method, path, page in (
                ("GET", "/", desk_pages.desk),
                ("GET", "/mine", party_pages.mine),
                ("POST", "/mine", party_pages.go_over),
                ("GET", "/cases", desk_pages.cases),
                ("GET", "/inquiries", desk_pages.inquiries),
                ("POST", "/many", many_pages.many),
                ("GET", "/warnings", warning_pages.warnings_page),
                ("GET", "/operations", operations_page.operations_page),
                ("GET", "/mediators", desk_pages.mediators),
                ("GET", "/calendar", calendar_pages.calendar_page),
                ("GET", "/cases/{case}/free", calendar_pages.free_page),
                ("POST", "/filters", desk_pages.keep_filter),
                ("GET", "/file", counter_pages.file_page),
                ("POST", "/file", counter_pages.file_complaint),
                ("GET", "/file/find", find_pages.find_page),
                ("POST", "/file/find", find_pages.find),
                ("GET", "/file/sheet", sheet_pages.sheet_page),
                ("POST", "/file/sheet", sheet_pages.take_sheet),
                ("GET", "/file/steps/{step}", counter_pages.step_page),
                ("POST", "/file/steps/{step}", counter_pages.send_step),
                ("GET", "/cases/{case}", case_pages.case_page),
                ("GET", "/cases/{case}/do/{name}", case_pages.message_page),
                ("POST", "/cases/{case}/do/{name}", case_pages.send_message),
                ("GET", "/cases/{case}/tasks/{task}", finding_pages.task_page),
                ("POST", "/cases/{case}/tasks/{task}", finding_pages.send_finding),
                ("POST", "/cases/{case}/tasks/{task}/reckon", finding_pages.reckon),
                ("GET", "/cases/{case}/payments", payment_pages.payments_page),
                ("POST", "/cases/{case}/payments", payment_pages.send_payments),
                ("GET", "/cases/{case}/bargain", bargain_pages.bargain_page),
                ("GET", "/cases/{case}/answer/{proposal}", bargain_pages.answer_page),
                ("GET", "/cases/{case}/confidences", case_pages.confidences_page),
                ("GET", "/cases/{case}/terms", terms_pages.terms_page),
                ("POST", "/cases/{case}/terms", terms_pages.send_terms),
                ("GET", "/cases/{case}/sign", signing_pages.sign_page),
                ("POST", "/cases/{case}/sign", signing_pages.sign),
                ("POST", "/cases/{case}/invite", invitations.invite),
                ("POST", "/cases/{case}/end-invitations", invitations.end),
                ("POST", "/cases/{case}/evidence", paper_pages.send_evidence),
                ("GET", "/cases/{case}/evidence/{sha256}", paper_pages.evidence_page),
                ("GET", "/reckon/{what}", reckoning_pages.reckoning_page),
                ("POST", "/reckon/{what}", reckoning_pages.reckoning),
                ("GET", "/reports", report_pages.report_page),
                ("GET", "/reports/{kind:str}", report_pages.report_file),
                ("GET", "/reports/figures/{figure}", report_pages.figure_page),
                ("GET", "/meetings", meeting_pages.meetings_page),
                ("GET", "/meetings/call", meeting_pages.call_page),
                ("POST", "/meetings/call", meeting_pages.call),
                ("GET", "/meetings/{meeting}", meeting_pages.meeting_page),
                ("GET", "/meetings/{meeting}/minutes", meeting_pages.minutes_file),
                ("GET", "/meetings/{meeting}/orders/{order}", meeting_pages.slip_file),
                ("GET", "/meetings/{meeting}/do/{name}", meeting_pages.say_page),
                ("POST", "/meetings/{meeting}/do/{name}", meeting_pages.say),
                ("GET", "/papers/{number}", paper_pages.paper_page),
                ("GET", "/papers/{number}/word", paper_pages.paper_word),
            )
        ),
    ]
