"""Why a message can't be carried out: every problem that a person can mend, by field."""

from collections.abc import Iterable
from typing import Final, TypeVar

from pydantic import ValidationError

from domain.base import Model
from domain.message import Message
from domain.words import Role

M = TypeVar("M", bound=Message)

PARTIES: Final = frozenset({Role.CLAIMANT, Role.RESPONDENT})
LEADING: Final = frozenset({Role.SUPERVISOR, Role.SYSTEM})
"""Whoever leads the centre, and the joint meeting, whose decisions the centre carries to the cases."""
"""Roles whose every right ends at their own case."""


class Problem(Model):
    """What is wrong with one field. Never repeats the value."""

    field: str
    code: str
    """Key of texts/refusals.yaml or texts/input.yaml."""
    params: dict[str, str] = {}


class Refused(Exception):
    """A message that can't be carried out, with every problem that a person can mend."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.field}: {p.code}" for p in problems))
        self.problems = problems


def must(condition: object, code: str, field: str, **params: object) -> None:
    """Refuse the message unless the condition holds.

    Raises Refused with the text ``refusals.<code>``.
    """
    if not condition:
        raise refusal(code, field, **params)


def refusal(code: str, field: str, **params: object) -> Refused:
    """A refusal with one problem."""
    return Refused(Problem(field=field, code=f"refusals.{code}", params={k: str(v) for k, v in params.items()}))


def no_problems(found: Iterable[Refused]) -> None:
    """Refuse the message with everything that was found wrong. Raises Refused."""
    if problems := tuple(problem for one in found for problem in one.problems):
        raise Refused(*problems)


def read(model: type[M], body: bytes) -> M:
    """The message of a model that a JSON body holds. Raises Refused naming each bad field."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Refused(*problems(error)) from None


def problems(error: ValidationError) -> list[Problem]:
    """What a model found wrong, without the values that were given."""
    found = []
    details = error.errors(include_url=False, include_input=False)
    for detail in details:
        if detail["type"] == "too_short" and any(_inside(detail["loc"], other["loc"]) for other in details):
            continue  # it counts the good entries only, and the bad ones are named themselves
        field = ".".join(str(part) for part in detail["loc"]) or "(message)"
        context = detail.get("ctx", {})
        if isinstance(reason := context.get("error"), ValueError):
            found.append(Problem(field=field, code=f"refusals.{reason}"))
        else:
            params = {k: str(v) for k, v in context.items() if isinstance(v, str | int | float)}
            found.append(Problem(field=field, code=f"input.{detail['type']}", params=params))
    return found


def _inside(outer: tuple[int | str, ...], inner: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer
