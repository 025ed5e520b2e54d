"""The visit after a case was closed: is the worker content, has the money arrived?"""

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.base import Model, Ref, Text
from domain.messages import Message


class Visit(Model):
    """A follow-up visit to make."""

    case: Ref
    case_number: str
    visit_on: date


class RecordVisit(Message):
    """What the visit found: satisfaction from 1 (not at all) to 5 (fully), and what was said."""

    name = "record_visit"
    satisfaction: Annotated[int, Field(ge=1, le=5)]
    performed: bool
    """Whether the claimants really have what was agreed."""
    remark: Text | None = None


class VisitRecord(Model):
    """The follow-up record (回访记录)."""

    case: Ref
    case_number: str
    visit_on: date
    visited: bool
    """False when nobody recorded a visit in time."""
    satisfaction: int | None = None
    performed: bool | None = None
    remark: Text | None = None
