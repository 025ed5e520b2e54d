"""After the closure: ``after``, ``received``, ``returned``, ``visited``, ``referrals``."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import texts
from casebook import aftercare as book
from cli.docs.examples_of import example
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.after_closure import told_after
from client.connection import Link, link, whoever
from client.speaking import envelope
from domain.aftercare.messages import ReferralResult
from domain.base import CENTRE_ZONE
from domain.closure.ends import offices
from domain.procedure.aftercare.state import Aftercare, Letter, SentItem
from domain.procedure.aftercare.view import aftercare_view
from domain.settlement.confirmation import ConfirmationKind, ConfirmationState
from domain.words import ReferralTarget

_DAYS: Final = ("received_on", "returned_on", "decided_on")
"""Fields that are today's day where none is given."""


def register(app: typer.Typer, language: str) -> None:
    """Add the commands of what goes on after a case."""

    def said(key: str) -> str:
        return texts.say(key, language)

    case_argument = Annotated[str, typer.Argument(help=said("cli.case"), show_default=False)]
    acting_option = Annotated[str | None, typer.Option("--as", envvar="ONESTOP_ACTOR", help=said("cli.option.acting"))]
    json_option = Annotated[bool, typer.Option("--json", help=said("cli.option.as_json"))]
    example_option = Annotated[bool, typer.Option("--example", help=said("cli.option.show_example"))]
    on_option = Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help=said("aftercare.field.on"))]
    target_argument = Annotated[ReferralTarget, typer.Argument(help=said("aftercare.field.target"))]
    reason_option = Annotated[str | None, typer.Option(help=said("cli.field.reason"))]

    def deliver(name: str, case: str, acting: str | None, fields: dict[str, Any], as_json: bool) -> None:
        async def work() -> None:
            target = fields.get("target")
            agency = offices()[target].agency if target else None
            who = whoever(acting, f"officer:{agency}/{agency}-01" if agency else "supervisor")
            given = {field: value for field, value in fields.items() if value is not None}
            async with link(acting) as at:
                if (day := next((name for name in _DAYS if name in fields and name not in given), None)) is not None:
                    given[day] = await _today(at, case)
                answer = await told_after(at, case, name, envelope(who, None, language) | given)
            if as_json:
                emit(answer)
            else:
                console().print(answer.waits, style="green")

        run(work, language)

    @app.command("after", help=said("aftercare.command"))
    def after(case: case_argument, as_json: json_option = False) -> None:
        async def work() -> None:
            async with link() as at:
                found = await book.find(at.pool, at.vault, (await at.case(case)).id)
            if found is None:
                fail(Exit.NOT_FOUND, said("aftercare.nothing"))
            if as_json:
                emit(aftercare_view(found))
            else:
                console().print(shown(found, language))

        run(work, language)

    @app.command("received", help=said("aftercare.command.received"))
    def received(
        case: case_argument = "",
        target: target_argument = ReferralTarget.LABOUR_INSPECTION,
        number: Annotated[str, typer.Option(help=said("aftercare.field.number"))] = "",
        by: Annotated[str, typer.Option("--by", help=said("aftercare.field.by"))] = "",
        item: Annotated[str | None, typer.Option(help=said("aftercare.field.item"))] = None,
        on: on_option = None,
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(example("record_referral_receipt"))
            return
        fields = {
            "target": target,
            "item": item,
            "number": number,
            "received_by": by,
            "received_on": on and on.date().isoformat(),
        }
        deliver("record_referral_receipt", case, acting, fields, as_json)

    @app.command("returned", help=said("aftercare.command.returned"))
    def returned(
        case: case_argument = "",
        target: target_argument = ReferralTarget.ARBITRATION,
        item: Annotated[str, typer.Argument(help=said("aftercare.field.item"))] = "",
        result: Annotated[ReferralResult, typer.Option(help=said("aftercare.field.result"))] = ReferralResult.DECIDED,
        document: Annotated[str | None, typer.Option(help=said("aftercare.field.document"))] = None,
        reason: reason_option = None,
        claimant: Annotated[str | None, typer.Option(help=said("cli.field.claimant"))] = None,
        forwarded_to: Annotated[ReferralTarget | None, typer.Option(help=said("aftercare.field.forwarded_to"))] = None,
        on: on_option = None,
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(example("record_referral_return"))
            return
        fields = {
            "target": target,
            "item": item,
            "claimant": claimant,
            "result": result,
            "document": document,
            "reason": reason,
            "forwarded_to": forwarded_to,
            "returned_on": on and on.date().isoformat(),
        }
        deliver("record_referral_return", case, acting, fields, as_json)

    @app.command("visited", help=said("aftercare.command.visited"))
    def visited(
        case: case_argument = "",
        claimant: Annotated[str, typer.Argument(help=said("cli.field.claimant"))] = "",
        satisfaction: Annotated[int, typer.Option(help=said("aftercare.field.satisfaction"))] = 5,
        easy: Annotated[int | None, typer.Option(help=said("aftercare.field.easy"))] = None,
        prepared: Annotated[int | None, typer.Option(help=said("aftercare.field.prepared"))] = None,
        timely: Annotated[int | None, typer.Option(help=said("aftercare.field.timely"))] = None,
        fair: Annotated[int | None, typer.Option(help=said("aftercare.field.fair"))] = None,
        performed: Annotated[
            bool, typer.Option("--performed/--not-performed", help=said("aftercare.field.performed"))
        ] = True,
        remark: Annotated[str | None, typer.Option(help=said("cli.field.text"))] = None,
        acting: acting_option = None,
        as_json: json_option = False,
        show_example: example_option = False,
    ) -> None:
        if show_example:
            emit(example("record_satisfaction"))
            return
        told = {"satisfaction": satisfaction, "easy": easy, "prepared": prepared, "timely": timely, "fair": fair}
        fields = {"claimant": claimant, **told, "performed": performed, "remark": remark}
        deliver("record_satisfaction", case, acting, fields, as_json)

    @app.command("ruled", help=said("aftercare.command.ruled"))
    def ruled(
        case: case_argument = "",
        kind: Annotated[
            ConfirmationKind, typer.Argument(help=said("aftercare.field.confirmation"))
        ] = ConfirmationKind.JUDICIAL,
        result: Annotated[str, typer.Argument(help=said("aftercare.field.result"))] = ConfirmationState.CONFIRMED,
        on: on_option = None,
        document: Annotated[str | None, typer.Option(help=said("aftercare.field.document"))] = None,
        reason: reason_option = None,
        acting: acting_option = None,
        as_json: json_option = False,
    ) -> None:
        fields = {
            "kind": kind,
            "result": result,
            "decided_on": on and on.date().isoformat(),
            "document": document,
            "reason": reason,
        }
        deliver("record_confirmation_result", case, acting, fields, as_json)

    @app.command("referrals", help=said("aftercare.command.referrals"))
    def referrals(
        target: Annotated[ReferralTarget | None, typer.Option(help=said("aftercare.field.target"))] = None,
        late: Annotated[bool, typer.Option("--late", help=said("aftercare.option.late"))] = False,
        as_json: json_option = False,
    ) -> None:
        async def work() -> None:
            async with link() as at:
                found = await book.letters(at.pool, late=late, target=target)
            if as_json:
                emit([line.model_dump(mode="json") for line in found])
                return
            table = Table()
            for column in ("case", "target", "sent", "due", "open", "late"):
                table.add_column(said(f"aftercare.column.{column}"))
            for line in found:
                state = "!" if line.escalated or line.silent else ""
                table.add_row(
                    line.case_number,
                    texts.label(line.target, language),
                    str(line.sent_on),
                    str(line.receipt_due),
                    f"{line.open}/{line.items}",
                    state,
                )
            console().print(table)

        run(work, language)


def shown(found: Aftercare, language: str) -> RenderableType:
    """What goes on after a case: each referred item, the visit, what came late."""
    table = Table(title=texts.say("aftercare.title", language), title_justify="left")
    for column in ("target", "item", "sent", "receipt", "result"):
        table.add_column(texts.say(f"aftercare.column.{column}", language))
    for letter in found.letters:
        for sent in letter.items:
            table.add_row(
                texts.label(letter.target, language),
                f"{sent.item} {sent.claimant or ''}",
                str(letter.sent_on),
                _receipt(letter, sent, language),
                " ".join(_result(letter, sent, language)),
            )
    parts: list[RenderableType] = [table] if found.letters else []
    if (visits := found.visits) is not None:
        average = "—" if visits.satisfaction is None else f"{visits.satisfaction:.1f}"
        parts.append(
            Text(
                texts.say(
                    "aftercare.visit",
                    language,
                    on=visits.visit_on,
                    until=visits.until.astimezone(CENTRE_ZONE).date(),
                    found=len(visits.found),
                    all=len(visits.claimants),
                    satisfaction=average,
                )
            )
        )
        for claimant, one in visits.found.items():
            performed = texts.label("performed" if one.performed else "breached", language)
            line = texts.say(
                "aftercare.visited",
                language,
                claimant=claimant,
                satisfaction=one.satisfaction,
                performed=performed,
                remark=one.remark or "",
            )
            parts.append(Text(f"  {line}"))
    if late := [receipt for receipt, day in found.payments.items() if day is not None]:
        parts.append(Text(texts.say("aftercare.reversed", language, receipts=", ".join(late)), style="red"))
    return Group(*parts)


def _receipt(letter: Letter, sent: SentItem, language: str) -> str:
    if sent.received_on is not None:
        return texts.say("aftercare.receipt", language, number=sent.receipt, by=sent.received_by, on=sent.received_on)
    if not letter.followed:
        return texts.say("aftercare.told", language)
    key = "aftercare.overdue" if letter.escalated else "aftercare.awaited"
    return texts.say(key, language, due=letter.terms.receipt_due) if sent.unreceived else "—"


def _result(letter: Letter, sent: SentItem, language: str) -> Iterator[str]:
    if sent.result is not None:
        yield from filter(None, (texts.label(sent.result, language), sent.document, sent.remark))
    elif letter.silent:
        yield texts.say("aftercare.silent", language, due=letter.terms.return_due)
    if sent.result is ReferralResult.REFUSED:
        way = texts.say(f"ends.way.{offices()[letter.target].refused}", language)
        yield texts.say("aftercare.next", language, way=way)


async def _today(at: Link, case: str) -> str:
    """The day by the clock of the case: in a drill another one than outside."""
    of = await book.find(at.pool, at.vault, (await at.case(case)).id)
    ahead = of.clock_offset if of else timedelta()
    return (datetime.now(CENTRE_ZONE) + ahead).date().isoformat()
