"""What senders and readers are told, in their language."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain.base import Model
from domain.case import CaseState
from domain.protocol import Refused
from domain.receipts import Receipt
from domain.roster import Assignment
from domain.triage import Triage
from domain.view import TriageExplanation
from domain.words import Language
from texts import sentences
from texts.assignment import lines as texts_of_assignment


class _Tongue(Model):
    model_config = {"extra": "ignore"}

    language: Language = Language.CHINESE


def body(payloads: Sequence[RawValue]) -> bytes:
    """The JSON of a message; empty, and so refused, if it is not exactly one JSON payload."""
    if len(payloads) != 1 or payloads[0].payload.metadata.get("encoding") != b"json/plain":
        return b""
    return payloads[0].payload.data


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


def failure(error: ApplicationError) -> tuple[str, dict[str, str]]:
    """Code and parameters of why a service can't answer."""
    match error.details:
        case [str() as code, dict() as params]:
            return code, {name: str(value) for name, value in params.items()}
        case _:
            return _UNKNOWN_FAILURE, {"type": error.type or "?"}


_WORKER_AWAY: Final = "connector.worker_away"


def records_failure(error: BaseException) -> tuple[str, dict[str, str]]:
    """Code and parameters of why an agency's records can't be read: what its worker said last, if it said anything."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ApplicationError):
            return failure(cause)
        cause = cause.__cause__
    return _WORKER_AWAY, {}


def records(agency: str) -> str:
    """The one-line summary of a records reading, for Temporal's own pages."""
    return f"records of {agency}"
