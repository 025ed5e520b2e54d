"""How the installation stands, by page for the supervisor."""

from typing import Any

from tests.console.test_pages import browser, filed


async def test_whoever_runs_it_sees_what_answers_what_comes_and_how_old_the_keys_are(console: Any) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
        assert (await counter.get("/operations")).status_code == 403
    async with browser(console, "boss") as boss:
        await boss.post(f"/cases/{case}/do/suspend", data={"until": "2036-01-01", "reason": "等待材料"})
        shown = (await boss.get("/operations")).text
        assert "worker-tax" in shown and "签名密钥" in shown and "已使用 0 天" in shown
        assert 'role="alert"' not in shown, "everything answers"
