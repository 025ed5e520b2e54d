"""Beside each field of a finding stands what the agency's records say there."""

from collections.abc import Iterable, Iterator

from console.forms import Field, fields_of
from domain.inquiry.findings import LaborFinding

RECORDS = {
    "employments": [
        {
            "claimant": "c1",
            "employer": "e1",
            "first_month": "2024-01",
            "last_month": "2024-03",
            "monthly_wage": "5000.00",
        }
    ],
}


def leaves(fields: Iterable[Field]) -> Iterator[Field]:
    for one in fields:
        if one.rows:
            for row in one.rows:
                yield from leaves(row)
        else:
            yield one


def origins(said: dict[str, object], records: dict[str, object] | None) -> dict[str, str]:
    """Where each field that stands somewhere comes from, by its name."""
    drawn = fields_of(LaborFinding, "zh-CN", said, without=frozenset({"agency"}), records=records)
    return {one.name: one.origin for one in leaves(drawn) if one.origin}


def test_what_was_not_touched_is_as_in_the_records() -> None:
    told = origins(dict(RECORDS), dict(RECORDS))
    assert set(told.values()) == {"records"} and "employments.0.monthly_wage" in told


def test_what_was_changed_is_told_with_what_the_records_say_and_what_they_lack_is_told_too() -> None:
    [row] = RECORDS["employments"]
    more = {"claimant": "c2", "employer": "e1", "first_month": "2024-02", "last_month": "2024-03"}
    said: dict[str, object] = {"employments": [row | {"monthly_wage": "5200.00"}, more], "remark": "另附说明"}
    told = origins(said, dict(RECORDS))
    assert told["employments.0.monthly_wage"] == "changed" and told["employments.0.claimant"] == "records"
    assert told["employments.1.claimant"] == told["remark"] == "missing"
    drawn = fields_of(LaborFinding, "zh-CN", said, without=frozenset({"agency"}), records=dict(RECORDS))
    assert next(one.record for one in leaves(drawn) if one.name == "employments.0.monthly_wage") == "5000.00"


def test_without_records_nothing_is_compared() -> None:
    assert origins(dict(RECORDS), None) == {}
