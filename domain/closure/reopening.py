"""Why a closed case was reopened, and what the new case has from the old one."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Final

from domain.base import Model, Ref, State, Text, Yuan
from domain.ledger import Actor
from domain.message import Message
from domain.words import Agency, Outcome

_NIL: Final = Decimal("0.00")
_NUMBERED: Final = re.compile(r"(?P<first>.+)-r(?P<number>\d+)$")


class Ground(StrEnum):
    """Why a closed case is reopened."""

    NEW_FACTS = "new-facts"
    BREACH = "breach"
    """What was agreed was not done, or a payment was taken back after the closure."""
    CAME_BACK = "came-back"
    """The office that an item was referred to sent it back."""


class Reopen(Message):
    """Reopen a closed case as a new one. Sent by update-with-start; the answer is the receipt."""

    name = "reopen"
    case: Ref
    """The workflow of the closed case."""
    ledger_head: str
    """The digest of its last event, with which the new ledger begins."""
    ground: Ground
    reason: Text
    at_request_of: Ref | None = None
    """The party that asked for it; a claimant who had withdrawn comes back by it."""
    ask: tuple[Agency, ...] = ()
    """Agencies to ask again. Left out: all of them on new facts, none of them otherwise."""


class ReopenedFrom(Model):
    """The closed case that a case goes on from."""

    case: Ref
    case_number: str | None
    ground: Ground
    ledger_head: str


class Paid(Model):
    """What was paid to a claimant before, in yuan."""

    claimant: Ref
    part_a: Yuan = _NIL
    part_b: Yuan = _NIL


class Reopening(State):
    """From which case a case goes on, and what it has from it."""

    of: Ref
    ledger_head: str
    ground: Ground
    reason: Text
    by: Actor
    at_request_of: Ref | None = None
    ask: tuple[Agency, ...] = ()
    refused: str | None = None
    """Why it can't be taken up: the key of a text."""
    case_number: str | None = None
    """Of the old case; None until it has been taken up."""
    outcome: Outcome | None = None


def from_which(reopening: Reopening | None) -> ReopenedFrom | None:
    """The closed case that a case goes on from, as readers see it."""
    if reopening is None:
        return None
    return ReopenedFrom(
        case=reopening.of,
        case_number=reopening.case_number,
        ground=reopening.ground,
        ledger_head=reopening.ledger_head,
    )


def reopened_as(case: str) -> str:
    """The workflow that goes on from a closed case: each case can be reopened once, and its successor after it."""
    if (numbered := _NUMBERED.fullmatch(case)) is None:
        return f"{case}-r1"
    return f"{numbered['first']}-r{int(numbered['number']) + 1}"
