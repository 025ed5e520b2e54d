"""What a ledger says of a case in numbers: days, sums and counts, each with the event that it rests on."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from domain.aftercare.messages import QUESTIONS, ReferralResult
from domain.base import CENTRE_ZONE, Model, Ref, Yuan
from domain.ledger import Event
from domain.words import Agency, CaseClass, GridOutcome, Lane, Outcome, Phase, ReferralTarget, Trade

_NIL: Final = Decimal("0.00")
WorkingDays = Callable[[date, date], int]
"""How many working days lie after a day, up to another."""


class Paid(Model):
    """Money that came, in yuan."""

    seq: int
    part: str
    paid_on: date
    amount: Yuan
    late_fee: Yuan = _NIL
    receipt: Ref
    agency: Agency | None = None
    """Whose officer confirmed it."""
    reversed_on: date | None = None


class Inquiry(Model):
    """An agency's inquiry: when it was due and when it was answered."""

    seq: int
    agency: Agency
    opened_on: date
    due: date
    ended_on: date | None = None
    in_time: bool | None = None
    """None while it is open, and where nobody needed it any more."""
    lapsed: bool = False
    extended: int = 0


class Span(Model):
    """A phase of the case, in working days without those for which it stood still."""

    seq: int
    phase: Phase
    first: date
    last: date
    days: int


class Sent(Model):
    """A claim item that was referred, and what came back of it."""

    seq: int
    item: Ref
    target: ReferralTarget
    on: date
    result: ReferralResult | None = None
    returned_on: date | None = None


class AtPost(Model):
    """A mediation on the spot at a grid post."""

    seq: int
    post: Ref
    opened_on: date
    upon: str
    """A complaint, or an early warning."""
    outcome: GridOutcome | None = None
    ended_on: date | None = None


class Visit(Model):
    """What a claimant said at the visit after the closure: 1 to 5, on the whole and to four questions."""

    seq: int
    on: date
    satisfaction: int
    easy: int | None = None
    prepared: int | None = None
    timely: int | None = None
    fair: int | None = None


class Standing(Model):
    """What the casebook's line says of a case, beside its ledger."""

    case: Ref
    case_number: str
    mediator: Ref | None = None
    jurisdiction: Ref
    trade: Trade | None = None
    employer: str
    """A keyed digest."""
    claimed_a: Yuan = _NIL
    claimed_b: Yuan = _NIL
    """What the complaint asked for, as far as it named sums."""
    people: int
    """As of now: of a case whose ledger does not begin with a filing, how many went on."""


