"""Everything that a mediation at a grid post is."""

from datetime import date, datetime
from typing import Final, Literal

from domain.base import CENTRE_ZONE, Instant, Model, Ref
from domain.deadlines.deadline import Deadline
from domain.dialogue import ProcedureState
from domain.grid import messages as g
from domain.intake.complaint import Complaint, Respondent
from domain.words import GridOutcome

EMPLOYER: Final = "employer"
"""Ref of the employer in a mediation upon an early warning, while nobody has complained."""


class GridPlan(Model):
    """Until when the post may try, and until when all that is agreed there must be paid."""

    deadline: Deadline
    paid_by: date


class Forwarded(Model):
    """What the centre answered: the case that goes on, whether the complaint was taken, and the record with it."""

    case: Ref
    case_number: str | None
    accepted: bool
    record_taken: bool


class GridState(ProcedureState):
    """Everything that a mediation on the spot is."""

    drill: bool = False
    opened_at: Instant | None = None
    post: g.Post | None = None
    warning: g.EarlyWarning | None = None
    complaint: Complaint | None = None
    complained_at: Instant | None = None
    plan: GridPlan | None = None
    said: list[g.Said] = []
    offers: dict[Ref, g.Offer] = {}
    ending: Literal["settled", "asked", "deadline", "busy"] | None = None
    reason: str | None = None
    outcome: GridOutcome | None = None
    forwarded: Forwarded | None = None
    ended_at: Instant | None = None

    @property
    def respondents(self) -> tuple[Ref, ...]:
        """Everybody who answers for the claim."""
        return tuple(r.ref for r in self.complaint.respondents) if self.complaint else (EMPLOYER,)

    @property
    def claimants(self) -> tuple[Ref, ...]:
        """Everybody who has complained."""
        return tuple(c.ref for c in self.complaint.claimants) if self.complaint else ()

    @property
    def employer(self) -> Respondent:
        """Whom it is about."""
        if self.complaint is not None:
            return self.complaint.employer
        assert self.warning is not None
        return Respondent(ref=EMPLOYER, name=self.warning.employer, credit_code=self.warning.credit_code)


def day(at: datetime) -> date:
    """The legal day at the centre."""
    return at.astimezone(CENTRE_ZONE).date()
