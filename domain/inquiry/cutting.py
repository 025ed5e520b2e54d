"""Findings for some of the workers only, in the refs of another case, and two of one agency as one."""

from collections.abc import Collection, Mapping
from typing import Final

from domain.base import Model, Ref
from domain.inquiry.findings import Finding

_ONE_EACH: Final = {"retirements": "claimant", "legal_aid": "claimant", "employers": "employer"}
"""Parts of which a finding has one row for each of these."""


def cut(finding: Finding, claimants: Collection[Ref]) -> Finding:
    """A finding without the rows of other workers, and without a remark, which may be about them."""
    of_these = {
        part: tuple(row for row in rows if getattr(row, "claimant", None) in (None, *claimants))
        for part, rows in _parts(finding).items()
    }
    return finding.model_copy(update={**of_these, "remark": None})


def renamed(finding: Finding, refs: Mapping[Ref, Ref]) -> Finding:
    """A finding in which everybody stands under the refs of another case."""
    return finding.model_copy(
        update={part: tuple(_renamed(row, refs) for row in rows) for part, rows in _parts(finding).items()}
    )


def _renamed(row: Model, refs: Mapping[Ref, Ref]) -> Model:
    named = {name: refs.get(old, old) for name in ("claimant", "employer") if (old := getattr(row, name, None))}
    return row.model_copy(update=named)


def together(finding: Finding, other: Finding) -> Finding:
    """The rows of both, each once; where there can be one only, the first finding's stands."""
    added = {}
    for part, rows in _parts(finding).items():
        held, key = set(rows), _ONE_EACH.get(part)
        named = {getattr(row, key) for row in rows} if key else set()
        new = (row for row in _parts(other)[part] if row not in held)
        added[part] = (*rows, *(row for row in new if key is None or getattr(row, key) not in named))
    remarks = [one.remark for one in (finding, other) if one.remark]
    return finding.model_copy(update={**added, "remark": "\n".join(remarks) or None})


def _parts(finding: Finding) -> dict[str, tuple[Model, ...]]:
    parts = {part: getattr(finding, part) for part in type(finding).model_fields}
    return {part: rows for part, rows in parts.items() if isinstance(rows, tuple)}
