"""The pages, used as a browser without scripts uses them, on a whole centre."""

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from client.offer import Terms
from console.case_pages import NOT_BY_HAND
from console.forms import ENVELOPE, Field, fields_of, typed
from console.terms_pages import NOT_OFFERED
from domain.base import Model
from domain.case.protocol import MESSAGES
from domain.inquiry.findings import FINDING_OF
from domain.intake.complaint import Complaint
from domain.intake.messages import FileComplaint
from domain.ledger import Actor
from domain.words import Language, Role
from runtime import beginning
from tests import builders
from tests.cli.conftest import Centre
from tests.console.conftest import PASSWORD, account
from tests.patience import seen
from tests.workflows.conftest import Office


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what is in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("action") or "", {}))
        filled = given.get("type") != "checkbox" or "checked" in given
        if self.forms and tag in ("input", "select", "textarea") and given.get("name") and filled:
            self._choosing = str(given["name"]) if tag == "select" else ""
            self.forms[-1][1][str(given["name"])] = given.get("value") or ""
        if self.forms and tag == "option" and "selected" in given and self._choosing:
            self.forms[-1][1][self._choosing] = given.get("value") or ""

    def of(self, action: str) -> dict[str, str]:
        return next(fields for path, fields in self.forms if path == action)


@asynccontextmanager
async def browser(console: Any, name: str = "", language: str = "zh-CN") -> AsyncIterator[httpx.AsyncClient]:
    """A browser, in which somebody has signed in."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(console, raise_app_exceptions=False),
        base_url="https://console.test",
        headers={"Origin": "https://console.test", "Accept-Language": language},
        follow_redirects=True,
    ) as client:
        if name:
            signed = await client.post("/sign-in", data={"name": name, "password": PASSWORD, "to": "/"})
            assert signed.status_code == 200, signed.text
        yield client


def answers() -> dict[str, str]:
    """What a clerk types of somebody who never filed before."""
    filed = builders.complaint()
    serial = int(filed.complaint_id.removeprefix("t-"))
    return {
        "claimants.0.ref": "c1",
        "claimants.0.name": "虚构者",
        "claimants.0.identity_number": builders.identity_number(serial),
        "respondents.0.ref": "e1",
        "respondents.0.name": filed.employer.name,
        "items.0.ref": "i1",
        "items.0.kind": "arrears",
        "items.0.respondent": "e1",
        "items.0.insurance": "pension",
        "items.0.first_month": "2024-01",
        "items.0.last_month": "2024-03",
        "statement": "单位没有缴社会保险费",
    }


async def filed(client: httpx.AsyncClient) -> str:
    receipt = await client.post("/file", data=answers())
    assert receipt.status_code == 201, receipt.text
    found = re.search(r'href="/cases/([^"]+)"', receipt.text)
    assert found is not None
    return found[1]


async def until(client: httpx.AsyncClient, case: str, stage: str) -> str:
    """The case's page once it has come to a stage."""
    return await seen(lambda: page(client, f"/cases/{case}"), lambda shown: f'aria-current="step">{stage}' in shown)


async def page(client: httpx.AsyncClient, path: str) -> str:
    return (await client.get(path)).text


async def do(client: httpx.AsyncClient, case: str, name: str, **fields: str) -> None:
    """Send the form of a message."""
    sent = await client.post(f"/cases/{case}/do/{name}", data=fields)
    assert sent.status_code == 200 and "已办理" in sent.text, sent.text


async def test_a_contradiction_is_called_by_the_name_of_the_worker(console: Any, centre: Centre) -> None:
    office = Office(centre.world.client, centre.world.pool, centre.world.vault, centre.settings.own_tables)
    complaint = builders.complaint()
    handle = await office.start(complaint)
    await office.contradict(handle)
    async with browser(console, "boss", "en") as boss:
        shown = await page(boss, f"/cases/{handle.id}")
    masked = f"{complaint.claimants[0].name[0]}**"
    assert f"({masked}, {complaint.employer.name}, 2024-05)</td>" in unescape(shown)


