"""What each agency concluded, for the unified reply: of how many, with whom, when. No wages, no illness."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from domain.inquiry.findings import Finding, LaborFinding, MedicalInsuranceFinding, TaxFinding, UnionFinding
from domain.papers.kinds import Conclusion


def conclusions(finding: Finding, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """The conclusions of a finding, in the order in which they are told. ``names`` are those of the parties."""
    match finding:
        case LaborFinding():
            yield from _by_employer("employed", finding.employments, names)
            if not finding.employments:
                yield Conclusion(code="not_employed")
            if finding.retirements:
                yield Conclusion(code="retiring", params={"people": str(len(finding.retirements))})
        case MedicalInsuranceFinding():
            yield from _by_employer("insured", finding.insured, names)
            if not finding.insured:
                yield Conclusion(code="not_insured")
        case TaxFinding():
            yield from _by_employer("received", finding.contributions, names)
            if not finding.contributions:
                yield Conclusion(code="nothing_received")
            for one in finding.employers:
                yield Conclusion(
                    code="employer_state",
                    params={"employer": names.get(one.employer, one.employer), "state": one.state},
                )
        case UnionFinding():
            granted = sum(one.granted for one in finding.legal_aid)
            yield Conclusion(code="aid" if granted else "no_aid", params={"people": str(granted)})


def _by_employer(code: str, rows: Iterable[Any], names: Mapping[str, str]) -> Iterator[Conclusion]:
    of_employer: dict[str, list[Any]] = {}
    for row in rows:
        of_employer.setdefault(row.employer, []).append(row)
    for employer, theirs in of_employer.items():
        yield Conclusion(
            code=code,
            params={
                "people": str(len({row.claimant for row in theirs})),
                "employer": names.get(employer, employer),
                "first": min(row.first_month for row in theirs),
                "last": max(row.last_month or "" for row in theirs),
            },
        )
