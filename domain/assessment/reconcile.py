"""Each contradiction between the findings named, with both sources, who resolves it and what hangs on it."""

import hashlib
import itertools
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from domain.assessment.contradictions import RULES, Bounds, Clash, Scene
from domain.assessment.side_by_side import lay, stretches
from domain.base import Model, Month, Ref, Yuan
from domain.inquiry.findings import Finding
from domain.intake.complaint import ClaimItem, Complaint
from domain.rules.parameters import MissingParameter, above
from domain.rules.rule_table import bad, read_table
from domain.words import Agency
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "reconcile.yaml"
_LONGEST_ID: Final = 64
_SILENT: Final = "agency-silent"

Resolver = Literal["joint-meeting", "itself", "nobody", "labor", "medical-insurance", "tax", "union"]
"""Who resolves it: the joint meeting, time, an agency in its own records, or nobody (a warning)."""
Source = Literal["complaint", "labor", "medical-insurance", "tax", "union"]
Effect = Literal["none", "employment-added", "employment-dropped", "receipt-added", "receipt-dropped"]
"""What a source's prevailing makes of the months; receipts are those of medical insurance."""


class Conflict(Model):
    """A row of the table: a kind of contradiction, which sources speak, who resolves it, and what then holds."""

    kind: Ref
    first: Source
    """Stands until somebody decides for the second."""
    second: Source
    resolver: Resolver
    booking_days: Annotated[int, Field(ge=0)] = 0
    """For what resolves itself: the calendar days after a month's end that booking may lag behind payment."""
    if_first: Effect = "none"
    if_second: Effect = "none"
    jurisdiction: Ref | None = None
    """Where the row holds; everywhere when left out."""
    since: date = date.min
    until: date = date.max
    source: str
    verified: bool

    @model_validator(mode="after")
    def _decidable(self) -> Self:
        if (self.resolver == "itself") != (self.booking_days > 0):
            raise bad("booking_days", kind=self.kind)
        if self.if_first != self.if_second and self.resolver not in ("joint-meeting", "itself"):
            raise bad("undecidable", kind=self.kind, resolver=self.resolver)
        return self


