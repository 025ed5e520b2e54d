"""Where a play is watched: a live pane on a terminal, plain lines anywhere else."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

import texts
from cli.plays.play import Moment
from domain.base import CENTRE_ZONE
from domain.inquiry.tasks import SUSPENDED, TaskState
from domain.views.case_view import CaseView, TaskView
from domain.words import Language, Phase

_LINES_SHOWN: Final = 9
_MARK: Final[Mapping[str, str]] = {
    TaskState.OFFERED: "○",
    TaskState.CLAIMED: "◐",
    TaskState.SIGNED: "◕",
    TaskState.DONE: "●",
    SUSPENDED: "◌",
}


@dataclass
class Plain:
    """Each step's narration, and under it what it brought to the timeline."""

    console: Console
    pace: float
    _step: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    async def see(self, moment: Moment) -> None:
        """Show a moment."""
        if moment.step != self._step:
            await asyncio.sleep(self.pace)
            self._step = moment.step
            self.console.print(f"[{moment.step}/{moment.steps}] {moment.narration}", markup=False)
        for line in moment.lines:
            self.console.print(f"      · {line}", markup=False, soft_wrap=True)


@dataclass
class Pane:
    """One picture that changes: phases, on whom the case waits, agencies, money, latest events."""

    console: Console
    title: str
    language: Language
    pace: float
    _step: int = 0
    _view: CaseView | None = None
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES_SHOWN))
    _live: Live = field(init=False)

    def __post_init__(self) -> None:
        self._live = Live(console=self.console, refresh_per_second=12)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    async def see(self, moment: Moment) -> None:
        """Show a moment."""
        if moment.step != self._step:
            await asyncio.sleep(self.pace)
            self._step = moment.step
        self._view = moment.view or self._view
        self._lines.extend(moment.lines)
        self._live.update(self._picture(moment))

    def _picture(self, moment: Moment) -> RenderableType:
        rows: list[RenderableType] = [Text(f"▶ {moment.narration}", style="bold yellow"), Text()]
        if self._view is not None:
            rows += [_phases(self._view, self.language), Text(), _facts(self._view, self.language), Text()]
        rows.append(Text(texts.say("demo.timeline", self.language), style="bold"))
        rows += [Text(f"· {line}", style="dim", overflow="ellipsis", no_wrap=True) for line in self._lines]
        rows += [Text()] * (_LINES_SHOWN - len(self._lines))
        return Panel(
            Group(*rows),
            title=self.title,
            subtitle=f"{moment.step}/{moment.steps}",
            border_style="cyan",
            width=min(self.console.width, 110),
        )


def _phases(view: CaseView, language: Language) -> Text:
    """All phases in a row, the present one marked."""
    line, order = Text(), list(Phase)
    here = order.index(view.phase)
    for index, phase in enumerate(order):
        style = "green" if index < here else "bold reverse" if index == here else "dim"
        line.append(f" {texts.label(phase, language)} ", style=style)
        if index + 1 < len(order):
            line.append("→", style="dim")
    return line


def _facts(view: CaseView, language: Language) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="cyan", no_wrap=True)
    grid.add_column()
    grid.add_row(texts.say("demo.case", language), view.case_number or "—")
    if view.case_class is not None:
        grid.add_row(
            texts.say("demo.class", language),
            f"{texts.label(view.case_class, language)} · {texts.label(view.lane, language)}",
        )
    grid.add_row(texts.say("demo.clock", language), f"{view.now.astimezone(CENTRE_ZONE):%Y-%m-%d}")
    grid.add_row(texts.say("demo.waits", language), view.line)
    grid.add_row(texts.say("demo.agencies", language), "   ".join(_task(task, language) for task in view.tasks) or "—")
    grid.add_row(texts.say("demo.money", language), _money(view, language))
    return grid


def _task(task: TaskView, language: Language) -> str:
    return f"{_MARK.get(task.state, '✕')} {texts.label(task.agency, language)}"


def _money(view: CaseView, language: Language) -> RenderableType:
    settlement = view.settlement
    if settlement is None:
        if view.part_a is None:
            return Text("—")
        return Text(
            texts.say(
                "demo.money_found",
                language,
                part_a=yuan(view.part_a),
                part_b=yuan(view.part_b),
                late_fee=yuan(view.late_fee),
            )
        )
    bar = ProgressBar(total=float(settlement.total), completed=float(settlement.paid), width=30)
    label = texts.say("demo.money_bar", language, paid=yuan(settlement.paid), total=yuan(settlement.total))
    return Group(bar, Text(label))


def yuan(amount: Decimal | None) -> str:
    """An amount in yuan as people read it, ``12,345.60``."""
    return "—" if amount is None else f"{amount:,.2f}"
