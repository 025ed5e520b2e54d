"""The search attributes by which Temporal lists cases. They are stored in clear: no personal data."""

from typing import Any, Final

from temporalio.common import SearchAttributeKey

CASE_NUMBER: Final = SearchAttributeKey.for_keyword("CaseNumber")
CASE_CLASS: Final = SearchAttributeKey.for_keyword("CaseClass")
CASE_PHASE: Final = SearchAttributeKey.for_keyword("CasePhase")
LANE: Final = SearchAttributeKey.for_keyword("Lane")
MEDIATION_GROUP: Final = SearchAttributeKey.for_keyword("MediationGroup")
OUTCOME: Final = SearchAttributeKey.for_keyword("Outcome")
MEDIATOR: Final = SearchAttributeKey.for_keyword("Mediator")
DRILL: Final = SearchAttributeKey.for_bool("Drill")

ALL: Final[tuple[SearchAttributeKey[Any], ...]] = (
    CASE_NUMBER,
    CASE_CLASS,
    CASE_PHASE,
    LANE,
    MEDIATION_GROUP,
    OUTCOME,
    MEDIATOR,
    DRILL,
)
