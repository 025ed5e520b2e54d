"""A filled example of every message, as a client in any language writes it. docs/messages.md shows them."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from domain.words import Agency
from domain.yaml_file import read_yaml

_FILE: Final = Path(__file__).parent / "message_examples.yaml"
_COMPLAINT: Final = Path(__file__).parents[2] / "examples" / "general" / "complaint.json"


@cache
def _examples() -> dict[str, dict[str, Any]]:
    examples: dict[str, dict[str, Any]] = read_yaml(_FILE.read_text())
    examples["complete_task"]["finding"] = examples["findings"]["labor"]
    for filing in ("file_complaint", "open_grid", "file_at_grid"):
        examples[filing]["complaint"] = json.loads(_COMPLAINT.read_text())
    examples["take_over"]["portion"]["complaint"] = json.loads(_COMPLAINT.read_text())
    return examples


def example(message: str) -> dict[str, Any]:
    """A filled example of a message, by its name."""
    return _examples()[message]


def finding_example(agency: Agency) -> dict[str, Any]:
    """A filled example of an agency's finding."""
    found: dict[str, Any] = _examples()["findings"][agency]
    return found
