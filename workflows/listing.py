"""What Temporal's own lists show of a case. Stored in clear there, so it holds no personal data."""

from collections.abc import Iterator
from typing import Any

from temporalio.common import SearchAttributeUpdate

from domain.case.state import CaseState
from domain.views.case_view import group
from runtime import search_attributes as keys


def search_attributes_of(case: CaseState) -> list[SearchAttributeUpdate[Any]]:
    """The attributes that a case is listed by."""
    return list(_updates(case))


def _updates(case: CaseState) -> Iterator[SearchAttributeUpdate[Any]]:
    words = {
        keys.CASE_NUMBER: case.case_number,
        keys.CASE_CLASS: case.case_class,
        keys.CASE_PHASE: case.phase,
        keys.LANE: case.lane,
        keys.OUTCOME: case.outcome,
        keys.MEDIATOR: case.mediator,
        keys.MEDIATION_GROUP: group(case),
    }
    for key, word in words.items():
        if word is not None:
            yield key.value_set(str(word))
    yield keys.DRILL.value_set(case.drill)
