"""A mediation on the spot at a grid post: what each message does to it, and how it ends.

Effects are generators, as ``domain/dialogue.py`` says.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar

from domain.base import Ref
from domain.dialogue import Checked, by_role, goes_on, mark
from domain.direction.messages import Retry
from domain.grid import messages as g
from domain.grid.state import EMPLOYER, Forwarded, GridState, day
from domain.intake.claims import claim_rows, given_up, nature, no_waiver
from domain.intake.complaint import Complaint
from domain.ledger import SYSTEM
from domain.message import Message
from domain.refusal import PARTIES, must, read, refusal
from domain.settlement.instalments import Instalment
from domain.words import GridOutcome, Nature, Role

M = TypeVar("M", bound=Message)
POST: Final = frozenset({Role.INTAKE, Role.SUPERVISOR})
EVERYBODY_THERE: Final = POST | PARTIES | {Role.MEDIATOR}


Effect = Callable[[GridState, M, datetime], Checked]


@dataclass(frozen=True)
class GridKind:
    """One row of what a grid post understands."""

    model: type[Message]
    roles: frozenset[Role]
    effect: Effect[Any]


GRID: Final[dict[str, GridKind]] = {}
"""What may be said to a mediation on the spot, and by whom."""


def _accepts(model: type[M], roles: Collection[Role]) -> Callable[[Effect[M]], Effect[M]]:
    def declare(effect: Effect[M]) -> Effect[M]:
        GRID[model.name] = GridKind(model, frozenset(roles), effect)
        return effect

    return declare


def parse(name: str, body: bytes) -> Message:
    """The message that a JSON body holds. Raises Refused naming each bad field."""
    if name not in GRID:
        raise refusal("message.unknown", "name", known=", ".join(sorted(GRID)))
    return read(GRID[name].model, body)


def check(grid: GridState, message: Message, now: datetime) -> None:
    """Raise Refused if the message can't be carried out now; change nothing."""
    if mark(message) not in grid.seen:
        effect = _admit(grid, message, now)
        next(effect)
        effect.close()


def carry_out(grid: GridState, message: Message, now: datetime) -> bool:
    """Carry a message out, once. Returns False if its id had acted before.

    Raises Refused like ``check``, and then nothing has changed.
    """
    if mark(message) in grid.seen:
        return False
    effect = _admit(grid, message, now)
    next(effect)
    for _ in effect:
        raise AssertionError("an effect yields once")
    grid.seen[mark(message)] = grid.next_seq - 1
    return True


def _admit(grid: GridState, message: Message, now: datetime) -> Checked:
    kind, actor = GRID[message.name], message.actor
    goes_on(grid, message)
    by_role(message, kind.roles)
    if not isinstance(message, g.OpenGrid | Retry):
        must(grid.plan, "grid.not_open", "name")
        must(grid.ending is None, "grid.over", "name")
    post = grid.post or (message.post if isinstance(message, g.OpenGrid) else None)
    if post is not None and actor.role is Role.INTAKE and not (isinstance(message, g.OpenGrid) and grid.post):
        must(actor.id == post.id, "grid.other_post", "actor.id", post=post.id)
    mine = {Role.CLAIMANT: grid.claimants, Role.RESPONDENT: grid.respondents}.get(actor.role, (actor.id,))
    must(actor.id in mine, "party.unknown", "actor.id")
    effect: Checked = kind.effect(grid, message, now)
    return effect


@_accepts(g.OpenGrid, POST | {Role.SYSTEM})
def open_grid(grid: GridState, message: g.OpenGrid, now: datetime) -> Checked:
    if grid.post is not None:
        must(_same(grid, message), "grid.taken", "complaint")
        yield
        return
    yield
    grid.opened_at, grid.post, grid.drill = now, message.post, message.drill
    grid.warning, grid.complaint = message.warning, message.complaint
    grid.complained_at = now if message.complaint else None
    about: dict[str, Any] = {"complaint": message.complaint.complaint_id} if message.complaint else {}
    if warning := message.warning:
        about = {"since": warning.since, "months": warning.months, "workers": warning.workers}
    grid.note(
        "grid_opened",
        now,
        message.actor,
        message.message_id,
        post=message.post.id,
        post_kind=message.post.kind,
        occasion="complaint" if message.complaint else "early-warning",
        **about,
    )


