"""docs/connector.md and the OpenAPI document beside it, made of the models that the worker checks answers by."""

import json
from pathlib import Path
from typing import Final

from connectors import openapi

_DOCS: Final = Path(__file__).parents[2] / "docs"
_HEAD: Final = Path(__file__).parent / "connector_head.md"


def pages() -> dict[Path, str]:
    """Both files, and what is in them."""
    document = json.dumps(openapi.document(), ensure_ascii=False, indent=2) + "\n"
    page = f"{_HEAD.read_text(encoding='utf-8')}```json\n{document}```\n"
    return {_DOCS / "connector.md": page, _DOCS / "connector.openapi.json": document}
