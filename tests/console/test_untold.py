"""A worker that could not come to an answer is no refusal: it is worth asking again, and said so."""

from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowQueryFailedError

from tests.console.test_pages import browser, filed


async def test_a_query_that_no_worker_could_answer_is_told_as_away(
    console: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser(console, "counter") as counter:
        case = await filed(counter)
        assert (await counter.get(f"/cases/{case}")).status_code == 200

        async def fails(*asked: Any, **how: Any) -> Any:
            raise WorkflowQueryFailedError("Encoded failure")

        monkeypatch.setattr(WorkflowHandle, "query", fails)
        told = await counter.get(f"/cases/{case}")
        assert told.status_code == 503 and told.headers["Retry-After"] and "Encoded" not in told.text
