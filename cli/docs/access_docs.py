"""docs/access.md: who may send and read what, made from the code that enforces it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import domain.procedure.every_message
from domain.case.protocol import MESSAGES, Reach
from domain.case.readers import QUERIES
from domain.grid.mediation import GRID
from domain.message import Message
from domain.procedure.aftercare.effects import AFTER
from domain.words import Role

FILE: Final = Path(__file__).parents[2] / "docs" / "access.md"
_SIGNS: Final = {
    Reach.ANYTHING: "✓",
    Reach.ITSELF: "itself",
    Reach.OWN_AGENCY: "own agency",
    Reach.NOTHING: "",
}
_FIELDS: Final = """A party fills a field marked *itself* with its own ref only; an officer names inquiries of the own
agency only. `message_id` and `language` are everybody's; `actor` is the one whom the token proves.
"""
_GRID: Final = """An intake service speaks for its own post only: the `id` of its token is the post's. A party notes
what it says itself, and may hand the matter over to the centre at any time. The supervisor may do all that a post may.
"""
_AFTER: Final = """An officer speaks for the office of the own agency that an item was referred to; for offices outside
the centre the supervisor records what they say.
"""
_HEAD: Final = Path(__file__).parent / "access_head.md"


def page() -> str:
    """The whole page."""
    assert domain.procedure.every_message.MODULES
    parts = [_HEAD.read_text(encoding="utf-8"), "## Who may send which message\n"]
    parts += _table("message", ((name, kind.roles) for name, kind in sorted(MESSAGES.items())))
    parts += ["\n## Who may set which field\n", _FIELDS, *_fields()]
    parts += ["\n## Who may say what to a mediation at a grid post\n", _GRID]
    parts += _table("message", ((name, kind.roles) for name, kind in sorted(GRID.items())))
    parts += ["\n## Who may say what after a case has closed\n", _AFTER]
    parts += _table("message", ((name, kind.roles) for name, kind in sorted(AFTER.kinds.items())))
    parts += ["\n## Who may ask which query\n"]
    parts += _table("query", sorted(QUERIES.items()))
    return "\n".join(parts) + "\n"


def _fields() -> list[str]:
    rows = [
        f"| `{name}` | `{field}` | " + " | ".join(_SIGNS[kind.reach(role, field)] for role in Role) + " |"
        for name, kind in sorted(MESSAGES.items())
        for field in kind.model.model_fields
        if field not in Message.model_fields
    ]
    return ["| message | field | " + " | ".join(Role) + " |", "| --- | --- |" + " :-: |" * len(Role), *rows]


def _table(what: str, rows: Iterable[tuple[str, frozenset[Role]]]) -> list[str]:
    yes = [f"| `{name}` | " + " | ".join("✓" if role in roles else "" for role in Role) + " |" for name, roles in rows]
    return [f"| {what} | " + " | ".join(Role) + " |", "| --- |" + " :-: |" * len(Role), *yes]
