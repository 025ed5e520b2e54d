"""What may be said when a complaint is filed, linked to a running case, or completed."""

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.base import Ref
from domain.intake.complaint import ClaimItem, Complaint
from domain.message import Message


class FileComplaint(Message):
    """File a complaint; the answer is the receipt. Sent by update-with-start."""

    name = "file_complaint"
    complaint: Complaint
    drill: bool = False
    """An exercise: the supervisor may move its clock on."""
    drill_on: date | None = None
    """The day of the exercise: its clock stands at nine in the morning of that day, whatever day it really is."""


class LinkComplaint(Message):
    """A complaint about this case came in at another window: link it, and take in what the case does not hold yet."""

    name = "link_complaint"
    complaint_id: Ref
    channel: Ref
    case: Ref
    complaint: Complaint | None = None
    """What it says. None where nothing is to be taken in."""
    windows: tuple[Ref, ...] = ()
    """The intake services that filed it: they may act in this case too."""


class SupplyMaterial(Message):
    """Hand in what intake asked for: claim items that were missing."""

    name = "supply_material"
    items: Annotated[tuple[ClaimItem, ...], Field(min_length=1, max_length=20000)]
