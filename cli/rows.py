"""What became of many messages, row by row."""

from collections.abc import Sequence
from typing import Any

import typer
from rich.table import Table

import texts
from cli.out import Exit, console, emit
from client.many import Row


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
