"""What senders and readers are told, in their language."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from pydantic import ValidationError
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

from domain.base import Model
from domain.case.receipts import Receipt
from domain.case.state import CaseState
from domain.refusal import Refused
from domain.refusal import refusal as refusal_of
from domain.triage.classification import Triage
from domain.triage.roster import Assignment
from domain.views.case_view import TriageExplanation
from domain.words import Language
from texts import sentences
from texts.assignment import lines as texts_of_assignment

MESSAGE_BYTES: Final = 8 * 2**20
"""What no message comes near: a complaint of five thousand workers is a quarter of it."""


class _Tongue(Model):
    model_config = {"extra": "ignore"}

    language: Language = Language.CHINESE


def body(payloads: Sequence[RawValue]) -> bytes:
    """The JSON of a message; empty, and so refused, if it is not one JSON payload of a size that can be ours."""
    if len(payloads) != 1 or payloads[0].payload.metadata.get("encoding") != b"json/plain":
        return b""
    given = payloads[0].payload.data
    return given if len(given) <= MESSAGE_BYTES else b""


def language_of(body: bytes) -> Language:
    """The language that a message asks for, as far as it can be made out."""
    try:
        return _Tongue.model_validate_json(body).language
    except ValidationError:
        return Language.CHINESE


def refusal(refused: Refused, language: Language) -> ApplicationError:
    """A refusal as the sender of an update reads it; the problems travel along for machines."""
    lines = [sentences.problem_line(p.field, p.code, p.params, language) for p in refused.problems]
    return ApplicationError(
        "\n".join(lines),
        [p.model_dump(mode="json") for p in refused.problems],
        type="Refused",
        non_retryable=True,
    )


def receipt(case: CaseState, language: Language) -> Receipt | None:
    """The receipt of a filed complaint in a language; None before it is issued."""
    issued = case.receipt
    if issued is None:
        return None
    text = sentences.receipt_text(
        issued.decision,
        issued.case_number,
        issued.missing,
        issued.supply_until,
        issued.refer_to,
        issued.source,
        language,
    )
    return issued.model_copy(update={"text": text})


def triage(case: CaseState, language: Language) -> TriageExplanation:
    """The rules that fired and those that nearly did, as sentences."""
    if case.triage is None:
        return TriageExplanation(case=case.case, triage=None, reclassified=None)
    return TriageExplanation(
        case=case.case,
        triage=case.triage,
        reclassified=case.reclassified,
        lines=reasons(case.triage, language),
        nearly=near_misses(case.triage, language),
    )


def reasons(found: Triage, language: Language) -> tuple[str, ...]:
    """Why each rule fired."""
    return tuple(
        sentences.triage_reason(r.rule, r.facts, r.says.get(language), r.source, r.verified, language)
        for r in found.fired
    )


def near_misses(found: Triage, language: Language) -> tuple[str, ...]:
    """Which rules nearly fired, and by which conditions they missed."""
    return tuple(
        sentences.nearly(near.rule, [missed.model_dump() for missed in near.missed], near.held, language)
        for near in found.nearly
    )


def assignment(found: Assignment | None, language: Language) -> tuple[str, ...]:
    """How the mediator was chosen, who was recused and who was passed over."""
    return texts_of_assignment(found.model_dump(), language) if found else ()


_UNKNOWN_FAILURE: Final = "refusals.service.failed"
AWAY: Final = "refusals.service.away"


def step(activity: Callable[..., Any]) -> str:
    """The name of a step, as the case shows it."""
    return getattr(activity, "__qualname__", "service")


def failure(error: BaseException) -> tuple[str, str, dict[str, str]]:
    """Type, code and parameters of why a step can't be done."""
    cause = error.cause if isinstance(error, ActivityError) else error
    match cause:
        case ApplicationError(details=[str() as code, dict() as params]):
            return cause.type or "", code, {name: str(value) for name, value in params.items()}
        case ApplicationError():
            return cause.type or "", _UNKNOWN_FAILURE, {"type": cause.type or "?"}
        case _:
            return "", _UNKNOWN_FAILURE, {"type": type(cause).__name__}


def unforeseen(error: Exception) -> Refused:
    """What a sender is told of an error that nobody foresaw: its kind, never what was in it."""
    return refusal_of("message.unforeseen", "(message)", type=type(error).__name__)


_WORKER_AWAY: Final = "connector.worker_away"
_OTHER_KEYS: Final = "connector.other_keys"
"""The worker could not read what it was asked."""


def records_failure(error: BaseException) -> tuple[str, dict[str, str]]:
    """Code and parameters of why an agency's records can't be read: what its worker said last, if it said anything."""
    said = [one for one in _causes(error) if isinstance(one, ApplicationError)]
    if not said:
        return _WORKER_AWAY, {}
    _, code, params = failure(said[0])
    unread = code == _UNKNOWN_FAILURE and any(one.type == "BadInput" for one in said)
    return (_OTHER_KEYS, {}) if unread else (code, params)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def records(agency: str) -> str:
    """The one-line summary of a records reading, for Temporal's own pages."""
    return f"records of {agency}"
