"""What an agency is told of a case: what its inquiry needs, for a named purpose (个人信息保护法 Art.6, 23, 34-37)."""

from collections.abc import Collection
from functools import cache
from typing import Final

from domain.base import Model, Ref
from domain.intake.complaint import Circumstances, Claimant, ClaimItem, Complaint
from domain.rules.rule_table import read_table
from domain.words import EMPLOYING, Agency, ClaimKind, InsuranceKind
from domain.yaml_file import TABLES

_TABLE: Final = TABLES / "sharing.yaml"
IDENTIFYING: Final = ("name", "identity_number")
"""By these an agency finds a claimant in its own records."""


class SharingRow(Model):
    """What one agency is told, for what, and by which article."""

    agency: Agency
    purpose: Ref
    """A word of texts/words.yaml."""
    claimant: tuple[str, ...] = ()
    """Fields of a claimant, beyond ref, name and identity number."""
    circumstances: tuple[str, ...] = ()
    kinds: frozenset[ClaimKind] = frozenset()
    """Claim items of these kinds."""
    insurance: frozenset[InsuranceKind] | None = None
    """Of claim items, these insurances only; None for all."""
    source: str
    verified: bool


class _Table(Model):
    rows: tuple[SharingRow, ...]


@cache
def sharing() -> dict[Agency, SharingRow]:
    """The table, by agency; every agency has its row. Raises TableError."""
    return {row.agency: row for row in read_table(_TABLE, _Table).rows}


def cut(complaint: Complaint, withdrawn: Collection[Ref], row: SharingRow) -> Complaint:
    """What an agency is told: the people and employers whom its inquiry concerns, and the items it can speak to.

    Where none of the items is for the agency, it is told of everybody who claims, without any item.
    """
    items = tuple(told for item in complaint.items if (told := _item(item, withdrawn, row)))
    everybody = {c.ref for c in complaint.claimants}
    concerned = {ref for item in items for ref in complaint.claimants_of(item)} or everybody
    people = concerned - set(withdrawn) or everybody
    answering = {item.respondent for item in items}
    shared = {"ref", *IDENTIFYING, "social_security_number", *row.claimant}
    untold = {name: field.get_default() for name, field in Claimant.model_fields.items() if name not in shared}
    return Complaint(
        complaint_id=complaint.complaint_id,
        channel=complaint.channel,
        jurisdiction=complaint.jurisdiction,
        claimants=tuple(c.model_copy(update=untold) for c in complaint.claimants if c.ref in people),
        respondents=tuple(
            r.model_copy(update={"unit": None})
            for r in complaint.respondents
            if r.ref in answering or r.kind in EMPLOYING
        ),
        items=items,
        circumstances=Circumstances(**{name: getattr(complaint.circumstances, name) for name in row.circumstances}),
    )


def _item(item: ClaimItem, withdrawn: Collection[Ref], row: SharingRow) -> ClaimItem | None:
    if item.kind not in row.kinds or item.claimant in withdrawn:
        return None
    insurance = tuple(kind for kind in item.insurance if row.insurance is None or kind in row.insurance)
    if item.insurance and not insurance:
        return None
    return item.model_copy(update={"insurance": insurance, "amount": None, "known_since": None})