async def test_a_dispute_goes_from_the_counter_to_closure_by_pages_alone(console: Any, centre: Centre) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
        seen = await counter.get(f"/cases/{case}")
        assert "核实" in seen.text and "人社" in seen.text
    for name, agency in (("lab-01", "labor"), ("med-01", "medical-insurance"), ("tax-01", "tax")):
        async with browser(console, name) as officer:
            await do(officer, case, "claim_task", task=agency)
            path = f"/cases/{case}/tasks/{agency}"
            finding = Forms((await officer.get(path)).text).of(path)
            finding.pop("accept_draft", None)
            if agency == "labor":
                grown = await officer.post(path, data=finding | {"more": "employments"})
                assert 'name="employments.0.claimant"' in grown.text
                finding |= {
                    "employments.0.claimant": "c1",
                    "employments.0.employer": "e1",
                    "employments.0.first_month": "2024-01",
                    "employments.0.last_month": "2024-03",
                    "employments.0.monthly_wage": "5000",
                }
            done = await officer.post(path, data=finding)
            assert "已办理" in done.text, done.text
    async with browser(console, "boss") as boss:
        seen_by_boss = await until(boss, case, "调解")
        number = re.search(r"<h1[^>]*>(RZ-\d+-\d+)", seen_by_boss)
        assert number is not None
        assert (await boss.get("/cases", params={"number": number[1]})).url.path == f"/cases/{number[1]}"
        await do(boss, case, "reassign", to="m-g02", reason="试用")
    for name, actor, scope in (
        (f"m-{case}", Actor(id="m-g02", role=Role.MEDIATOR), "*"),
        (f"w-{case}", Actor(id="c1", role=Role.CLAIMANT), case),
        (f"e-{case}", Actor(id="e1", role=Role.RESPONDENT), case),
    ):
        await account(centre, name, actor, scope)
    async with browser(console, f"m-{case}") as mediator:
        assert f'href="/cases/{case}/free"' in (await mediator.get(f"/cases/{case}")).text
        free = await mediator.get(f"/cases/{case}/free", params={"minutes": "60"})
        called = re.findall(r'href="(/cases/[^"]+/do/schedule_session[^"]+)"', free.text)
        assert len(called) > 3 and "第一调解室" in free.text
        path = f"/cases/{case}/do/schedule_session"
        form = Forms((await mediator.get(unescape(called[0]))).text).of(path)
        assert (form["session"], form["length"], form["kind"]) == ("s1", "60", "ordinary")
        kept = await mediator.post(path, data=form)
        assert "已办理" in kept.text, kept.text
        taken = (await mediator.get(f"/cases/{case}/free", params={"minutes": "60"})).text
        assert unescape(called[0]).replace("session=s1", "session=s2") not in unescape(taken)
        calendar = await mediator.get("/calendar", params={"since": form["starts"][:10]})
        assert f'href="/cases/{case}"' in calendar.text and "第一调解室" in calendar.text
        path = f"/cases/{case}/terms"
        terms = Forms((await mediator.get(path)).text).of(path)
        tried = await mediator.post(path, data=terms)
        assert tried.status_code == 200 and "提出方案" in tried.text, tried.text
        proposed = await mediator.post(path, data=terms | {"send": "true"})
        assert "已办理" in proposed.text, proposed.text
        bargained = await page(mediator, f"/cases/{case}/bargain")
        assert bargained.count(">未答复<") == 2 and ">同意<" not in bargained
        log = (await page(mediator, f"/cases/{case}?who=mediator")).partition('class="log"')[2]
        assert "提出调解方案" in log and "提交调查结论" not in log
        assert "没有" in (await page(mediator, f"/cases/{case}?words=zodiac")).partition('id="log"')[2]
    for name in (f"w-{case}", f"e-{case}"):
        async with browser(console, name) as party:
            asked = re.search(rf'href="(/cases/{case}/answer/[^"]+)"', await page(party, f"/cases/{case}"))
            assert asked is not None
            answer = Forms(await page(party, asked[1])).of(f"/cases/{case}/do/answer")
            await do(party, case, "answer", **answer | {"accept": "true"})
            assert ">同意<" in await page(party, f"/cases/{case}/bargain")
    async with browser(console, f"m-{case}") as mediator:
        seen_by_mediator = await until(mediator, case, "履行")
        await do(mediator, case, "sign", parties="c1, e1", how="in-person")
        await do(mediator, case, "seal_agreement", seal="seal-1")
        papers = re.findall(r'href="(/papers/[^"/]+)"', (await mediator.get(f"/cases/{case}")).text)
        assert papers and "调解协议书" in "".join([(await mediator.get(paper)).text for paper in papers])
        assert (await mediator.get(f"{papers[0]}/word")).content[:2] == b"PK"
    total = re.search(r'data-label="金额（元）">([\d,.]+)<', seen_by_mediator)
    assert total is not None
    async with browser(console, "tax-01") as tax:
        since = re.search(r"自(\d+)年(\d+)月(\d+)日", seen_by_mediator)
        assert since is not None
        paid_on = date(*map(int, since.groups())).isoformat()
        await do(tax, case, "confirm_payment", receipt="r1", paid_on=paid_on, amount=total[1])
    async with browser(console, "boss") as boss:
        assert "履行完毕" in await until(boss, case, "办结")


