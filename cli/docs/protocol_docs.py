"""``docs``: the pages that are made from the code itself so that they can't drift."""

import json
from pathlib import Path
from typing import Any, Final

import typer

import domain.procedure.every_message
import texts
from cli.docs import access_docs, connector_docs
from cli.docs.examples_of import example, finding_example
from domain.case.protocol import MESSAGES, OPEN_PHASES
from domain.case.receipts import Acknowledgement, Receipt
from domain.grid.mediation import GRID
from domain.grid.view import GridReceipt, GridView
from domain.inquiry.tasks import MOVES, TaskState
from domain.meeting.view import MeetingView
from domain.message import Message
from domain.procedure.aftercare.effects import AFTER
from domain.procedure.aftercare.view import AftercareView
from domain.procedure.closure.ends_view import EndsView
from domain.procedure.mediation.bargain import Bargain
from domain.procedure.mediation.sessions_view import SittingsView
from domain.procedure.settlement.performance_view import PerformanceView
from domain.views.case_view import CaseDeadlines, CaseView, OpenTasks, SideBySide, Timeline, TriageExplanation
from domain.words import Agency, Phase, Role

FILE: Final = Path(__file__).parents[2] / "docs" / "messages.md"
_HEAD: Final = Path(__file__).parent / "messages_head.md"
_GRID: Final = (
    "They go to workflow `grid-…` on task queue `centre` ([grid.md](grid.md)); `open_grid` by update-with-start of "
    "`GridWorkflow`, its answer is a `GridReceipt`.\n"
)
_AFTER: Final = (
    "They go to workflow `after-…` on task queue `centre` ([ends.md](ends.md)) by update-with-start of "
    "`AftercareWorkflow`; so do `reverse_payment`, `comment`, `attach` and `advance_clock` once a case has closed.\n"
)
_QUERIES: Final[dict[str, tuple[type[Any], str]]] = {
    "case_view": (CaseView, "The whole case; `line` says on whom it waits, since when and until when."),
    "timeline": (Timeline, "The latest events of the ledger, as facts and as sentences."),
    "open_tasks": (OpenTasks, "The inquiries that somebody still has to act on."),
    "deadlines": (CaseDeadlines, "Every open deadline, and the limitation clock of each claim item, with how it came."),
    "side_by_side": (SideBySide, "The claim and the agencies' findings side by side, month by month."),
    "owed": (PerformanceView, "What is owed under the settlement on a day (`on`, or today), and how that came about."),
    "sittings": (
        SittingsView,
        "The talks: when and where, who comes, how each side stands; confidences.",
    ),
    "bargain": (Bargain, "What is bargained about, and why terms (`offer`) would be refused; nothing is sent."),
    "explain_triage": (TriageExplanation, "Why the case is in its class."),
    "ends": (EndsView, "How the case ended, or stands, and what each party can do until when."),
    "afterwards": (AftercareView, "What goes on after a case: each referral item by item, the visit, what came late."),
    "meeting_view": (MeetingView, "A joint meeting: agenda, decisions with what the cases answered, orders."),
    "grid_view": (GridView, "A mediation at a grid post, as far as the reader may see it."),
    "receipt": (Receipt, "The receipt of the complaint, for whoever asks again."),
}


def register(app: typer.Typer, language: str) -> None:
    """Add ``docs`` to the command line."""

    @app.command("docs", help=texts.say("cli.command.docs", language), hidden=True)
    def docs() -> None:
        pages = {FILE: page(), access_docs.FILE: access_docs.page(), **connector_docs.pages()}
        for file, text in pages.items():
            file.write_text(text, encoding="utf-8")


def page() -> str:
    """The whole page."""
    assert domain.procedure.every_message.MODULES
    parts = [_HEAD.read_text(encoding="utf-8")]
    parts += ["## Messages\n", _overview()]
    parts += [_section(name, MESSAGES[name].model) for name in sorted(MESSAGES)]
    parts += ["## Messages to a mediation at a grid post\n", _GRID]
    parts += [_section(name, kind.model) for name, kind in sorted(GRID.items())]
    parts += ["## Messages to what goes on after a case\n", _AFTER]
    parts += [_section(name, AFTER.kinds[name].model) for name in sorted(AFTER.kinds.keys() - MESSAGES.keys())]
    parts += ["## The life of an inquiry\n", _life_of_an_inquiry()]
    parts += ["## Findings\n\nWhat `complete_task` carries, one form for each agency.\n"]
    parts += [f"### `{agency}`\n\n{_json(finding_example(agency))}\n" for agency in Agency]
    parts += ["## Answers\n", _answer(Receipt), _answer(Acknowledgement), _answer(GridReceipt), "## Queries\n"]
    parts += [
        f'### `{name}`\n\n{text} Takes `{{"language": "zh-CN"}}` or nothing.\n\n{_schema(model)}'
        for name, (model, text) in _QUERIES.items()
    ]
    return "\n".join(parts)


def _overview() -> str:
    rows = ["| message | who may send it | when |", "| --- | --- | --- |"]
    for name, kind in sorted(MESSAGES.items()):
        roles = "everybody" if kind.roles == frozenset(Role) else ", ".join(sorted(kind.roles))
        phases = "any time" if kind.phases == OPEN_PHASES else ", ".join(p for p in Phase if p in kind.phases)
        rows.append(f"| [`{name}`](#{name}) | {roles} | {phases} |")
    return "\n".join(rows) + "\n"


def _life_of_an_inquiry() -> str:
    rows = ["| message | from | to | officers | while suspended |", "| --- | --- | --- | --- | --- |"]
    for name, move in MOVES.items():
        of, to = ", ".join(state for state in TaskState if state in move.of), move.to or "the same"
        officers = ", ".join(sorted(move.officers)) or "—"
        rows.append(f"| [`{name}`](#{name}) | {of} | {to} | {officers} | {'yes' if move.standing_still else 'no'} |")
    about = (
        "Officers are let through by how they stand to the inquiry (any one named is enough); other roles by their "
        "role alone. Left alone, an open inquiry lapses. `complete_task` leads to signed where a second officer "
        "has to sign, and what a delegate releases goes back to whoever gave it."
    )
    return "\n".join([*rows, "", about]) + "\n"


def _section(name: str, model: type[Message]) -> str:
    about = " ".join((model.__doc__ or "").split())
    return f"### `{name}`\n\n{about}\n\n{_json(example(name))}\n\n{_schema(model)}"


def _json(value: Any) -> str:
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```"


def _answer(model: type[Any]) -> str:
    about = " ".join((model.__doc__ or "").split())
    return f"### `{model.__name__}`\n\n{about}\n\n{_schema(model)}"


def _schema(model: type[Any]) -> str:
    schema = json.dumps(model.model_json_schema(), ensure_ascii=False, indent=1)
    return f"<details><summary>JSON schema</summary>\n\n```json\n{schema}\n```\n\n</details>\n"
