"""``claimants import``: a list of workers becomes a complaint, or joins a running case."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

import texts
from cli.delivering import deliver
from cli.out import Exit, console, emit, fail, no_file
from cli.running import run, told
from cli.understood import bad_cells, show_understood
from client.claimant_sheet import Sheet, example, read_sheet
from client.connection import Handle, link, whoever
from client.sheets import BadCell, NoSheet
from client.speaking import view_of
from domain.collective.messages import JoinClaimants
from domain.identifiers import masked
from domain.intake.complaint import Complaint, Respondent
from domain.refusal import Problem, problems
from domain.words import Language, RespondentKind

_ASKED: Final = ("kind", "insurance", "first_month", "last_month", "amount")
_SHOWN: Final = 50
"""Bad cells that a person is shown; ``--json`` has them all."""


def register(app: typer.Typer, language: str) -> None:
    """Add ``claimants`` to the command line."""
    group = typer.Typer(help=texts.say("cli.command.claimants", language), no_args_is_help=True)
    app.add_typer(group, name="claimants")

    @group.callback()
    def _group() -> None: ...

    @group.command("import", help=texts.say("cli.command.claimants-import", language))
    def import_(
        file: Annotated[Path | None, typer.Argument(help=texts.say("cli.sheet_file", language))] = None,
        into: Annotated[str | None, typer.Option("--into", help=texts.say("cli.sheet_into", language))] = None,
        complaint: Annotated[
            Path | None, typer.Option("--complaint", help=texts.say("cli.sheet_complaint", language))
        ] = None,
        employer: Annotated[str, typer.Option("--employer", help=texts.say("cli.sheet_employer", language))] = "",
        credit_code: Annotated[str | None, typer.Option("--credit-code")] = None,
        channel: Annotated[str, typer.Option("--channel")] = "counter",
        dry_run: Annotated[bool, typer.Option("--dry-run", help=texts.say("cli.sheet_preview", language))] = False,
        partial: Annotated[bool, typer.Option("--partial", help=texts.say("cli.sheet_partial", language))] = False,
        acting: Annotated[
            str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=texts.say("cli.option.acting", language))
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))] = False,
        show_example: Annotated[
            bool, typer.Option("--example", help=texts.say("cli.option.show_example", language))
        ] = False,
    ) -> None:
        if show_example:
            typer.echo(example(), nl=False)
            return
        if file is not None and dry_run:
            sheet = _read(file, "c", "e1", language)
            show_understood(_lines(sheet), sheet.bad, as_json, language)
            raise typer.Exit(Exit.BAD_INPUT if sheet.bad else 0)
        if file is None or (into is None) == (complaint is None) or (complaint is not None and not employer):
            fail(Exit.BAD_INPUT, texts.say("cli.sheet_usage", language))
        if complaint is not None:
            sheet = _read(file, "c", "e1", language)
            _stop_at_bad(sheet, partial, as_json, language)
            respondent = {"ref": "e1", "name": employer, "credit_code": credit_code}
            try:
                _write(sheet, file, complaint, respondent, channel, as_json, language)
            except ValidationError as error:
                told(problems(error), language)
            return

        async def work() -> None:
            assert into is not None
            async with link(acting) as at:
                handle = await at.case(into)
                await _join(handle, file, acting, partial, as_json, language)

        run(work, language)


def _read(file: Path, prefix: str, respondent: str, language: str) -> Sheet:
    try:
        return read_sheet(file, prefix, respondent)
    except NoSheet as unread:
        fail(Exit.BAD_INPUT, texts.say(unread.code, language, **unread.params))
    except OSError as error:
        no_file(file, error, language)


def _lines(sheet: Sheet) -> dict[int, dict[str, object]]:
    """Each line as it was understood; identity numbers masked, as everywhere on a screen."""
    found: dict[int, dict[str, object]] = {}
    for line, one in sheet.claimants.items():
        number = one.identity_number and masked(one.identity_number)
        found[line] = {"name": one.name, "identity_number": number}
        if (item := sheet.items.get(line)) is not None:
            found[line] |= {name: value for name in _ASKED if (value := getattr(item, name))}
    return found


def _stop_at_bad(sheet: Sheet, partial: bool, as_json: bool, language: str) -> None:
    """All or nothing, unless told otherwise; shown are the bad lines in any case."""
    if sheet.bad:
        _show(sheet.bad, as_json and not partial, language)
    if (sheet.bad and not partial) or not sheet.claimants:
        fail(Exit.BAD_INPUT, texts.say("cli.sheet_nothing_taken", language, bad=len({b.line for b in sheet.bad})))


def _show(bad: list[BadCell], as_json: bool, language: str) -> None:
    if as_json:
        emit([cell.model_dump(mode="json") for cell in bad])
        raise typer.Exit(Exit.BAD_INPUT)
    console().print(bad_cells(bad, language))
    if len(bad) > _SHOWN:
        console().print(texts.say("cli.sheet_more", language, more=len(bad) - _SHOWN))


def _write(
    sheet: Sheet, file: Path, out: Path, employer: dict[str, str | None], channel: str, as_json: bool, language: str
) -> None:
    complaint = Complaint(
        complaint_id=f"list-{_digest(file)}",
        channel=channel,
        claimants=tuple(sheet.claimants.values()),
        respondents=(Respondent.model_validate(employer),),
        items=tuple(sheet.items.values()),
    )
    out.write_text(json.dumps(complaint.model_dump(mode="json"), ensure_ascii=False, indent=1), encoding="utf-8")
    if as_json:
        emit({"file": str(out), "claimants": len(sheet.claimants), "bad": len(sheet.bad)})
    else:
        said = texts.say("cli.sheet_written", language, file=out, claimants=len(sheet.claimants))
        console().print(said, style="green")


async def _join(handle: Handle, file: Path, acting: str | None, partial: bool, as_json: bool, language: str) -> None:
    """One message for the whole list, so that it is taken whole. With ``partial`` what the case refuses is left out."""
    view, digest = await view_of(handle, language, page=1), _digest(file)
    respondent = next(r.ref for r in view.respondents if r.kind is RespondentKind.EMPLOYER)
    sheet = _read(file, f"j{digest}-", respondent, language)
    _stop_at_bad(sheet, partial, as_json, language)
    while True:
        message = JoinClaimants(
            message_id=f"list-{digest}-{len(sheet.claimants)}",
            actor=whoever(acting, "intake"),
            language=Language(language),
            claimants=tuple(sheet.claimants.values()),
            items=tuple(sheet.items.values()),
        )
        try:
            await deliver(handle, message.name, message.model_dump(mode="json"), by_signal=False, as_json=as_json)
            return
        except WorkflowUpdateFailedError as refused:
            before = len(sheet.bad)
            if not _leave_out(sheet, refused):
                raise
            _show(sheet.bad[before:], as_json and not partial, language)
        if not partial or not sheet.claimants:
            fail(Exit.REFUSED, texts.say("cli.sheet_nothing_taken", language, bad=len({b.line for b in sheet.bad})))


def _leave_out(sheet: Sheet, refused: WorkflowUpdateFailedError) -> bool:
    """Whether the refusal is about lines; those are left out."""
    if not isinstance(refused.cause, ApplicationError):
        return False
    found = [Problem.model_validate(each) for details in refused.cause.details for each in details]
    lines = {"claimants": list(sheet.claimants), "items": list(sheet.items)}
    by_line: dict[int, list[Problem]] = {}
    for problem in found:
        kind, _, rest = problem.field.partition(".")
        index, _, name = rest.partition(".")
        if kind not in lines or not index.isdecimal():
            return False
        by_line.setdefault(lines[kind][int(index)], []).append(problem.model_copy(update={"field": name}))
    for line, wrong in by_line.items():
        sheet.leave_out(line, wrong)
    return bool(by_line)


def _digest(file: Path) -> str:
    """By what a list is known again, so that the same file twice joins once."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]