async def test_whoever_hands_in_a_finding_is_offered_the_next_inquiry_with_the_days_left(console: Any) -> None:
    async with browser(console, "counter") as counter:
        cases = [await filed(counter) for _ in range(2)]
    async with browser(console, "med-01") as officer:
        for case in cases:
            task = partial(page, officer, f"/cases/{case}/tasks/medical-insurance")
            await seen(task, lambda shown: "本部门数据预填的草稿" in shown)
            await do(officer, case, "claim_task", task="medical-insurance")
        path = f"/cases/{cases[0]}/tasks/medical-insurance"
        done = await officer.post(path, data=Forms(await page(officer, path)).of(path))
        assert "已办理" in done.text and done.url.params["next"] == "1", done.text
        again = partial(page, officer, f"/cases/{cases[0]}?next=1")  # The casebook may lie behind by a moment.
        shown = await seen(again, lambda shown: "下一项待办" in shown)
        offered = shown.partition("下一项待办")[2].partition("</p>")[0]
        assert "/tasks/medical-insurance" in offered and "个工作日" in offered
        assert f"/cases/{cases[0]}/" not in offered
        waiting = await page(officer, "/inquiries?show=waiting")
        assert "等待中（" in waiting and f"/cases/{cases[1]}" not in waiting


async def test_a_page_that_is_for_others_is_refused_as_a_page_that_says_so(console: Any) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
    asked = (
        ("tax-01", "/file/find"),
        ("boss", "/file/sheet"),
        ("counter", f"/cases/{case}/payments"),
        ("med-01", f"/cases/{case}/payments"),
        ("boss", "/mine"),
        ("boss", f"/cases/{case}/sign"),
        ("boss", f"/cases/{case}/confidences"),
        ("boss", f"/cases/{case}/answer/p1"),
        ("counter", "/reckon/astrology"),
        ("boss", "/cases/no-such-case/sign"),
    )
    for name, path in asked:
        async with browser(console, name) as visitor:
            answer = await visitor.get(path)
            assert answer.status_code in (403, 404, 422), (name, path, answer.status_code)
            assert "不能办理" in answer.text, (name, path)


async def test_a_party_reads_and_answers_only_its_own_case(console: Any, centre: Centre) -> None:
    async with browser(console, "counter") as counter:
        case, other = await filed(counter), await filed(counter)
    await account(centre, f"c1-{case}", Actor(id="c1", role=Role.CLAIMANT), case)
    async with browser(console, f"c1-{case}") as worker:
        mine = await worker.get("/")
        assert mine.url.path == f"/cases/{case}" and "办理经过" not in mine.text
        strange = await worker.get(f"/cases/{other}")
        assert strange.status_code == 404
        assert (await worker.get("/inquiries")).status_code == 403


async def test_what_was_typed_wrong_comes_back_with_the_error_at_its_field(console: Any) -> None:
    async with browser(console, "counter") as counter:
        wrong = await counter.post(
            "/file", data=answers() | {"claimants.0.identity_number": "123", "statement": "原话"}
        )
        assert wrong.status_code == 422 and "原话" in wrong.text
        assert 'id="claimants.0.identity_number-error"' in wrong.text and 'role="alert"' in wrong.text
        case = await filed(counter)
        assert (await counter.get(f"/cases/{case}/bargain")).status_code == 403
        empty = await counter.post(f"/cases/{case}/do/comment", data={"text": ""})
        assert empty.status_code == 422 and 'id="text-error"' in empty.text


async def test_who_lost_the_race_for_an_inquiry_is_told_by_whom(console: Any) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
    async with browser(console, "tax-01") as first, browser(console, "tax-02") as second:
        assert "已办理" in (await first.post(f"/cases/{case}/do/claim_task", data={"task": "tax"})).text
        late = await second.post(f"/cases/{case}/do/claim_task", data={"task": "tax"})
        assert late.status_code == 409 and "tax-01" in late.text