def _same(grid: GridState, message: g.OpenGrid) -> bool:
    """Whether it is the complaint, or the employer of the warning, that was opened for before."""
    if message.complaint is not None:
        return grid.complaint is not None and grid.complaint.complaint_id == message.complaint.complaint_id
    assert message.warning is not None
    warned = grid.warning
    return warned is not None and (warned.credit_code, warned.since) == (
        message.warning.credit_code,
        message.warning.since,
    )


@_accepts(g.FileAtGrid, POST)
def file_at_grid(grid: GridState, message: g.FileAtGrid, now: datetime) -> Checked:
    must(grid.complaint is None, "grid.taken", "complaint")
    employer, warned = message.complaint.employer, grid.employer
    same = employer.credit_code == warned.credit_code if warned.credit_code else employer.name == warned.name
    must(same, "grid.other_employer", "complaint.respondents")
    yield
    said = [one.model_copy(update={"who": employer.ref if one.who == EMPLOYER else one.who}) for one in grid.said]
    grid.complaint, grid.complained_at, grid.said = message.complaint, now, said
    grid.note(
        "grid_complained",
        now,
        message.actor,
        message.message_id,
        complaint=message.complaint.complaint_id,
        claimants=len(message.complaint.claimants),
    )


@_accepts(g.NoteSaid, EVERYBODY_THERE)
def note_said(grid: GridState, message: g.NoteSaid, now: datetime) -> Checked:
    must(len(grid.said) < g.MAX_SAID, "grid.too_much_said", "text", most=g.MAX_SAID)
    must(message.who in (None, *grid.claimants, *grid.respondents), "party.unknown", "who")
    if message.actor.role in PARTIES:
        must(message.who == message.actor.id, "party.not_you", "who", party=message.who or "-")
    if message.attitude is not None:
        must(message.who in grid.respondents, "grid.attitude_of_respondents", "attitude")
    yield
    grid.said.append(g.Said(who=message.who, text=message.text, attitude=message.attitude, at=now))
    grid.note(
        "grid_said",
        now,
        message.actor,
        message.message_id,
        who=message.who or (grid.post.id if grid.post else None),
        text=message.text,
        attitude=message.attitude,
    )


@_accepts(g.OfferTerms, POST | {Role.MEDIATOR})
def offer_terms(grid: GridState, message: g.OfferTerms, now: datetime) -> Checked:
    must(grid.complaint, "grid.nobody_complained", "terms")
    assert grid.complaint is not None and grid.plan is not None
    must(message.terms not in grid.offers, "proposal.known", "terms", ref=message.terms)
    must(message.payer in grid.respondents, "party.unknown", "payer")
    for index, instalment in enumerate(message.instalments):
        field = f"instalments.{index}"
        must(instalment.due >= day(now), "proposal.due_in_past", f"{field}.due", today=day(now))
        must(instalment.due <= grid.plan.paid_by, "grid.paid_too_late", f"{field}.due", until=grid.plan.paid_by)
        for part in ("part_a", "part_b"):
            strangers = sorted(set(getattr(instalment, part)) - set(grid.claimants))
            must(not strangers, "party.unknown", f"{field}.{part}")
    must(grid.complaint.items, "grid.nothing_claimed", "terms")
    _gives_up_nothing(grid.complaint, message.counted, message.instalments)
    yield
    grid.offers[message.terms] = g.Offer(
        terms=message.terms,
        payer=message.payer,
        instalments=message.instalments,
        counted=message.counted,
        remark=message.remark,
        at=now,
    )
    grid.note(
        "grid_offered",
        now,
        message.actor,
        message.message_id,
        terms=message.terms,
        payer=message.payer,
        counted={ref: f"{amount:.2f}" for ref, amount in sorted(message.counted.items())},
        instalments=[{"due": i.due.isoformat(), "amount": f"{i.total:.2f}"} for i in message.instalments],
        total=f"{sum((i.total for i in message.instalments), Decimal(0)):.2f}",
    )


