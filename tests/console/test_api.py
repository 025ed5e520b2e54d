"""The interface for machines, called as a service of any make calls it, on a whole centre."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from console.api import application as described
from domain.case.protocol import MESSAGES
from domain.case.readers import QUERIES
from domain.ledger import Actor
from domain.words import Role
from tests import builders
from tests.cli.conftest import Centre
from tests.console.conftest import account, signed_in
from tests.patience import seen

Asking = dict[str, str]


def complaint() -> dict[str, Any]:
    """A complaint of somebody who never filed before."""
    filed = builders.complaint()
    serial = int(filed.complaint_id.removeprefix("t-"))
    filed = filed.model_copy(update={"claimants": (builders.claimant(serial, ref="c1"),)})
    return filed.model_dump(mode="json", exclude_none=True)


async def file(outside: httpx.AsyncClient, who: Asking, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    day = builders.TODAY.isoformat()
    said = {"complaint": body or complaint(), "drill": True, "drill_on": day}
    answer = await outside.post("/api/v1/complaints", json=said, headers=who)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def until(outside: httpx.AsyncClient, who: Asking, case: str, phase: str) -> dict[str, Any]:
    async def view() -> dict[str, Any]:
        shown: dict[str, Any] = (await outside.get(f"/api/v1/cases/{case}/case_view", headers=who)).json()
        return shown

    return await seen(view, lambda shown: shown["phase"] == phase)


async def listed(outside: httpx.AsyncClient, who: Asking, what: str, case: str) -> list[dict[str, Any]]:
    """A list, once the casebook has written the case there."""

    async def lines() -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = (await outside.get(f"/api/v1/{what}", headers=who)).json()
        return shown

    return await seen(lines, lambda found: case in [line["case"] for line in found])


def test_every_message_and_query_has_an_address_and_the_document_is_sound() -> None:
    document = described().openapi()
    OpenAPIV31SpecValidator(document).validate()
    paths = document["paths"]
    own = {"file_complaint": "/api/v1/complaints", "attach": "/api/v1/cases/{case}/evidence"}
    for name in MESSAGES:
        assert "post" in paths[own.get(name, f"/api/v1/cases/{{case}}/{name}")]
    for name in QUERIES.keys() - {"afterwards", "grid_view", "meeting_view"}:
        assert "get" in paths[f"/api/v1/cases/{{case}}/{name}"]


async def test_a_dispute_goes_from_filing_to_performance_over_http(outside: httpx.AsyncClient, centre: Centre) -> None:
    counter, boss = await signed_in(outside, "counter"), await signed_in(outside, "boss")
    receipt = await file(outside, counter)
    case, number = receipt["case"], receipt["case_number"]
    assert receipt["decision"] == "accepted"
    findings = (
        ("lab-01", "labor", builders.labor_finding()),
        ("med-01", "medical-insurance", builders.medical_finding()),
        ("tax-01", "tax", builders.tax_finding()),
    )
    for name, agency, finding in findings:
        officer, body = await signed_in(outside, name), {"task": agency, "finding": finding.model_dump(mode="json")}
        claimed = await outside.post(f"/api/v1/cases/{case}/claim_task", json={"task": agency}, headers=officer)
        assert claimed.status_code == 200, claimed.text
        done = await outside.post(f"/api/v1/cases/{case}/complete_task", json=body, headers=officer)
        assert done.status_code == 200, done.text
    view = await until(outside, boss, case, "mediation")
    await account(centre, f"m-{number}", Actor(id=view["mediator"], role=Role.MEDIATOR))
    mediator = await signed_in(outside, f"m-{number}")
    await listed(outside, mediator, "cases", case)
    for ref, role in (("c1", Role.CLAIMANT), ("e1", Role.RESPONDENT)):
        await account(centre, f"{ref}-{number}", Actor(id=ref, role=role), case)
    worker, employer = await signed_in(outside, f"c1-{number}"), await signed_in(outside, f"e1-{number}")
    terms = {
        "proposal": "p1",
        "payer": "e1",
        "instalments": [{"ref": "n1", "due": "2026-12-31", "part_a": {"c1": view["part_a"]}}],
    }
    proposed = await outside.post(f"/api/v1/cases/{case}/propose", json=terms, headers=mediator)
    assert proposed.status_code == 200, proposed.text
    for who, ref in ((worker, "c1"), (employer, "e1")):
        said = {"proposal": "p1", "party": ref, "accept": True}
        answer = await outside.post(f"/api/v1/cases/{case}/answer", json=said, headers=who)
        assert answer.status_code == 200, answer.text
    await until(outside, boss, case, "performance")
    again = await outside.post(f"/api/v1/cases/{case}/answer", json=said, headers=employer)
    assert again.status_code == 409 and again.headers["content-type"] == "application/problem+json"
    seen = (await outside.get(f"/api/v1/cases/{case}/case_view", headers=worker)).json()
    assert seen["case_number"] == number
    other = await file(outside, counter)
    strange = await outside.get(f"/api/v1/cases/{other['case']}/case_view", headers=worker)
    assert strange.status_code == 404
    assert (await outside.get("/api/v1/changes", headers=worker)).status_code == 403


async def test_the_same_complaint_by_many_services_at_once_gets_one_receipt(outside: httpx.AsyncClient) -> None:
    counter, body = await signed_in(outside, "counter"), complaint()
    receipts = await asyncio.gather(*(file(outside, counter, body) for _ in range(20)))
    assert len({(one["case"], one["case_number"]) for one in receipts}) == 1


async def test_the_same_key_acts_once(outside: httpx.AsyncClient) -> None:
    counter = await signed_in(outside, "counter")
    case = (await file(outside, counter))["case"]
    said, key = {"text": "来电询问进度"}, {"Idempotency-Key": "remark-1"}
    answers = [
        (await outside.post(f"/api/v1/cases/{case}/comment", json=said, headers=counter | key)).json() for _ in range(2)
    ]
    assert answers[0]["seq"] == answers[1]["seq"]
    lines = (await outside.get(f"/api/v1/cases/{case}/timeline", headers=counter)).json()["events"]
    assert [event["kind"] for event in lines].count("commented") == 1


@pytest.mark.parametrize(("language", "text"), [("zh-CN", "必填"), ("en-GB,en;q=0.8", "is required")])
async def test_a_refusal_names_the_field_in_the_callers_language(
    outside: httpx.AsyncClient, language: str, text: str
) -> None:
    counter = await signed_in(outside, "counter")
    headers = counter | {"Accept-Language": language}
    answer = await outside.post("/api/v1/cases/dispute-x/comment", json={"txet": "x"}, headers=headers)
    told = answer.json()
    assert answer.status_code == 422 and {one["field"] for one in told["problems"]} == {"text", "txet"}
    assert any(text in one["text"] for one in told["problems"])


async def test_who_has_not_signed_in_or_is_not_asked_or_asks_for_nothing_is_told_so(outside: httpx.AsyncClient) -> None:
    counter, tax = await signed_in(outside, "counter"), await signed_in(outside, "tax-01")
    case = (await file(outside, counter))["case"]
    calls = [
        (outside.get("/api/v1/cases"), 401),
        (outside.get("/api/v1/cases", headers={"Authorization": "Bearer nonsense"}), 401),
        (outside.get("/api/v1/inquiries", headers=counter), 403),
        (outside.get(f"/api/v1/cases/{case}/bargain", headers=tax), 403),
        (outside.get("/api/v1/cases/RZ-2000-999999/case_view", headers=counter), 404),
        (outside.get("/api/v1/papers/没有这一号", headers=tax), 404),
        (outside.post(f"/api/v1/cases/{case}/comment", content=b"{", headers=counter), 422),
        (outside.post("/api/v1/session", json={"name": "boss", "password": "wrong"}), 401),
    ]
    for call, status in calls:
        answer = await call
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json" and answer.json()["detail"]


async def test_two_officers_at_one_row_and_the_second_is_told_who_was_quicker(outside: httpx.AsyncClient) -> None:
    counter = await signed_in(outside, "counter")
    case = (await file(outside, counter))["case"]
    first, second = await signed_in(outside, "tax-01"), await signed_in(outside, "tax-02")
    claim = f"/api/v1/cases/{case}/claim_task"
    assert (await outside.post(claim, json={"task": "tax"}, headers=first)).status_code == 200
    late = await outside.post(claim, json={"task": "tax"}, headers=second)
    assert late.status_code == 409 and "tax-01" in late.json()["detail"]


async def test_lists_show_a_window_its_own_and_an_agency_what_it_was_asked(outside: httpx.AsyncClient) -> None:
    counter, hotline = await signed_in(outside, "counter"), await signed_in(outside, "hotline")
    case = (await file(outside, counter))["case"]
    tax = await signed_in(outside, "tax-01")
    lines = await listed(outside, tax, "inquiries?limit=500", case)
    assert {line["agency"] for line in lines} == {"tax"}
    seen = {
        name: [line["case"] for line in (await outside.get("/api/v1/cases", headers=who)).json()]
        for name, who in (("counter", counter), ("hotline", hotline), ("tax", tax))
    }
    assert case in seen["counter"] and case in seen["tax"] and seen["hotline"] == []


async def test_a_file_is_handed_in_once_and_comes_out_again(outside: httpx.AsyncClient) -> None:
    counter, tax = await signed_in(outside, "counter"), await signed_in(outside, "tax-01")
    case = (await file(outside, counter))["case"]
    files = {"file": ("工资流水.pdf", b"%PDF-1.4 fictional", "application/pdf")}
    for _ in range(2):
        added = await outside.post(f"/api/v1/cases/{case}/evidence", files=files, headers=tax)
        assert added.status_code == 201, added.text
    [one] = (await outside.get(f"/api/v1/cases/{case}/evidence", headers=tax)).json()
    content = await outside.get(f"/api/v1/cases/{case}/evidence/{one['sha256']}", headers=tax)
    assert (one["title"], content.content) == ("工资流水.pdf", b"%PDF-1.4 fictional")
    assert (await outside.get(f"/api/v1/cases/{case}/evidence", headers=counter)).status_code == 403


async def test_a_field_named_by_half_a_character_is_refused_like_any_other(outside: httpx.AsyncClient) -> None:
    counter = await signed_in(outside, "counter")
    instalment = b'{"ref": "n1", "due": "2026-12-01", "part_a": {"\\ud95f": 1}}'
    body = b'{"proposal": "p1", "payer": "e1", "instalments": [' + instalment + b"]}"
    headers = counter | {"Content-Type": "application/json"}
    answer = await outside.post("/api/v1/cases/none/propose", content=body, headers=headers)
    assert answer.status_code == 422 and "part_a" in answer.json()["problems"][0]["field"], answer.text


async def test_changes_are_told_as_they_happen_and_after_a_break_nothing_is_left_out(served: str) -> None:
    async with httpx.AsyncClient(base_url=served, timeout=60) as outside:
        boss, counter = await signed_in(outside, "boss"), await signed_in(outside, "counter")

        async def until_told(case: str, since: Asking) -> tuple[list[str], str]:
            """What is told until something of a case is; and the mark to go on from."""
            kinds, mark = list[str](), ""
            async with outside.stream("GET", "/api/v1/changes", headers=boss | since) as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                async for line in stream.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kinds.append(value)
                        if value == "begun" and not case:
                            case = (await file(outside, counter))["case"]
                    mark = value if name == "id" else mark
                    if name == "data" and value != "{}":
                        told = json.loads(value)
                        assert set(told) == {"case", "case_number", "seq"}
                        if told["case"] == case:
                            return kinds, mark
            raise AssertionError("the stream ended")

        kinds, _ = await until_told("", {})
        assert kinds[0] == "begun" and "changed" in kinds
        mark = await _mark(outside, boss)
        missed = (await file(outside, counter))["case"]
        kinds, _ = await until_told(missed, {"Last-Event-ID": mark})
        assert "begun" not in kinds
        link = await outside.get("/api/v1/changes", headers={"Authorization": "Bearer nonsense"})
        assert link.status_code in (401, 403)


async def _mark(outside: httpx.AsyncClient, who: Asking) -> str:
    async with outside.stream("GET", "/api/v1/changes", headers=who) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("id: "):
                return line.removeprefix("id: ")
    raise AssertionError("no mark")


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"", "application/pdf", "evidence.empty"),
        (b"x", "application/x-msdownload", "evidence.media_type"),
    ],
)
async def test_a_file_that_is_no_evidence_is_told_with_what_may_be_handed_in(
    outside: httpx.AsyncClient, content: bytes, media_type: str, code: str
) -> None:
    who = await signed_in(outside, "counter")
    case = (await file(outside, who))["case"]
    sent = {"file": ("a.pdf", content, media_type)}
    refused = await outside.post(f"/api/v1/cases/{case}/evidence", files=sent, headers=who)
    assert refused.status_code == 422
    assert [(one["field"], one["code"]) for one in refused.json()["problems"]] == [("file", code)]