async def test_nobody_has_a_browser_act_from_another_site_or_reads_a_page_without_signing_in(console: Any) -> None:
    async with browser(console, "counter") as counter:
        forged = await counter.post("/file", data=answers(), headers={"Origin": "https://evil.test"})
        assert forged.status_code == 403
        page = await counter.get("/")
        assert (
            page.headers["cache-control"] == "no-store"
            and "script-src 'self'" in page.headers["content-security-policy"]
        )
        assert (await counter.post("/sign-out")).url.path == "/sign-in"
        assert (await counter.get("/cases")).url.path == "/sign-in"
        led = await counter.post("/sign-in", data={"name": "counter", "password": PASSWORD, "to": "//evil.test"})
        assert led.url.host == "console.test"
    async with browser(console) as nobody:
        wrong = await nobody.post("/sign-in", data={"name": "counter", "password": "wrong"})
        assert wrong.status_code == 401 and PASSWORD not in wrong.text


async def test_the_pages_speak_english_to_whoever_chooses_it(console: Any) -> None:
    async with browser(console, "counter") as counter:
        assert "受理投诉" in (await counter.get("/file")).text
        english = await counter.get("/language/en", params={"to": "/file"})
        assert english.url.path == "/file" and 'lang="en"' in english.text and "New complaint" in english.text


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", sorted(MESSAGES.keys() - NOT_BY_HAND))
def test_every_message_has_a_form_in_both_languages(name: str, language: Language) -> None:
    model = MESSAGES[name].model
    fields = list(fields_of(model, language, without=ENVELOPE))
    assert {one.name for one in fields} <= set(model.model_fields)
    assert language is Language.ENGLISH or not [one.label for one in fields if one.label.isascii()]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("model", [Complaint, Terms, *FINDING_OF.values()], ids=lambda model: model.__name__)
def test_every_row_of_a_form_has_its_words(model: type[Model], language: Language) -> None:
    def fields(said: dict[str, Any]) -> list[Field]:
        return [one for one in fields_of(model, language, said, without=NOT_OFFERED) if one.kind == "rows"]

    rows = fields({one.name: [{}] for one in fields({})})
    inner = [one.label for field in rows for row in field.rows for one in row]
    assert all(field.rows for field in rows)
    assert language is Language.ENGLISH or not [label for label in inner if label.isascii()]


def test_a_form_says_what_the_model_takes() -> None:
    model = MESSAGES["propose"].model
    said = typed(
        model,
        {
            "proposal": ["p1"],
            "payer": ["e1"],
            "instalments.0.ref": ["n1"],
            "instalments.0.due": ["2026-12-31"],
            "instalments.0.part_a": ["c1=100.00\nc2 = 200.50"],
            "instalments.1.ref": [""],
            "guarantee": [" "],
            "unsettled.0.item": ["i2"],
            "unsettled.0.claimants": ["c1，c2"],
        },
    )
    assert said == {
        "proposal": "p1",
        "payer": "e1",
        "instalments": [{"ref": "n1", "due": "2026-12-31", "part_a": {"c1": "100.00", "c2": "200.50"}}],
        "unsettled": [{"item": "i2", "claimants": ["c1", "c2"]}],
    }


async def test_the_supervisor_sees_how_the_queues_stand_and_each_number_leads_to_its_list(console: Any) -> None:
    async with browser(console, "counter") as counter, browser(console, "boss", "en") as boss:
        case = await filed(counter)
        queues = await seen(lambda: page(boss, "/?of=earnest"), lambda shown: "agency=tax" in shown)
        assert "How the queues stand" in queues

        async def leads_to_its_list(link: str) -> bool:
            """Unless what was there has gone on meanwhile, and its number with it."""
            shown = await boss.get(link.replace("&amp;", "&"))
            assert shown.status_code == 200
            return "Nothing here" not in shown.text or link not in await page(boss, "/?of=earnest")

        for link in sorted(set(re.findall(r'href="(/(?:cases|inquiries)\?[^"]+)"', queues))):
            assert await seen(lambda: leads_to_its_list(link)), link  # noqa: B023 - awaited here and now
        found = await seen(lambda: page(boss, "/cases?phase=fact-finding"), lambda shown: f"/cases/{case}" in shown)
        assert "aria-current" in found
        assert f"/cases/{case}" not in await page(boss, "/cases?phase=closed")
        assert f"/cases/{case}" in await page(boss, "/cases?phase=no-such-phase&case_class=general")
        assert f"/cases/{case}" in await page(boss, "/cases?phase=fact-finding&waits_for=inquiry")
        assert f"/cases/{case}" not in await page(boss, "/cases?phase=fact-finding&waits_for=talks")