class CaseFigures(Model):
    """A case in numbers."""

    case: Ref
    case_number: str
    seq: int
    """The last event that they rest on."""
    head: str
    """Its digest."""
    filed_on: date
    closed_on: date | None = None
    settled_on: date | None = None
    case_class: CaseClass | None = None
    lane: Lane | None = None
    group: Ref | None = None
    mediator: Ref | None = None
    jurisdiction: Ref | None = None
    trade: Trade | None = None
    employer: str
    """A keyed digest: no name stands here."""
    channel: Ref | None = None
    post: Ref | None = None
    """The grid post that mediated before."""
    people: int
    outcome: Outcome | None = None
    mediated: bool = False
    settled: bool = False
    collective: bool = False
    """Ten workers or more."""
    claimed_a: Yuan = _NIL
    claimed_b: Yuan = _NIL
    found_a: Yuan = _NIL
    found_b: Yuan = _NIL
    agreed: Yuan = _NIL
    outstanding: Yuan = _NIL
    """Of what was agreed."""
    days: int | None = None
    """Working days from filing to closure, without those for which it stood still."""
    payments: tuple[Paid, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    spans: tuple[Span, ...] = ()
    referrals: tuple[Sent, ...] = ()
    visits: tuple[Visit, ...] = ()
    posts: tuple[AtPost, ...] = ()
    """Of what a grid post tried itself: it is no case of the centre's, and counted apart."""
    rests_on: dict[str, int] = {}
    """The event behind each of the fields that one event sets."""


def project(
    standing: Standing, events: Sequence[Event], after: Iterable[Event], working_days: WorkingDays
) -> CaseFigures:
    """The numbers of a case, from its own ledger and that of what went on after it.

    ``after`` is empty where nothing did. Raises ValueError where the ledger holds no filing.
    """
    drawn = _Drawn(standing, working_days)
    for event in events:
        getattr(drawn, f"on_{event.kind}", drawn.nothing)(_told(event))
    for event in after:
        if event.kind == "satisfaction_recorded":
            said = {name: event.facts.get(name) for name in ("satisfaction", *QUESTIONS)}
            drawn.visits.append(Visit.model_validate({"seq": event.seq, "on": _day(event.at), **said}))
        elif event.kind in ("payment_reversed", "referral_returned"):
            getattr(drawn, f"on_{event.kind}")(_told(event))
    return drawn.figures(events[-1])


def project_post(case: Ref, employer: str, workers: int | None, events: Sequence[Event]) -> CaseFigures:
    """The numbers of a mediation at a grid post, from its ledger. Raises ValueError where the ledger is empty."""
    opened = next((event for event in events if event.kind == "grid_opened"), None)
    if opened is None:
        raise ValueError("the ledger holds no opening")
    ended = next((event for event in events if event.kind in _ENDED_AT_POST), None)
    row = AtPost(
        seq=(ended or opened).seq,
        post=opened.facts["post"],
        opened_on=_day(opened.at),
        upon=opened.facts["occasion"],
        outcome=_ENDED_AT_POST[ended.kind] if ended else None,
        ended_on=_day(ended.at) if ended else None,
    )
    return CaseFigures(
        case=case,
        case_number=case,
        seq=events[-1].seq,
        head=events[-1].digest,
        filed_on=row.opened_on,
        employer=employer,
        people=workers or 1,
        posts=(row,),
    )


_ENDED_AT_POST: Final = {
    "grid_settled": GridOutcome.SETTLED,
    "grid_forwarded": GridOutcome.FORWARDED,
    "grid_reported": GridOutcome.REPORTED,
}


def _day(at: datetime) -> date:
    return at.astimezone(CENTRE_ZONE).date()


def _int(value: Any) -> int:
    return int(value)


def _yuan(value: Any) -> Decimal:
    return Decimal(str(value or "0.00"))


class _Told(NamedTuple):
    """An event as far as a number may hang on it."""

    seq: int
    facts: Any
    day: date
    agency: Agency | None
    """Of whoever did it."""


def _told(event: Event) -> _Told:
    return _Told(event.seq, event.facts, _day(event.at), event.actor.agency)


class _Drawn:
    """The numbers as they grow, event by event: a method for each kind of event that changes one."""

    def __init__(self, standing: Standing, working_days: WorkingDays) -> None:
        self._standing, self._working_days = standing, working_days
        self._set: dict[str, Any] = {}
        self._rests_on: dict[str, int] = {}
        self._phase: tuple[Phase, date, int] | None = None
        self._still_since: date | None = None
        self._still: list[tuple[date, date]] = []
        self.payments: dict[str, Paid] = {}
        self.inquiries: dict[str, Inquiry] = {}
        self.spans: list[Span] = []
        self.referrals: list[Sent] = []
        self.visits: list[Visit] = []

    def nothing(self, told: _Told) -> None:
        """Most events change no number."""

    def _is(self, told: _Told, **fields: Any) -> None:
        self._set.update(fields)
        self._rests_on.update(dict.fromkeys(fields, told.seq))

    def on_complaint_filed(self, told: _Told) -> None:
        self._is(told, filed_on=told.day, channel=told.facts["channel"], people=_int(told.facts["claimants"]))
        self._phase = Phase.INTAKE, told.day, told.seq

    def on_case_taken_up(self, told: _Told) -> None:
        self._begun(told, self._standing.people)

    def on_split_from(self, told: _Told) -> None:
        self._begun(told, _int(told.facts["workers"]))

    def _begun(self, told: _Told, people: int) -> None:
        self._is(told, filed_on=told.day, channel="the-centre", people=people)
        self._phase = Phase.INTAKE, told.day, told.seq

    def on_claimants_joined(self, told: _Told) -> None:
        self._is(told, people=_int(told.facts["number"]))

    def on_claimants_split(self, told: _Told) -> None:
        self._is(told, people=self._set["people"] - len(told.facts["claimants"]))

    def on_triaged(self, told: _Told) -> None:
        self._is(told, case_class=told.facts["case_class"], lane=told.facts["lane"], group=told.facts["group"])

    def on_reclassified(self, told: _Told) -> None:
        self._is(told, case_class=told.facts["after"], lane=told.facts["lane"])

    def on_phase_entered(self, told: _Told) -> None:
        if self._phase is not None:
            phase, first, seq = self._phase
            self.spans.append(Span(seq=seq, phase=phase, first=first, last=told.day, days=self._days(first, told.day)))
        self._phase = Phase(told.facts["phase"]), told.day, told.seq
        if self._phase[0] is Phase.MEDIATION:
            self._is(told, mediated=True)
        if self._phase[0] is Phase.CLOSED:
            self._is(told, closed_on=told.day, days=self._days(self._set["filed_on"], told.day))

    def on_suspended(self, told: _Told) -> None:
        self._still_since = told.day

    def on_resumed(self, told: _Told) -> None:
        if self._still_since is not None:
            self._still.append((self._still_since, told.day))
            self._still_since = None

    def _days(self, first: date, last: date) -> int:
        stood = sum(
            self._working_days(max(first, since), min(last, until))
            for since, until in self._still
            if max(first, since) < min(last, until)
        )
        return max(self._working_days(first, last) - stood, 0)

    def on_assessed(self, told: _Told) -> None:
        self._is(told, found_a=_yuan(told.facts["part_a"]), found_b=_yuan(told.facts["part_b"]))

    def on_settled(self, told: _Told) -> None:
        total = _yuan(told.facts["total"])
        self._is(told, settled_on=told.day, settled=True, agreed=total, outstanding=total)

    def on_terms_off(self, told: _Told) -> None:
        self._is(told, settled_on=None, settled=False, agreed=_NIL, outstanding=_NIL)

    on_settlement_unsigned = on_terms_off

    def on_payment_confirmed(self, told: _Told) -> None:
        self._paid(told, "A")

    def on_receipt_confirmed(self, told: _Told) -> None:
        self._paid(told, "B")

    def _paid(self, told: _Told, part: str) -> None:
        self.payments[told.facts["receipt"]] = Paid(
            seq=told.seq,
            part=part,
            paid_on=told.facts["paid_on"],
            amount=_yuan(told.facts["amount"]),
            late_fee=_yuan(told.facts.get("late_fee")),
            receipt=told.facts["receipt"],
            agency=told.agency,
        )
        self._is(told, outstanding=_yuan(told.facts.get("outstanding")))

    def on_payment_reversed(self, told: _Told) -> None:
        if (paid := self.payments.get(told.facts["receipt"])) is not None:
            self.payments[told.facts["receipt"]] = paid.model_copy(
                update={"reversed_on": date.fromisoformat(told.facts["reversed_on"])}
            )
            if "outstanding" in told.facts:
                self._is(told, outstanding=_yuan(told.facts["outstanding"]))

    def on_task_opened(self, told: _Told) -> None:
        self.inquiries[told.facts["task"]] = Inquiry(
            seq=told.seq, agency=Agency(told.facts["task"]), opened_on=told.day, due=told.facts["due"]
        )

    def on_task_extended(self, told: _Told) -> None:
        self._inquiry(told, extended=1, due=told.facts.get("due"))

    def on_task_completed(self, told: _Told) -> None:
        self._answered(told)

    def on_task_cosigned(self, told: _Told) -> None:
        self._answered(told)

    def on_task_lapsed(self, told: _Told) -> None:
        self._inquiry(told, ended_on=told.day, in_time=False, lapsed=True)

    def _answered(self, told: _Told) -> None:
        asked = self.inquiries.get(str(told.facts.get("task")))
        if asked is not None and asked.ended_on is None:
            self._inquiry(told, ended_on=told.day, in_time=told.day <= asked.due)

    def _inquiry(self, told: _Told, *, extended: int = 0, due: str | None = None, **fields: Any) -> None:
        if (asked := self.inquiries.get(str(told.facts.get("task")))) is not None:
            moved = {"due": date.fromisoformat(due)} if due else {}
            changed = {**fields, **moved, "extended": asked.extended + extended, "seq": told.seq}
            self.inquiries[str(told.facts["task"])] = asked.model_copy(update=changed)

    def on_item_referred(self, told: _Told) -> None:
        self.referrals.append(Sent(seq=told.seq, item=told.facts["item"], target=told.facts["target"], on=told.day))

    def on_referral_returned(self, told: _Told) -> None:
        """What an office made of an item; where several were told so, the first that still waits."""
        for at, sent in enumerate(self.referrals):
            if (sent.item, sent.target, sent.result) == (told.facts["item"], told.facts["target"], None):
                back = {"result": ReferralResult(told.facts["result"]), "returned_on": told.day, "seq": told.seq}
                self.referrals[at] = sent.model_copy(update=back)
                return

    def on_grid_record_taken(self, told: _Told) -> None:
        self._is(told, post=told.facts["post"])

    def on_replied(self, told: _Told) -> None:
        self._is(told, outcome=told.facts["outcome"])

    def figures(self, last: Event) -> CaseFigures:
        """The numbers as they stand after the last event."""
        if "filed_on" not in self._set:
            raise ValueError("the ledger holds no filing")
        return CaseFigures(
            **{**self._standing.model_dump(), **self._set},
            seq=last.seq,
            head=last.digest,
            collective=self._set["people"] >= COLLECTIVE,
            payments=tuple(self.payments.values()),
            inquiries=tuple(self.inquiries.values()),
            spans=tuple(self.spans),
            referrals=tuple(self.referrals),
            visits=tuple(self.visits),
            rests_on=self._rests_on,
        )


COLLECTIVE: Final = 10
"""Workers from whom on a dispute is collective (调解仲裁法 Art.7)."""
