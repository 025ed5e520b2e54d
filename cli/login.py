"""``login``, ``logout``, ``whoami``, and the token server that signs for those who have logged in."""

import getpass
import sys
from typing import Annotated

import asyncpg
import typer
import uvicorn

import texts
from casebook import accounts
from cli.link import console, run
from domain.identity import Claims
from domain.protocol import must
from runtime import connect, sessions
from runtime.oidc import Provider, Roles
from runtime.sessions import NotLoggedIn, Sessions
from runtime.settings import Settings
from runtime.signing_keys import Keys, KeySetFile
from runtime.token_server import Person, SignIn, application


def register(app: typer.Typer, language: str) -> None:
    """Add the commands to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    @app.command("login", help=said("command.login"))
    def login(name: Annotated[str | None, typer.Argument(help=said("account"))] = None) -> None:
        async def work() -> None:
            settings = Settings()
            if settings.oidc_issuer is not None:
                given = SignIn(id_token=await Provider(settings.oidc_issuer, settings.oidc_client).sign_in(show))
            else:
                must(name, "account.name_missing", "name")
                given = SignIn(name=name, password=password(said("password")))
            session = await _opened(settings, given)
            sessions.keep(settings, session)
            who = sessions.holder(session)
            console().print(texts.say("cli.logged_in", language, who=who.cast if who else "?"), style="green")

        def show(address: str, code: str) -> None:
            console().print(texts.say("cli.sign_in_at", language, address=address, code=code))

        run(work, language)

    @app.command("logout", help=said("command.logout"))
    def logout() -> None:
        sessions.forget(Settings())

    @app.command("whoami", help=said("command.whoami"))
    def whoami() -> None:
        async def work() -> None:
            session = sessions.kept(Settings())
            who = sessions.holder(session) if session else None
            if who is None:
                raise NotLoggedIn
            sys.stdout.write(f"{who.cast}\n")

        run(work, language)

    @app.command("token-server", help=said("command.token-server"))
    def token_server(
        host: Annotated[str, typer.Option(help=said("field.host"))] = "127.0.0.1",
        port: Annotated[int, typer.Option(help=said("field.port"))] = 8235,
    ) -> None:
        async def work() -> None:
            settings = Settings()
            issuer = Sessions(Keys.of(settings), KeySetFile.of(settings))
            async with connect.database(settings, size=4) as pool:
                prover = Prover(settings, pool)
                served = application(issuer, KeySetFile.of(settings), prover.prove, prover.stands)
                config = uvicorn.Config(served, host=host, port=port, log_level="warning", access_log=False)
                await uvicorn.Server(config).serve()

        run(work, language)


class Prover:
    """Tells who somebody is: by the OpenID Connect provider where one is set, or else by local account."""

    def __init__(self, settings: Settings, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._provider, self._roles = None, None
        if settings.oidc_issuer is not None:
            self._provider = Provider(settings.oidc_issuer, settings.oidc_client)
            self._roles = Roles.read(settings.oidc_roles or settings.data / "oidc.yaml")

    async def prove(self, given: SignIn) -> Person:
        """The person. Raises Refused, and httpx.HTTPError when the provider is away."""
        if self._provider is not None and self._roles is not None:
            must(given.id_token, "oidc.token", "id_token")
            return await self._provider.person(given.id_token or "", self._roles)
        account = await accounts.log_in(self._pool, given.name or "", given.password or "")
        return Person(actor=account.actor, scope=account.scope, account=account.name)

    async def stands(self, claims: Claims) -> bool:
        """Whether the account that opened the session is still open."""
        return claims.acct is None or await accounts.usable(self._pool, claims.acct)


def password(prompt: str) -> str:
    """A password from the terminal, or the first line of standard input where there is none."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


async def _opened(settings: Settings, given: SignIn) -> str:
    if settings.token_server is not None:
        return (await sessions.asked(settings.token_server, "/session", given))["session"]
    issuer = Sessions(Keys.of(settings), KeySetFile.of(settings))
    async with connect.database(settings, size=1) as pool:
        person = await Prover(settings, pool).prove(given)
    return issuer.open(person.actor, person.scope, person.account)
