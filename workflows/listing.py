"""What Temporal's own lists show of a case. Stored in clear there, so it holds no personal data."""

from collections.abc import Iterator

from temporalio.common import SearchAttributePair, TypedSearchAttributes

from domain.case import CaseState
from domain.view import group, waiting
from runtime import search_attributes as keys


def search_attributes_of(case: CaseState) -> TypedSearchAttributes:
    """The attributes that a case is listed by."""
    return TypedSearchAttributes(list(_pairs(case)))


def _pairs(case: CaseState) -> Iterator[SearchAttributePair[object]]:
    waits = waiting(case)
    texts = {
        keys.CASE_NUMBER: case.case_number,
        keys.CASE_CLASS: case.case_class,
        keys.CASE_PHASE: case.phase,
        keys.LANE: case.lane,
        keys.OUTCOME: case.outcome,
        keys.MEDIATOR: case.mediator,
        keys.WAITS_ON: waits.on[0] if waits.on else None,
        keys.MEDIATION_GROUP: group(case),
    }
    yield from (SearchAttributePair(key, str(text)) for key, text in texts.items() if text is not None)
    yield SearchAttributePair(keys.DRILL, case.drill)
    if waits.until is not None:
        yield SearchAttributePair(keys.DUE_AT, waits.until)
