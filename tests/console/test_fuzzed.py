"""The interface for machines under a fuzzer that knows its document."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest

from tests.console.conftest import PASSWORD

_CHECKS = "not_a_server_error,content_type_conformance,response_schema_conformance"


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("phases", "examples"),
    [("fuzzing", "3"), pytest.param("examples,coverage,fuzzing", "25", marks=pytest.mark.soak)],
)
async def test_no_request_that_the_document_allows_or_forbids_breaks_the_interface(
    served: str, tmp_path: Path, phases: str, examples: str
) -> None:
    async with httpx.AsyncClient(base_url=served) as client:
        opened = await client.post("/api/v1/session", json={"name": "boss", "password": PASSWORD})
    fuzzer = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{served}/api/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {opened.json()['session']}"),
        *("--max-examples", examples, "--checks", _CHECKS),
        *("--exclude-path", "/api/v1/session", "--exclude-path", "/api/v1/changes"),  # The one has an end of its own.
        *("--phases", phases, "--no-color"),
        *("--continue-on-failure", "--seed", "7", "--generation-database", "none"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await fuzzer.communicate()
    assert fuzzer.returncode == 0, told.decode()[-60000:]
