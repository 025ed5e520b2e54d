"""``login``, ``logout``, ``whoami``, and the token server that signs for those who have logged in."""

import getpass
import sys
from functools import partial
from typing import Annotated

import typer
import uvicorn

import texts
from casebook import accounts
from cli.out import console
from cli.running import run
from client.signing_in import Prover, opened
from domain.refusal import must
from runtime import connect, sessions
from runtime.oidc import Provider
from runtime.sessions import NotLoggedIn, Sessions
from runtime.settings import Settings
from runtime.signing_keys import Keys, KeySetFile
from runtime.token_server import SignIn, application


def register(app: typer.Typer, language: str) -> None:
    """Add the commands to the command line."""

    def said(key: str) -> str:
        return texts.say(f"cli.{key}", language)

    @app.command("login", help=said("command.login"))
    def login(name: Annotated[str | None, typer.Argument(help=said("account"))] = None) -> None:
        async def work() -> None:
            settings, renewal = Settings(), None
            if settings.oidc_issuer is not None:
                signed_in = await Provider(settings.oidc_issuer, settings.oidc_client).sign_in(show)
                given, renewal = SignIn(id_token=signed_in.id_token), signed_in.renewal
            else:
                must(name, "account.name_missing", "name")
                given = SignIn(name=name, password=password(said("password")))
            session = await opened(settings, given)
            sessions.keep(settings, session, renewal)
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
            async with connect.database(settings, size=4) as pool:
                published = KeySetFile.of(settings)
                issuer = Sessions(Keys.of(settings), published, partial(accounts.stands, pool))
                served = application(issuer, published, Prover(settings, pool).prove)
                config = uvicorn.Config(served, host=host, port=port, log_level="warning", access_log=False)
                await uvicorn.Server(config).serve()

        run(work, language)


def password(prompt: str) -> str:
    """A password from the terminal, or the first line of standard input where there is none."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
