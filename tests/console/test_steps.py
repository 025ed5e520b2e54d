"""A complaint taken step by step at the counter: each step keeps what it says, the last reads everything back."""

from typing import Any

from tests.console.test_pages import Forms, answers, browser, page

STEPS = ("claimants", "employer", "claims", "rest", "check")
OF_STEP = {
    "claimants": ("claimants.",),
    "employer": ("respondents.",),
    "claims": ("items.", "statement"),
    "rest": ("jurisdiction",),
}


async def test_a_complaint_is_taken_step_by_step_kept_on_the_way_and_read_back_before_it_is_filed(console: Any) -> None:
    said = answers()
    async with browser(console, "counter") as counter:
        await counter.post("/file/steps/claimants", data={"afresh": "1"})
        bad = {name: value for name, value in said.items() if name.startswith("claimants.")}
        wrong = await counter.post("/file/steps/claimants", data=bad | {"claimants.0.identity_number": "123"})
        assert wrong.status_code == 422 and "123" in wrong.text and "respondents" not in wrong.text
        for step in STEPS[:-1]:
            own = {name: value for name, value in said.items() if name.startswith(OF_STEP[step])}
            sent = await counter.post(f"/file/steps/{step}", data=own)
            assert sent.status_code == 200 and sent.url.path == f"/file/steps/{STEPS[STEPS.index(step) + 1]}", sent.text
        back = await counter.post("/file/steps/check", data={"back": "1"})
        assert back.url.path == "/file/steps/rest"
        async with browser(console, "counter") as elsewhere:
            kept = Forms(await page(elsewhere, "/file/steps/claimants")).of("/file/steps/claimants")
            assert kept["claimants.0.identity_number"] == said["claimants.0.identity_number"], "at any machine"
        async with browser(console, "hotline") as other:
            assert said["claimants.0.identity_number"] not in await page(other, "/file/steps/claimants")
        read_back = await page(counter, "/file/steps/check")
        for told in ("claimants.0.name", "claimants.0.identity_number", "respondents.0.name", "statement"):
            assert said[told] in read_back
        assert "补缴欠费" in read_back and "养老保险" in read_back
        form = Forms(read_back).of("/file/steps/check")
        receipt = await counter.post("/file/steps/check", data=form)
        assert receipt.status_code == 201 and "受理" in receipt.text
        again = await counter.post("/file/steps/check", data=form)
        assert again.status_code in (201, 422), "the same form files nothing twice"
        assert said["claimants.0.name"] not in await page(counter, "/file/steps/claimants"), "nothing is kept of it"


async def test_a_row_more_and_an_unknown_step(console: Any) -> None:
    async with browser(console, "counter") as counter:
        await counter.post("/file/steps/claimants", data={"afresh": "1"})
        more = await counter.post("/file/steps/claimants", data={"claimants.0.ref": "c1", "more": "claimants"})
        assert 'name="claimants.1.name"' in more.text
        assert (await counter.get("/file/steps/elsewhere")).status_code == 404
