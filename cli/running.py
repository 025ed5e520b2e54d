"""Running a command: what goes wrong is told in the user's language, with the exit code for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NoReturn

import asyncpg
import typer
from pydantic import ValidationError
from temporalio.client import (
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

import texts
from cli.out import Exit, fail, no_file
from client.connection import BadActor, NoAnswer, NoSuchCase
from domain.ledger import BrokenLedger
from domain.refusal import Problem, Refused, problems
from domain.rules.centre import centre_table
from domain.rules.rule_table import TableError
from runtime import connect
from runtime.rings import RingLost
from runtime.sessions import NotLoggedIn
from runtime.settings import Settings
from runtime.signing_keys import NoSigningKey
from runtime.web import Away
from texts import sentences

_AWAY: Final = (
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
)
"""What PostgreSQL says while nobody can ask it anything."""


def run(work: Callable[[], Awaitable[None]], language: str) -> None:
    """Run a command; tell what went wrong in the user's language, and exit with its code."""
    try:
        _call_by_name()
        asyncio.run(work())  # type: ignore[arg-type]
    except typer.Exit:
        raise
    except WorkflowUpdateFailedError as failure:
        if isinstance(failure.cause, ApplicationError) and failure.cause.type == "Refused":
            fail(Exit.REFUSED, str(failure.cause.message), _problems_of(failure.cause))
        fail(Exit.REFUSED, texts.say("cli.failed", language, why=failure.cause))
    except WorkflowQueryFailedError as failure:
        fail(Exit.REFUSED, texts.say("cli.failed", language, why=failure.message))
    except ValidationError as error:
        told(problems(error), language)
    except Refused as refused:
        told(refused.problems, language)
    except BrokenLedger as broken:
        fail(
            Exit.REFUSED,
            texts.say(
                "cli.ledger_broken", language, seq=broken.seq, problem=texts.say(f"ledger.{broken.problem}", language)
            ),
        )
    except NoSuchCase as unknown:
        fail(Exit.NOT_FOUND, texts.say("cli.no_such_case", language, case=unknown))
    except (NotLoggedIn, NoSigningKey):
        fail(Exit.REFUSED, texts.say("cli.not_logged_in", language))
    except Away as away:
        fail(Exit.UNREACHABLE, texts.say("cli.token_server_away", language, why=away))
    except RingLost as lost:
        fail(Exit.UNREACHABLE, texts.say("cli.ring_lost", language, file=lost))
    except TableError as error:
        fail(Exit.BAD_INPUT, texts.say(error.code, language, **error.params))
    except BadActor as bad:
        fail(Exit.BAD_INPUT, texts.say("cli.bad_actor", language, given=bad))
    except NoAnswer as waited:
        fail(Exit.UNREACHABLE, texts.say("cli.no_answer", language, message_id=waited))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            fail(Exit.NOT_FOUND, texts.say("cli.case_over", language))
        fail(Exit.UNREACHABLE, texts.say("cli.temporal_away", language, why=error.message))
    except (connect.NotRunning, RuntimeError, OSError, *_AWAY) as error:
        if isinstance(error, OSError) and error.filename is not None:  # A file of the user's; no server has a name.
            no_file(error.filename, error, language)
        fail(Exit.UNREACHABLE, texts.say("cli.unreachable", language, why=error))
    except asyncpg.PostgresError as error:
        fail(Exit.REFUSED, texts.say("cli.casebook_refused", language, why=error))


def _call_by_name() -> None:
    """The centre's own names for itself, agencies and channels. Raises TableError."""
    own = Settings().own_tables / "centre.yaml"
    texts.call(centre_table(own if own.exists() else None, texts.knows).words)


def _problems_of(refused: ApplicationError) -> list[Problem]:
    return [Problem.model_validate(detail) for details in refused.details for detail in details]


def told(found: Sequence[Problem], language: str) -> NoReturn:
    """Say what is wrong with each field, and exit."""
    lines = (sentences.problem_line(p.field, p.code, p.params, language) for p in found)
    fail(Exit.BAD_INPUT, "\n".join(lines), found)
