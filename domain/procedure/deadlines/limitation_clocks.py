"""The limitation clocks of a running case: from when each claim item runs, and what in the case acts on it."""

from collections.abc import Iterator
from datetime import date

from domain.assessment.limitation import ClockAsked, LimitationEvent, LimitationEventKind, clock_rows
from domain.base import last_day
from domain.case.state import CaseState
from domain.inquiry.findings import LaborFinding
from domain.intake.complaint import ClaimItem


def asked(case: CaseState, today: date) -> tuple[ClockAsked, ...]:
    """Every claim item with what set its clock going and what has acted on it so far."""
    return tuple(
        ClockAsked(item=item.ref, kind=item.kind, began=began(case, item, today), events=tuple(_events(case, item)))
        for item in case.items
    )


def began(case: CaseState, item: ClaimItem, today: date) -> date | None:
    """The day that the row of the item's clock names, as far as complaint and findings tell; None: not yet."""
    match clock_rows()[item.kind].began:
        case "knowledge":
            return item.known_since
        case "end-of-employment":
            ended = _last_month_worked(case, item) or item.last_month
        case _:
            ended = item.last_month
    day = last_day(ended) if ended else None
    return day if day is not None and day < today else None


def _last_month_worked(case: CaseState, item: ClaimItem) -> str | None:
    worked = [
        employment.last_month
        for finding in case.findings.values()
        if isinstance(finding, LaborFinding)
        for employment in finding.employments
        if employment.employer == item.respondent and item.claimant in (None, employment.claimant)
    ]
    return max(worked, default=None)


def _events(case: CaseState, item: ClaimItem) -> Iterator[LimitationEvent]:
    if case.filed_at is not None:
        supplied = case.supplied_at if item in case.supplied else None
        on = case.day(supplied) if supplied else case.received_on
        yield LimitationEvent(kind=LimitationEventKind.FILING_WITH_CENTRE, on=on)
    yield from (noted.event for noted in case.limitation if noted.item in (None, item.ref))
    for day in sorted(_consents(case, item)):
        yield LimitationEvent(kind=LimitationEventKind.CONSENT_OF_DEBTOR, on=day)


def _consents(case: CaseState, item: ClaimItem) -> set[date]:
    """The days on which the item's employer accepted terms, or paid: each is consent to perform."""
    proposals = case.mediation.proposals.values() if case.mediation else ()
    answers = [p.answers[p.payer] for p in proposals if p.payer == item.respondent and p.payer in p.answers]
    paid = case.settlement is not None and case.settlement.payer == item.respondent
    payments = case.settlement.payments if case.settlement is not None and paid else ()
    return {case.day(answer.at) for answer in answers if answer.accept} | {payment.paid_on for payment in payments}
