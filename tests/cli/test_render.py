"""Lists are of use on a narrow terminal too."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from casebook.inbox import TaskLine
from casebook.lists import CaseLine
from cli.looking import lists
from domain.words import Agency, CaseClass, ClaimKind, Lane, Phase

NOW = datetime(2026, 11, 4, tzinfo=UTC)
NUMBER = "DRILL-2026-000123"


def shown(table: object, width: int) -> str:
    out = StringIO()
    Console(file=out, width=width).print(table)
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_a_case_number_is_never_cut_in_a_list_of_cases(width: int) -> None:
    line = CaseLine(
        case="dispute-x",
        case_number=NUMBER,
        drill=True,
        employer="虚构的一家名字很长的食品加工与贸易有限公司日照分公司",
        claimants=5000,
        phase=Phase.FACT_FINDING,
        case_class=CaseClass.COMPLEX,
        lane=Lane.FAST,
        mediator=None,
        outcome=None,
        filed_at=NOW,
        waits_on=("labor", "medical-insurance", "tax"),
        waits_for="inquiry",
        waits_since=NOW,
        waits_until=NOW,
        merge_with=("DRILL-2026-000122",),
    )
    told = shown(lists.cases([line], "zh-CN"), width)
    assert NUMBER in told and "5000" in told and "2026-11-04" in told


@pytest.mark.parametrize("width", [80, 160])
def test_a_case_number_is_never_cut_in_an_inbox(width: int) -> None:
    line = TaskLine(
        case="dispute-x",
        case_number=NUMBER,
        task="tax",
        agency=Agency.TAX,
        state="claimed",
        officer="tax-01",
        opened_at=NOW,
        due_at=NOW,
        delegated_by=(),
        priority=2,
        remind_at=NOW,
        reminded=False,
        escalated=False,
        escalated_to=None,
        employer="虚构的一家名字很长的食品加工与贸易有限公司日照分公司",
        claimants=12,
        case_class=CaseClass.COMPLEX,
        kinds=(ClaimKind.ARREARS,),
    )
    told = shown(lists.inbox([line], "zh-CN"), width)
    assert NUMBER in told and "tax-01" in told and max(map(len, told.splitlines())) <= width
