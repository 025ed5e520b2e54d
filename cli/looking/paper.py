"""``paper``: have a paper issued, read it as Word or HTML in either language, and edit its template."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

import texts
from casebook import aftercare
from casebook import papers as kept
from cli.delivering import deliver_even_late
from cli.out import Exit, console, emit, fail, no_file
from cli.running import run
from client.connection import actor, link
from client.speaking import envelope, view_of
from domain.papers.kinds import PaperKind, paper_rows
from domain.papers.messages import IssuePaper
from domain.words import Language
from papers import layout
from papers.document import Templates, html, render
from runtime.settings import Settings


def register(app: typer.Typer, language: str) -> None:
    """Add ``paper`` to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    group = typer.Typer(help=said("command.paper"), no_args_is_help=True)
    app.add_typer(group, name="paper")
    case_argument = Annotated[str, typer.Argument(help=said("case"))]
    json_option = Annotated[bool, typer.Option("--json", help=said("option.as_json"))]

    @group.command("kinds", help=said("command.paper-kinds"))
    def kinds(as_json: json_option = False) -> None:
        if as_json:
            emit([row.model_dump(mode="json") for row in paper_rows().values()])
            return
        table = Table()
        for column in ("ref", "what", "about", "phase", "source"):
            table.add_column(said(f"column.{column}"))
        for kind, row in paper_rows().items():
            title = layout.drafts()[kind][Language(language)].title
            phase = texts.label(row.from_phase, language)
            table.add_row(
                kind,
                title,
                texts.say(f"cli.paper_about.{row.about}", language),
                phase,
                texts.label(row.source, language),
            )
        console().print(table)

    @group.command("issue", help=said("command.paper-issue"))
    def issue(
        case: case_argument,
        kind: Annotated[PaperKind, typer.Argument(help=said("field.paper"))],
        about: Annotated[str | None, typer.Option(help=said("field.about"))] = None,
        acting: Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("option.acting"))] = None,
        message_id: Annotated[str | None, typer.Option("--message-id", help=said("option.message_id"))] = None,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            who = acting or "supervisor"
            async with link(who) as at:
                fields = envelope(actor(who), message_id or f"paper-{kind}-{about or 'case'}", language)
                message = IssuePaper.model_validate(fields | {"kind": kind, "about": about})
                await deliver_even_late(at, case, message, False, as_json)

        run(work, language)

    @group.command("list", help=said("command.paper-list"))
    def papers(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                handle = await at.case(case)
                after = await aftercare.find(at.pool, at.vault, handle.id)
                issued = (*(await view_of(handle, page=1)).papers, *(after.papers if after else ()))
            if as_json:
                emit([paper.model_dump(mode="json") for paper in issued])
                return
            table = Table()
            for column in ("number", "what", "about", "at", "sha256"):
                table.add_column(said(f"column.{column}"), overflow="fold")
            for paper in issued:
                title = layout.drafts()[paper.kind][Language(language)].title
                about = texts.label(paper.about, language)
                table.add_row(paper.number, title, about, str(paper.issued_on), paper.sha256)
            console().print(table)

        run(work, language)

    @group.command("save", help=said("command.paper-save"))
    def save(
        number: Annotated[str, typer.Argument(help=said("field.number"))],
        to: Annotated[Path, typer.Option("--to", "-o", help=said("field.to_file"))],
        copy_for: Annotated[str, typer.Option("--copy-for", help=said("field.copy_for"))] = "",
        of: Annotated[Language, typer.Option("--of", help=said("field.paper_language"))] = Language.CHINESE,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                paper = await kept.find(at.pool, at.vault, number)
                document = await kept.document(at.pool, at.vault, number)
            if paper is None or document is None:
                fail(Exit.NOT_FOUND, texts.say("cli.no_paper", language, number=number))
            matter = paper.matter
            if copy_for:
                if copy_for not in {party.ref for party in matter.parties}:
                    known = ", ".join(party.ref for party in matter.parties)
                    fail(Exit.BAD_INPUT, texts.say("cli.no_copy_for", language, party=copy_for, known=known))
                matter = matter.copied_for(copy_for)
            if copy_for or of is not Language.CHINESE:
                document = render(Templates(_own_templates()), matter, paper.number, of).content
            to.write_bytes(html(document).encode() if to.suffix == ".html" else document)
            console().print(texts.say("cli.paper_saved", language, file=to, sha256=paper.sha256))

        run(work, language)

    @group.command("templates", help=said("command.paper-templates"))
    def templates(
        folder: Annotated[Path, typer.Argument(help=said("field.folder"))],
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in PaperKind:
            for tongue in Language:
                (folder / f"{kind}.{tongue}.docx").write_bytes(layout.template(kind, tongue))
        console().print(texts.say("cli.templates_written", language, folder=folder, own=_own_templates()))

    @group.command("check", help=said("command.paper-check"))
    def check(
        folder: Annotated[Path | None, typer.Argument(help=said("field.folder"))] = None,
    ) -> None:
        where = folder or _own_templates()
        if folder is not None and not folder.is_dir():
            no_file(folder, NotADirectoryError() if folder.exists() else FileNotFoundError(), language)
        if faults := list(Templates(where).faults()):
            fail(Exit.BAD_INPUT, "\n".join(texts.say(bad.code, language, **bad.params) for bad in faults))
        console().print(texts.say("cli.templates_good", language), style="green")


def _own_templates() -> Path:
    return Settings().own_tables / "papers"