class ConflictTable(Model):
    """Every kind of contradiction, everywhere and by place."""

    conflicts: tuple[Conflict, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        kinds = {*RULES, _SILENT}
        if unknown := sorted({row.kind for row in self.conflicts} - kinds):
            raise bad("unknown_kind", kind=unknown[0], known=", ".join(sorted(kinds)))
        always = {r.kind for r in self.conflicts if (r.jurisdiction, r.since, r.until) == (None, date.min, date.max)}
        if missing := sorted(kinds - always):
            raise bad("kind_without_row", kind=missing[0])
        for one, other in itertools.combinations(self.conflicts, 2):
            alike = (one.kind, one.jurisdiction) == (other.kind, other.jurisdiction)
            if alike and one.since <= other.until and other.since <= one.until:
                raise bad("rows_overlap", kind=one.kind, jurisdiction=one.jurisdiction or "*")
        return self

    def row(self, kind: str, jurisdiction: str, on: date) -> Conflict:
        """The row that holds in a place on a day. Raises MissingParameter."""
        place: str | None = jurisdiction
        while True:
            for row in self.conflicts:
                if (row.kind, row.jurisdiction) == (kind, place) and row.since <= on <= row.until:
                    return row
            if place is None:
                raise MissingParameter.on("conflict", kind, jurisdiction, on)
            place = above(place)


class Discrepancy(Model):
    """Two findings that cannot both be true, over a span of months."""

    id: Ref
    kind: Ref
    claimant: Ref | None
    employer: Ref | None
    first_month: Month | None = None
    last_month: Month | None = None
    months: int
    first: str
    """The source that stands if the joint meeting decides ``first``, and until it decides."""
    second: str
    params: dict[str, str] = {}
    """What the sources say: parameters of texts/reconcile.yaml."""
    resolver: Resolver
    resolves_on: date | None = None
    if_first: Effect = "none"
    if_second: Effect = "none"
    money: Yuan | None = None
    """By how much part A changes when the second source holds, in yuan; None where nothing was computed."""


class Statement(Model):
    """What a source says: a code of texts/reconcile.yaml with its parameters."""

    source: str
    code: str
    params: dict[str, str]


class Decision(Model):
    """The joint meeting's decision on a discrepancy."""

    discrepancy: Ref
    holds: Literal["first", "second"]
    decided_by: Ref
    reason: str


def load_conflicts(file: Path = _TABLE) -> ConflictTable:
    """A table from a file. Raises TableError."""
    return read_table(file, ConflictTable)


@cache
def shipped() -> ConflictTable:
    """The shipped table."""
    return load_conflicts()


def reconcile(
    complaint: Complaint,
    items: Iterable[ClaimItem],
    findings: Iterable[Finding],
    lapsed: Collection[Agency],
    as_of: date,
    table: ConflictTable | None = None,
    bounds: Bounds | None = None,
) -> tuple[Discrepancy, ...]:
    """Every contradiction between the findings, in a stable order.

    ``bounds`` gives floor and cap of the contribution base; without it, bases are not judged.
    Raises MissingParameter.
    """
    table = table or shipped()
    scene = Scene(complaint, lay(complaint, items, findings), bounds)
    silent = [Clash(None, None, of_case={"agency": agency}) for agency in sorted(lapsed)]
    found: list[Discrepancy] = []
    for kind, clashes in ((_SILENT, silent), *((kind, rule(scene)) for kind, rule in RULES.items())):
        row = table.row(kind, complaint.jurisdiction, as_of)
        for clash in clashes:
            found.extend(_discrepancies(row, clash, as_of))
    return tuple(sorted(found, key=lambda d: (d.claimant or "", d.first_month or "", d.kind, d.id)))


def statements(discrepancy: Discrepancy) -> tuple[Statement, Statement]:
    """What each of the two sources says."""
    span = {"first_month": discrepancy.first_month, "last_month": discrepancy.last_month}
    who = {"claimant": discrepancy.claimant, "employer": discrepancy.employer}
    params = {name: value for name, value in (span | who).items() if value is not None} | discrepancy.params
    return (
        Statement(source=discrepancy.first, code=f"reconcile.{discrepancy.kind}.first", params=params),
        Statement(source=discrepancy.second, code=f"reconcile.{discrepancy.kind}.second", params=params),
    )


def _discrepancies(row: Conflict, clash: Clash, as_of: date) -> Iterator[Discrepancy]:
    """One discrepancy for each stretch of adjacent months of which the same is said, and the same is to be done."""
    if not clash.said:
        yield _discrepancy(row, clash, [], clash.of_case, None)
    to_do = {month: (said, _waits(row, month, as_of)) for month, said in clash.said.items()}
    for span in stretches(to_do):
        said, waits = to_do[span[0]]
        yield _discrepancy(row, clash, span, said, _booked_by(row, span[-1]) if waits else None)


def _booked_by(row: Conflict, month: Month) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1]) + timedelta(days=row.booking_days)


def _waits(row: Conflict, month: Month, as_of: date) -> bool:
    """Whether a month may yet resolve itself."""
    return row.resolver == "itself" and as_of <= _booked_by(row, month)


def _discrepancy(
    row: Conflict, clash: Clash, span: list[Month], said: Mapping[str, str], resolves_on: date | None
) -> Discrepancy:
    overdue = row.resolver == "itself" and resolves_on is None
    first_month, last_month = (span[0], span[-1]) if span else (None, None)
    return Discrepancy(
        id=_id(row.kind, clash.claimant, clash.employer, first_month, clash.of_case.get("agency")),
        kind=row.kind,
        claimant=clash.claimant,
        employer=clash.employer,
        first_month=first_month,
        last_month=last_month,
        months=len(span),
        first=row.first,
        second=row.second,
        params=dict(said),
        resolver="joint-meeting" if overdue else row.resolver,
        resolves_on=resolves_on,
        if_first=row.if_first,
        if_second=row.if_second,
    )


def _id(*parts: str | None) -> str:
    """The same contradiction has the same id in every computation; a long one ends in its hash."""
    whole = "-".join(("d", *(part for part in parts if part)))
    if len(whole) <= _LONGEST_ID:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    return f"{whole[: _LONGEST_ID - 13]}-{digest}"
