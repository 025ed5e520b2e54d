"""``accounts``: who may log in; ``keys``: what tokens are signed with."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import asyncpg
import typer
from rich.table import Table

import texts
from casebook import accounts
from casebook.accounts import Account
from cli.operator.login import password
from cli.out import Exit, console, emit, fail
from cli.running import run
from client.connection import actor
from domain.base import CENTRE_ZONE
from domain.case.identity import EVERY_CASE, PublicKey, UnknownKey
from runtime import connect
from runtime.rules import Rules
from runtime.settings import Settings
from runtime.signing_keys import Keys

DRILLED: Final = {
    "counter": "intake:counter",
    "supervisor": "supervisor:supervisor",
    "mediator": "mediator:m-p01",
    "lab-01": "officer:labor/lab-01",
    "lab-02": "officer:labor/lab-02",
    "med-01": "officer:medical-insurance/med-01",
    "tax-01": "officer:tax/tax-01",
    "uni-01": "officer:union/uni-01",
}
"""Accounts to try the console with: one for each desk."""


def register(app: typer.Typer, language: str) -> None:
    """Add both groups to the command line."""
    _accounts(app, language)
    _keys(app, language)


async def drilled(pool: asyncpg.Pool) -> str:
    """An account for each desk and each mediator. The password that all have, another one each time."""
    given = secrets.token_urlsafe(12)
    mediators = Rules(Settings().own_tables).tables.roster.mediators
    acting = DRILLED | {one.id: f"mediator:{one.id}" for one in mediators}
    await accounts.put(pool, [Account(name=name, actor=actor(who)) for name, who in acting.items()], given)
    return given


def _accounts(app: typer.Typer, language: str) -> None:
    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    group = typer.Typer(help=said("command.accounts"), no_args_is_help=True)
    app.add_typer(group, name="accounts")
    name_argument = Annotated[str, typer.Argument(help=said("account"))]

    @group.command("add", help=said("command.accounts-add"))
    def add(
        name: name_argument,
        acting: Annotated[str, typer.Argument(help=said("option.acting"))],
        case: Annotated[str, typer.Option(help=said("field.scope"))] = EVERY_CASE,
    ) -> None:
        async def work() -> None:
            account = Account(name=name, actor=actor(acting), scope=case)
            async with connect.database(Settings(), size=1) as pool:
                await accounts.add(pool, account, password(said("password")))

        run(work, language)

    @group.command("drill", help=said("command.accounts-drill"))
    def drill() -> None:
        async def work() -> None:
            async with connect.database(Settings(), size=1) as pool:
                given = await drilled(pool)
            table = Table(*(said(f"column.{column}") for column in ("account", "acts_as")))
            for name, acting in DRILLED.items():
                table.add_row(name, acting)
            console().print(table)
            console().print(said("drill_mediators"))
            console().print(texts.say("cli.drill_password", language, password=given), highlight=False)

        run(work, language)

    @group.command("passwd", help=said("command.accounts-passwd"))
    def passwd(name: name_argument) -> None:
        async def work() -> None:
            async with connect.database(Settings(), size=1) as pool:
                await accounts.set_password(pool, name, password(said("password")))

        run(work, language)

    @group.command("disable", help=said("command.accounts-disable"))
    def disable(name: name_argument) -> None:
        async def work() -> None:
            async with connect.database(Settings(), size=1) as pool:
                await accounts.disable(pool, name)

        run(work, language)

    @group.command("sign-out", help=said("command.accounts-sign-out"))
    def sign_out(acting: Annotated[str, typer.Argument(help=said("option.acting"))]) -> None:
        async def work() -> None:
            async with connect.database(Settings(), size=1) as pool:
                await accounts.end_sessions(pool, actor(acting))
            console().print(texts.say("cli.signed_out", language, who=actor(acting).cast), style="green")

        run(work, language)

    @group.command("list", help=said("command.accounts-list"))
    def list_accounts(as_json: Annotated[bool, typer.Option("--json", help=said("option.as_json"))] = False) -> None:
        async def work() -> None:
            async with connect.database(Settings(), size=1) as pool:
                found = await accounts.every(pool)
            if as_json:
                emit([account.model_dump(mode="json") for account in found])
                return
            table = Table(*(said(f"column.{column}") for column in ("account", "acts_as", "scope", "state")))
            for account in found:
                state = said("disabled") if account.disabled else ""
                table.add_row(account.name, account.actor.cast, account.scope, state)
            console().print(table)

        run(work, language)


def _keys(app: typer.Typer, language: str) -> None:
    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    group = typer.Typer(help=said("command.keys"), no_args_is_help=True)
    app.add_typer(group, name="keys")
    at_option = Annotated[datetime | None, typer.Option("--at", help=said("field.at"))]

    @group.command("new", help=said("command.keys-new"))
    def new(
        purpose: Annotated[Literal["people", "system"], typer.Argument(help=said("key_purpose"))],
        at: at_option = None,
    ) -> None:
        key = Keys.of(Settings()).new(purpose, starts=_instant(at) if at else None)
        console().print(texts.say("cli.key_made", language, kid=key.kid))

    @group.command("retire", help=said("command.keys-retire"))
    def retire(kid: Annotated[str, typer.Argument(help=said("kid"))], at: at_option = None) -> None:
        try:
            Keys.of(Settings()).retire(kid, _instant(at) if at else datetime.now(UTC))
        except UnknownKey:
            fail(Exit.NOT_FOUND, texts.say("cli.no_key", language, kid=kid))

    @group.command("list", help=said("command.keys-list"))
    def list_keys(as_json: Annotated[bool, typer.Option("--json", help=said("option.as_json"))] = False) -> None:
        keys = Keys.of(Settings())
        if as_json:
            emit(keys.public)
            return
        table = Table(*(said(f"column.{column}") for column in ("kid", "roles", "starts", "ends", "private")))
        for key in keys.public.keys:
            table.add_row(*_row(key, language), said("here") if keys.holds(key.kid) else "")
        console().print(table)


def _row(key: PublicKey, language: str) -> tuple[str, ...]:
    ends = _shown(key.ends) if key.ends else ""
    return key.kid, texts.label(sorted(key.roles), language), _shown(key.starts), ends


def _instant(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=CENTRE_ZONE)


def _shown(at: datetime) -> str:
    return f"{at.astimezone(CENTRE_ZONE):%Y-%m-%d %H:%M:%S}"
