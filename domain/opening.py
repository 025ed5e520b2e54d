"""What a case begins with, what it comes to, and how readers ask for it."""

from domain.base import Model
from domain.case import CaseState
from domain.words import Language, Outcome


class Opening(Model):
    """How a run begins: empty, or with the state of the run before. Whoever starts a case proves nothing by it."""

    drill: bool = False
    """Read in cases begun under version 0.1 only; now the complaint says whether it is a drill."""
    state: CaseState | None = None


class Closed(Model):
    """What a case came to."""

    case_number: str | None
    outcome: Outcome
    ledger_head: str


class Reading(Model):
    """How a reader wants a query answered."""

    language: Language = Language.CHINESE
    page: int | None = None
    """Of ``case_view``: only this page of the claimants, from 1; None: all of them."""
    token: str | None = None
    """Proof of who reads, for clients that can't put it into the header of a query."""
