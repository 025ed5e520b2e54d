"""A client in another language, made from the document alone: it compiles, and files a case."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from runtime.servers import free_port
from tests import builders
from tests.console.browsing import serving
from tests.console.conftest import PASSWORD

EXAMPLE = Path(__file__).parents[2] / "examples" / "typescript"


async def ran(folder: Path, *command: str) -> tuple[str, str]:
    """What a program wrote; it has to end well."""
    program = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await program.communicate()
    assert program.returncode == 0, (command, out.decode(), err.decode())
    return out.decode(), err.decode()


@pytest.mark.skipif(shutil.which("npm") is None, reason="Node.js is missing: apt-get install nodejs npm")
async def test_a_typescript_client_made_from_the_document_compiles_and_files_a_case(
    console: Any, tmp_path: Path
) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "client", ignore=shutil.ignore_patterns("node_modules", "built"))
    (folder / "openapi.json").write_text(json.dumps(console.openapi()), encoding="utf-8")
    complaint = builders.complaint()
    (folder / "complaint.json").write_text(complaint.model_dump_json(exclude_defaults=True), encoding="utf-8")
    await ran(folder, "npm", "ci", "--silent")
    await ran(folder, "npm", "run", "--silent", "generate")
    await ran(folder, "npm", "run", "--silent", "build")
    async with serving(console, free_port()) as address:
        out, err = await ran(folder, "node", "built/file_complaint.js", address, "counter", PASSWORD, "complaint.json")
    told = json.loads(out)
    assert told["case"] == f"dispute-{complaint.complaint_id}" and told["same"]
    assert told["number"].startswith("DRILL-") and told["phase"] in ("triage", "intake", "fact-finding")
    assert "至少要有一名申请人" in err, "a refusal is read by its type too"