async def test_numbers_at_the_tabs_count_what_lies_on_later_pages_too(console: Any, centre: Centre) -> None:
    async with browser(console, "boss") as boss:
        total = await centre.world.pool.fetchval("select count(*) from dispute where not closed")
        shown = await page(boss, "/cases")
        assert f"在办案件（{total}）" in shown
        assert "已办结</a>" in shown, "what has closed only grows: nobody waits for its number"


async def test_the_interface_is_described_on_a_page_of_its_own(console: Any) -> None:
    async with browser(console, language="en") as somebody:
        shown = await page(somebody, "/api/v1/docs")
        assert all(f"/api/v1/cases/{{case}}/{name}" in shown for name in ("propose", "sign", "case_view"))
        assert "instalments" in shown
        assert all('src="/static/' in script for script in re.findall(r"<script[^>]*>", shown))


async def test_prometheus_reads_numbers_with_its_token_and_nobody_else_does(
    console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(console) as prometheus:
        assert (await prometheus.get("/metrics")).status_code == 404
        monkeypatch.setattr(console.state.door.settings, "metrics_token", SecretStr("s3cret"))
        assert (await prometheus.get("/metrics", headers={"Authorization": "Bearer s3cre"})).status_code == 404
        told = (await prometheus.get("/metrics", headers={"Authorization": "Bearer s3cret"})).text
    lines = {line.partition(" ")[0]: line.partition(" ")[2] for line in told.splitlines() if not line.startswith("#")}
    assert float(lines["onestop_cases_open"]) >= 0 and lines['onestop_away{what="postgresql"}'] == "0.0"


async def test_a_monitor_is_told_whether_the_console_reaches_what_it_needs(
    console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(console) as monitor:
        assert [(await monitor.get(path)).text for path in ("/healthz", "/readyz")] == ["alive", "ready"]

        async def gone(*_: Any, **__: Any) -> None:
            raise OSError

        monkeypatch.setattr(type(console.state.door.pool), "fetchval", gone)
        answer = await monitor.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "away: postgresql")


async def test_nobody_keeps_a_form_of_a_case_that_is_none_of_theirs(console: Any, centre: Centre) -> None:
    async with browser(console, "counter") as counter:
        case, other = await filed(counter), await filed(counter)
    await account(centre, f"keeps-{case}", Actor(id="c1", role=Role.CLAIMANT), case)
    async with browser(console, f"keeps-{case}") as worker:
        for of, status in ((case, 200), (other, 404)):
            kept = await worker.post(f"/cases/{of}/do/comment", data={"text": "先存着", "keep": "true"})
            assert kept.status_code == status
    owners = await centre.world.pool.fetch("select owner, page from kept_form where owner like '%c1%'")
    assert [(case in row["owner"], row["page"]) for row in owners] == [(True, f"/cases/{case}/do/comment")]


@pytest.mark.parametrize("after", ["2026-01-01|x", "2026-01-01T00:00:00+08:00", "soon|x", "|||"])
async def test_a_page_that_begins_nowhere_is_the_first(console: Any, after: str) -> None:
    async with browser(console, "boss") as boss:
        for path in ("/cases", "/inquiries"):
            assert (await boss.get(path, params={"after": after})).status_code == 200


async def test_a_finding_of_too_many_people_to_amend_on_a_page_is_taken_as_drafted_or_as_a_file(
    console: Any, centre: Centre
) -> None:
    complaint = builders.complaint(101)
    filing = FileComplaint(message_id=uuid.uuid4().hex, actor=builders.INTAKE, complaint=complaint, drill=True)
    receipt = await beginning.file(centre.world.client, filing)
    async with browser(console, "tax-01") as officer:
        path = f"/cases/{receipt.case}/tasks/tax"
        shown = await seen(lambda: page(officer, path), lambda told: "./onestop submit" in told)
        assert "101 人" in shown and 'name="contributions' not in shown
        await do(officer, receipt.case, "claim_task", task="tax")
        ready = await seen(lambda: page(officer, path), lambda told: 'name="accept_draft"' in told)
        accepted = await officer.post(path, data=Forms(ready).of(path) | {"accept_draft": "true"})
        assert "已办理" in accepted.text, accepted.text
