"""Many messages at once, each to its own case: what became of each is told row by row."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

import typer
from rich.table import Table
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

import texts
from cli.link import Link, NoAnswer, NoSuchCase, in_time
from cli.out import Exit, console, emit
from domain.messages import Message

M = TypeVar("M", bound=Message)
_AT_ONCE: Final = 8


@dataclass(frozen=True)
class Row(Generic[M]):
    """A message to a case, and what became of it."""

    case: str
    message: M
    line: int | None = None
    """Line of the file that it came from."""
    done: bool = False
    why: str | None = None
    """Why it was not done."""


async def tell_all(at: Link, rows: Sequence[Row[M]], language: str) -> list[Row[M]]:
    """Send every message as an update, some at a time. One that is refused does not keep the others back."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def tell(row: Row[M]) -> Row[M]:
        async with gate:
            try:
                handle = await at.case(row.case)
                message = row.message
                sent = handle.execute_update(
                    message.name,
                    message.model_dump(mode="json"),
                    id=message.message_id,
                    result_type=dict[str, Any],
                )
                await in_time(sent, message.message_id)
            except WorkflowUpdateFailedError as refused:
                return replace(row, why=str(refused.cause))
            except NoSuchCase:
                return replace(row, why=texts.say("cli.no_such_case", language, case=row.case))
            except NoAnswer:
                return replace(row, why=texts.say("cli.no_answer", language, message_id=row.message.message_id))
            except RPCError:
                return replace(row, why=texts.say("cli.case_over", language))
            return replace(row, done=True)

    return list(await asyncio.gather(*(tell(row) for row in rows)))


def show_rows(rows: Sequence[Row[Any]], language: str, as_json: bool, *, dry_run: bool = False) -> None:
    """What became of each row; exits with REFUSED when any was not done, unless nothing was to be done."""
    if as_json:
        emit(
            [
                {
                    "case": row.case,
                    "line": row.line,
                    "message": row.message.model_dump(mode="json", exclude={"language"}),
                    "done": row.done,
                    "why": row.why,
                }
                for row in rows
            ]
        )
    else:
        table = Table()
        for column in ("line", "case_number", "task", "outcome"):
            table.add_column(texts.say(f"cli.column.{column}", language))
        for row in rows:
            subject = getattr(row.message, "task", getattr(row.message, "agency", None))
            outcome = texts.say("cli.would_be_done" if dry_run else "cli.row_done", language)
            table.add_row(
                "—" if row.line is None else str(row.line),
                row.case,
                texts.label(subject, language),
                row.why or outcome,
                style="red" if row.why else "",
            )
        console().print(table)
        if not dry_run:
            done = sum(row.done for row in rows)
            console().print(texts.say("cli.rows_done", language, done=done, rows=len(rows)))
    if not dry_run and not all(row.done for row in rows):
        raise typer.Exit(Exit.REFUSED)
