"""What may be said at any step: remarks, evidence, withdrawal, standing still, another class, other hands, referral."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.base import Ref, Text
from domain.message import Message
from domain.words import CaseClass, Lane, ReferralTarget


class Comment(Message):
    """Put a remark on the timeline."""

    name = "comment"
    text: Text
    task: Ref | None = None
    """The inquiry that it is about."""


class Attach(Message):
    """Add evidence: a reference to a stored file with its SHA-256."""

    name = "attach"
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9.+-]+$")]
    size: Annotated[int, Field(gt=0, le=100_000_000)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    location: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    task: Ref | None = None
    """The inquiry that it belongs to."""


class Withdraw(Message):
    """A claimant, or everybody when ``claimant`` is left out, withdraws. Collection of part A goes on."""

    name = "withdraw"
    claimant: Ref | None = None
    reason: Text


class Suspend(Message):
    """Stop the clocks until a day at the latest."""

    name = "suspend"
    until: date
    reason: Text


class Resume(Message):
    """Let the clocks run again."""

    name = "resume"
    reason: Text | None = None


class Reclassify(Message):
    """The supervisor puts a case in another class, with a reason."""

    name = "reclassify"
    case_class: CaseClass
    lane: Lane | None = None
    reason: Text


class Reassign(Message):
    """Give a task to another officer, or (``task`` left out) the case to another mediator."""

    name = "reassign"
    task: Ref | None = None
    to: Ref
    reason: Text


class Refer(Message):
    """Send a claim item on to who can decide it."""

    name = "refer"
    item: Ref
    target: ReferralTarget
    reason: Text
    although_undecided: bool = False
    """The sender knows that the joint meeting has still to decide a contradiction on which the item hangs."""


class Retry(Message):
    """What blocked the case has been mended: try the step again."""

    name = "retry"
