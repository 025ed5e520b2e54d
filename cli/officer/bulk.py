"""``claim --all`` and ``submit --batch``: the same commands for many inquiries at once."""

import inspect
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

import texts
from casebook import inbox
from cli.officer.inbox import filter_of, filter_options
from cli.out import Exit, fail, no_file
from cli.rows import show_rows
from cli.running import run
from client.connection import actor, link, whoever
from client.many import Row, tell_all
from client.speaking import envelope
from domain.inquiry.messages import ClaimTask, CompleteTask
from domain.ledger import SYSTEM
from domain.refusal import problems
from domain.words import Agency
from texts import sentences

_FILTERS: Final = ("officer", "state", "after")
"""What ``claim --all`` does not filter by: it takes what is on offer."""


def register(app: typer.Typer, language: str) -> None:
    """Let ``claim`` and ``submit`` do many at once."""
    _also(app, "claim", _claim_options(language), "all", lambda given: _claim_all(given, language))
    _also(app, "submit", _submit_options(language), "batch", lambda given: _submit_batch(given, language))


def _also(
    app: typer.Typer, name: str, options: list[inspect.Parameter], switch: str, do_all: Callable[[dict[str, Any]], None]
) -> None:
    """A command with more options: with the switch it does all, without it what it did before."""
    command = next(c for c in app.registered_commands if c.name == name)
    alone = command.callback
    assert alone is not None
    before = list(inspect.signature(alone).parameters.values())
    own = {p.name for p in before}

    def perform(**given: Any) -> None:
        if given[switch]:
            do_all(given)
        else:
            alone(**{k: v for k, v in given.items() if k in own})

    parameters = [*before, *(p for p in options if p.name not in own)]
    perform.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    perform.__annotations__ = {p.name: p.annotation for p in parameters}
    perform.__name__ = name
    command.callback = perform


def _option(name: str, kind: Any, default: Any, flag: str, key: str, language: str) -> inspect.Parameter:
    annotation = Annotated[kind, typer.Option(flag, help=texts.say(f"cli.{key}", language))]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _claim_options(language: str) -> list[inspect.Parameter]:
    return [
        _option("all", bool, False, "--all", "option.all", language),
        _option("dry_run", bool, False, "--dry-run", "option.dry_run", language),
        *filter_options(language, *_FILTERS),
    ]


def _submit_options(language: str) -> list[inspect.Parameter]:
    return [
        _option("batch", Path | None, None, "--batch", "option.batch", language),
        _option("partial", bool, False, "--partial", "option.partial_batch", language),
    ]


def _claim_all(given: dict[str, Any], language: str) -> None:
    agency: Agency | None = given["agency"]
    if agency is None:
        fail(Exit.BAD_INPUT, texts.say("cli.usage.MissingParameter", language, what="--agency"))

    async def work() -> None:
        who = whoever(given["acting"], f"officer:{agency}/{actor('supervisor').id}")
        wanted = filter_of(given, language).model_copy(update={"state": "offered"})
        async with link(given["acting"]) as at:
            found = await inbox.tasks(at.pool, at.vault, wanted)
            rows = [
                Row(
                    line.case_number or line.case,
                    ClaimTask.model_validate(envelope(who, None, language) | {"task": line.task}),
                )
                for line in found
            ]
            done = rows if given["dry_run"] else await tell_all(at, rows, language)
        show_rows(done, language, given["as_json"], dry_run=given["dry_run"])

    run(work, language)


def _submit_batch(given: dict[str, Any], language: str) -> None:
    rows = findings_of(given["batch"], given["acting"], language)
    bad = [row for row in rows if row.why]
    if bad and not given["partial"]:
        show_rows(bad, language, given["as_json"])

    async def work() -> None:
        async with link(given["acting"]) as at:
            sent = await tell_all(at, [row for row in rows if not row.why], language)
        show_rows(sorted([*bad, *sent], key=lambda row: row.line or 0), language, given["as_json"])

    run(work, language)


def findings_of(file: Path, acting: str | None, language: str) -> list[Row[CompleteTask]]:
    """The findings of a file, one JSON object a line: ``case``, and ``finding`` or ``task`` with ``accept_draft``.

    A line that can't be read is a row that says why. The message id comes from what the line says, so that a file
    that is sent again submits nothing twice.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        no_file(file, error, language)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return [_finding_of(number, line, acting, language) for number, line in lines]


def _finding_of(number: int, line: str, acting: str | None, language: str) -> Row[CompleteTask]:
    unread = CompleteTask.model_construct(message_id=f"line-{number}", actor=SYSTEM, task="?")
    try:
        said = json.loads(line)
        case, finding = said.pop("case"), said.get("finding") or {}
        task = said.setdefault("task", finding.get("agency"))
        who = whoever(acting, f"officer:{Agency(task)}/{actor('supervisor').id}")
        message_id = f"batch-{uuid.uuid5(uuid.NAMESPACE_URL, f'{who.id}:{line}').hex}"
        body = json.dumps(envelope(who, message_id, language) | said)
        return Row(case, CompleteTask.model_validate_json(body), line=number)
    except ValidationError as error:
        why = "\n".join(sentences.problem_line(p.field, p.code, p.params, language) for p in problems(error))
        return Row(str(case), unread, line=number, why=why)
    except (ValueError, KeyError, AttributeError, TypeError):
        return Row("?", unread, line=number, why=texts.say("cli.bad_line", language))