def _gives_up_nothing(complaint: Complaint, counted: dict[Ref, Decimal], instalments: Iterable[Instalment]) -> None:
    """Part A is scheduled, never reduced (社会保险费征缴暂行条例 Art.12): to the fen, for every claimant.

    What it comes to is what is claimed or, where it was counted higher, that. What only an agency can put right,
    such as a registration, is not settled at a post.
    """
    due: dict[str, Decimal] = {}
    for item in complaint.items:
        if nature(item.kind) is not Nature.PUBLIC_LAW:
            continue
        must(claim_rows()[item.kind].money, "grid.not_at_a_post", "terms", item=item.ref, article=no_waiver().source)
        for claimant in complaint.claimants_of(item):
            must(item.amount or claimant in counted, "grid.not_counted", "counted", item=item.ref, claimant=claimant)
            due[claimant] = due.get(claimant, Decimal(0)) + (item.amount or Decimal(0))
    due = {claimant: max(claimed, counted.get(claimant, claimed)) for claimant, claimed in due.items()}
    offered: dict[str, Decimal] = {}
    for instalment in instalments:
        for claimant, amount in instalment.part_a.items():
            offered[claimant] = offered.get(claimant, Decimal(0)) + amount
    for waived in given_up(due, offered):
        must(
            False,
            "proposal.part_a_waived",
            "instalments",
            claimant=waived.item,
            owed=waived.params["assessed"],
            offered=waived.params["scheduled"],
            missing=waived.params["missing"],
            article=waived.article,
        )


@_accepts(g.SettleOnTheSpot, POST)
def settle_on_the_spot(grid: GridState, message: g.SettleOnTheSpot, now: datetime) -> Checked:
    if message.terms is None:
        must(grid.complaint is None, "grid.terms_needed", "terms")
    else:
        must(message.terms in grid.offers, "proposal.unknown", "terms", known=", ".join(grid.offers) or "-")
        silent = sorted({*grid.claimants, grid.offers[message.terms].payer} - set(message.accepted_by))
        must(not silent, "grid.not_accepted", "accepted_by", parties=", ".join(silent))
    yield
    grid.ending = "settled"
    grid.note(
        "grid_settled",
        now,
        message.actor,
        message.message_id,
        terms=message.terms,
        accepted_by=list(message.accepted_by),
        receipt=message.receipt,
    )
    end(grid, GridOutcome.SETTLED, now)


@_accepts(g.ForwardToCentre, POST | PARTIES)
def forward_to_centre(grid: GridState, message: g.ForwardToCentre, now: datetime) -> Checked:
    yield
    grid.ending, grid.reason = "asked", message.reason
    grid.note("grid_forwarding", now, message.actor, message.message_id, reason=message.reason)


@_accepts(Retry, frozenset({Role.SUPERVISOR}))
def retry(grid: GridState, message: Retry, now: datetime) -> Checked:
    must(grid.blocked, "retry.not_blocked", "name")
    yield
    grid.retry()
    grid.note("retried", now, message.actor, message.message_id)


def give_over(grid: GridState, why: Literal["deadline", "busy"], now: datetime) -> None:
    """Nobody has settled it in time: the centre takes over by itself."""
    assert grid.plan is not None
    grid.ending = why
    grid.note("grid_lapsed", now, why=why, due=grid.plan.deadline.due.isoformat(), source=grid.plan.deadline.source)


def record(grid: GridState) -> g.GridRecord:
    """Everything so far, for the centre."""
    assert grid.post is not None and grid.complaint is not None and grid.complained_at is not None
    assert grid.ending not in (None, "settled")
    return g.GridRecord(
        grid=grid.case,
        post=grid.post,
        complaint_id=grid.complaint.complaint_id,
        opened_on=day(grid.complained_at),
        why=grid.ending,
        reason=grid.reason,
        said=tuple(grid.said),
        offers=tuple(grid.offers.values()),
    )


def complaint_for_the_centre(grid: GridState) -> Complaint:
    """The complaint, with what each respondent was last heard to say about talking."""
    assert grid.complaint is not None
    heard = {said.who: said.attitude for said in grid.said if said.attitude is not None}
    respondents = tuple(
        r.model_copy(update={"attitude": heard.get(r.ref, r.attitude)}) for r in grid.complaint.respondents
    )
    return grid.complaint.model_copy(update={"respondents": respondents})


def take_over(grid: GridState, answer: Forwarded, now: datetime) -> None:
    """The centre has it."""
    grid.forwarded = answer
    grid.note("grid_forwarded", now, SYSTEM, **answer.model_dump(mode="json"))
    end(grid, GridOutcome.FORWARDED, now)


def report(grid: GridState, now: datetime) -> None:
    """Nobody has complained, so there is no case to open: it stands on the supervisor's list."""
    grid.note("grid_reported", now)
    end(grid, GridOutcome.REPORTED, now)


def end(grid: GridState, outcome: GridOutcome, now: datetime) -> None:
    """Nothing more happens at the post."""
    grid.outcome, grid.ended_at = outcome, now
