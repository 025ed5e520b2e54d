"""What a case begins with, what it comes to, and how readers ask for it."""

from domain.base import Model
from domain.case import CaseState
from domain.words import Language, Outcome


class Opening(Model):
    """How a case begins: empty, as a drill or in earnest, or with the state of the run before."""

    drill: bool = False
    state: CaseState | None = None


class Closed(Model):
    """What a case came to."""

    case_number: str | None
    outcome: Outcome
    ledger_head: str


class Reading(Model):
    """How a reader wants a query answered."""

    language: Language = Language.CHINESE
