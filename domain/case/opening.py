"""What a case begins with, what it comes to, and how readers ask for it."""

from typing import ClassVar

from domain.base import Model
from domain.case.state import CaseState
from domain.words import Language, Outcome


class Opening(Model):
    """How a run begins: empty, or with the state of the run before.

    Whoever starts a case proves nothing by it: a state is believed only from the centre's own workers, sealed for this
    case, and from the run of the same chain that handed it on.
    """

    sealed_payload: ClassVar[str] = "workflow"

    state: CaseState | None = None
    chain: str | None = None
    """The first run of the chain that the state was handed on in."""
    run: str | None = None
    """The run that handed it on."""

    def handed_on_by(self, chain: str, run: str | None) -> bool:
        """Whether the state was handed on to a run of this chain by this run."""
        return self.state is not None and (self.chain, self.run) == (chain, run)


class Closed(Model):
    """What a case came to."""

    case_number: str | None
    outcome: Outcome
    ledger_head: str


class Page(Model):
    """Which claimants an answer tells of."""

    number: int
    """From 1; a number beyond the last page means the last one."""
    pages: int
    claimants: int
    """How many there are on all pages, as far as the reader may see them."""


class Reading(Model):
    """How a reader wants a query answered."""

    language: Language = Language.CHINESE
    page: int | None = None
    """Only this page of the claimants, from 1; None: all of them, which is refused where there are more than 500."""
    size: int | None = None
    """Claimants on a page, 500 at most; None: 50."""
    token: str | None = None
    """Proof of who reads, for clients that can't put it into the header of a query."""
