"""Lists on a terminal: a line for each case or inquiry; a narrow terminal gets the same facts below each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderResult
from rich.table import Table
from rich.text import Text

import texts
from casebook.inbox import TaskLine
from casebook.lists import CaseLine
from casebook.meetings import OrderLine
from texts import sentences

_STATE_STYLE: Final = {
    "offered": "yellow",
    "claimed": "cyan",
    "signed": "magenta",
    "suspended": "dim",
    "done": "green",
    "lapsed": "red",
    "paid": "green",
    "overdue": "bold red",
    "defaulted": "bold red",
    "accepted": "green",
    "rejected": "red",
    "expired": "red",
}
_WIDE: Final = 120
"""Columns from which on every fact has a column of its own."""


def table_of(title: str, columns: Sequence[str], language: str, right: Sequence[str] = ()) -> Table:
    """An empty table under a title, with the headings of its columns."""
    table = Table(title=texts.say(f"cli.title.{title}", language), title_justify="left")
    for column in columns:
        justify: JustifyMethod = "right" if column in right else "left"
        whole = column == "case_number"  # It is typed into the next command: the other columns give way.
        table.add_column(texts.say(f"cli.column.{column}", language), justify=justify, no_wrap=whole)
    return table


def state_of(state: str, language: str) -> Text:
    """A state in its colour."""
    return Text(texts.label(state, language), style=_STATE_STYLE.get(state, ""))


@dataclass(frozen=True)
class Listing:
    """Rows that take as many columns as the terminal has room for."""

    title: str
    columns: Sequence[str]
    narrow: Sequence[Sequence[str]]
    """Which facts stand below each other where there is no room for a column each."""
    rows: Sequence[Sequence[str | Text]]
    language: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """See rich."""
        if options.max_width >= _WIDE:
            table = table_of(self.title, self.columns, self.language, right=("priority", "claimants"))
            for row in self.rows:
                table.add_row(*row)
        else:
            table = table_of(self.title, [group[0] for group in self.narrow], self.language)
            table.show_lines = True
            numbers = table.columns[0]
            numbers.no_wrap, numbers.min_width = False, max((len(str(row[0])) for row in self.rows), default=0)
            for row in self.rows:
                said = dict(zip(self.columns, row, strict=True))
                table.add_row(*(Text("\n").join(Text() + said[name] for name in group) for group in self.narrow))
        yield table


def cases(lines: Sequence[CaseLine], language: str, title: str = "cases") -> Listing:
    """A list of cases."""
    columns = ("case_number", "employer", "claimants", "phase", "class", "waits", "until")
    now = datetime.now(UTC)
    return Listing(
        title,
        columns,
        (("case_number", "employer", "claimants"), ("phase", "class"), ("waits", "until")),
        [[_number(line), line.employer, str(line.claimants), *_standing(line, now, language)] for line in lines],
        language,
    )


def _number(line: CaseLine | TaskLine) -> str:
    return line.case_number or line.case


def _standing(line: CaseLine, now: datetime, language: str) -> list[str | Text]:
    late = line.waits_until is not None and line.waits_until < now and line.outcome is None
    phase = texts.label(line.outcome or line.phase, language)
    if line.blocked is not None:
        phase = f"{phase} · {texts.label('blocked', language)}"
    if line.merge_with and line.outcome is None:
        phase = f"{phase} · {texts.say('cli.merge_with', language, cases=', '.join(line.merge_with))}"
    until = sentences.instant(line.waits_until, ends=True) if line.waits_until else "—"
    return [
        phase,
        texts.label(line.case_class, language),
        "—" if line.outcome else sentences.waits_line(line.waits_on, line.waits_for, language),
        Text(until, style="red" if late else ""),
    ]


def inbox(lines: Sequence[TaskLine], language: str) -> Listing:
    """Inquiries of an inbox: the most urgent first, with what makes them urgent."""
    columns = ("case_number", "priority", "employer", "kinds", "class", "task", "state", "officer", "due", "reminder")
    now = datetime.now(UTC)
    return Listing(
        "inbox",
        columns,
        (("case_number", "employer", "kinds"), ("task", "state", "officer"), ("due", "reminder")),
        [_waiting(line, now, language) for line in lines],
        language,
    )


def _waiting(line: TaskLine, now: datetime, language: str) -> list[str | Text]:
    late, due = line.due_at < now, sentences.instant(line.due_at, ends=True)
    return [
        _number(line),
        "—" if line.priority is None else str(line.priority),
        f"{line.employer} ({line.claimants})",
        texts.label(line.kinds, language),
        texts.label(line.case_class, language),
        texts.label(line.agency, language),
        state_of(line.state, language),
        officers(line.officer, line.delegated_by),
        Text(f"{due} {texts.say('cli.overdue', language)}" if late else due, style="red" if late else ""),
        Text(_reminder(line, language), style="yellow" if line.reminded else ""),
    ]


def officers(officer: str | None, delegated_by: Sequence[str]) -> str:
    """Who holds it, and from whom they have it."""
    return " ← ".join([officer or "—", *reversed(delegated_by)])


def _reminder(line: TaskLine, language: str) -> str:
    if line.escalated_to:
        return texts.say("cli.escalated", language, to=texts.label(line.escalated_to, language))
    if line.reminded:
        return texts.say("cli.reminded", language)
    return sentences.instant(line.remind_at) if line.remind_at else "—"


def orders(lines: Sequence[OrderLine], language: str) -> Table:
    """Orders of joint meetings, with what shows how they stand."""
    table = Table(title=texts.say("meeting.orders", language), title_justify="left")
    for column in ("number", "order", "agency", "due", "colour", "state", "what"):
        table.add_column(texts.say(f"meeting.column.{column}", language), no_wrap=column in ("number", "order"))
    for line in lines:
        table.add_row(
            line.number or line.meeting,
            line.ref,
            texts.label([line.agency, *line.helping], language),
            f"{line.due or ''}",
            texts.label(line.colour, language),
            texts.label(line.state, language),
            line.what,
        )
    return table
