"""``inbox``: what waits at the desks, by agency, officer, state, due day, class, employer and text."""

import inspect
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final, NamedTuple

import typer

import texts
from casebook import inbox, meetings
from casebook.inbox import TaskFilter
from casebook.lists import CaseFilter, cases
from cli.looking import lists
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import link
from domain.deadlines.deadline import end_of
from domain.words import Agency, CaseClass, Role
from texts import sentences


class _Option(NamedTuple):
    name: str
    kind: Any = str | None
    default: Any = None
    flag: str = ""
    text: str = ""


_OPTIONS: Final = (
    _Option("agency", Agency | None),
    _Option("officer"),
    _Option("state"),
    _Option("due_from"),
    _Option("due_until"),
    _Option("overdue", bool, False),
    _Option("case_class", CaseClass | None, flag="--class"),
    _Option("employer"),
    _Option("escalated_to"),
    _Option("records_away", bool, False),
    _Option("text", text="search"),
    _Option("after"),
    _Option("limit", int, inbox.PAGE),
)


def filter_options(language: str, *left_out: str) -> list[inspect.Parameter]:
    """The options that filter an inbox, for typer to read."""
    return [
        inspect.Parameter(
            option.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=option.default,
            annotation=Annotated[
                option.kind,
                typer.Option(
                    option.flag or f"--{option.name.replace('_', '-')}",
                    help=texts.say(f"cli.field.{option.text or option.name}", language),
                ),
            ],
        )
        for option in _OPTIONS
        if option.name not in left_out
    ]


def filter_of(given: dict[str, Any], language: str) -> TaskFilter:
    """The filter that the options say; exits with the reason when a day or a page can't be read."""
    fields = {name: value for name, value in given.items() if value is not None and name in TaskFilter.model_fields}
    for name, days in (("due_from", -1), ("due_until", 0)):
        if name in fields:
            fields[name] = end_of(_day(name, fields[name], language) + timedelta(days=days))
    if given.get("overdue"):
        fields["due_until"] = datetime.now(UTC)
    if "after" in fields:
        fields["after"] = _key(fields["after"], language)
    return TaskFilter.model_validate(fields)


def _day(name: str, text: str, language: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        flag = f"--{name.replace('_', '-')}"
        fail(Exit.BAD_INPUT, sentences.problem_line(flag, "input.date_parsing", {}, language))


def page_name(key: tuple[datetime, str, str]) -> str:
    """Where a page begins, as people copy it."""
    return "/".join((key[0].astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f"), *key[1:]))


def _key(name: str, language: str) -> tuple[datetime, str, str]:
    try:
        at, case, task = name.split("/")
        return datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), case, task
    except ValueError:
        fail(Exit.BAD_INPUT, texts.say("cli.bad_page", language, after=name))


def register(app: typer.Typer, language: str) -> None:
    """Add ``inbox`` to the command line; ``tasks`` is its earlier name."""

    def show(**given: Any) -> None:
        run(lambda: _show(given, language), language)

    as_json = Annotated[bool, typer.Option("--json", help=texts.say("cli.option.as_json", language))]
    parameters = [
        *filter_options(language),
        inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=as_json),
    ]
    show.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    show.__annotations__ = {p.name: p.annotation for p in parameters}
    about = texts.say("cli.command.inbox", language)
    app.command("inbox", help=about)(show)
    app.command("tasks", help=about, hidden=True)(show)


async def _show(given: dict[str, Any], language: str) -> None:
    wanted = filter_of(given, language)
    async with link() as at:
        found = await inbox.tasks(at.pool, at.vault, wanted)
        own = at.reader.role is Role.SUPERVISOR and not any(
            given[option.name] for option in _OPTIONS if option.name != "limit"
        )
        stuck = await cases(at.pool, at.vault, CaseFilter(blocked=True, open=True)) if own else []
        asked = await cases(at.pool, at.vault, CaseFilter(waits_on="supervisor", open=True)) if own else []
        agency = given["agency"] or at.reader.agency
        orders = await meetings.orders(at.pool, at.vault, agency=agency) if own or agency else []
    if given["as_json"]:
        emit([{**line.model_dump(mode="json"), "page": page_name(line.key)} for line in found])
        return
    shown = console()
    if orders:
        shown.print(lists.orders(orders, language))
    for title, lines in (("stuck", stuck), ("for_supervisor", asked)):
        if lines:
            shown.print(lists.cases(lines, language, title))
    shown.print(lists.inbox(found, language))
    if len(found) == wanted.limit:
        shown.print(texts.say("cli.next_page", language, after=page_name(found[-1].key)), style="dim")
