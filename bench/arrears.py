"""``python -m bench.arrears``: a thousand claimants over ten years, five insurances, both payers, on one core.

``owed`` starts from wages that change every year and asks for totals by claimant; ``records`` starts from what a person
would write down, a wage for each of 120,000 months, and payments and a deferral on top. Each runs in a process of its
own, so that its peak of memory is its own.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from domain.arrears.ledger import Ledger, Setting, reckon
from domain.arrears.model import Deferral, DueSpan, Payment
from domain.arrears.options import Options
from domain.arrears.records import Records, reckoned
from domain.arrears.wages import Employment, Wage
from domain.base import months
from domain.deadlines.calendar import Calendar
from domain.rules.parameters import Parameters
from domain.words import InsuranceKind

FIRST, LAST, PAID = "2014-01", "2023-12", date(2024, 12, 31)
DEFERRED: Final = Deferral(source="批复1号", since=date(2022, 4, 1), until=date(2022, 12, 31))
PAYMENTS: Final = tuple(Payment(paid_on=date(2024, n, 28), amount=Decimal(1_000_000)) for n in range(1, 13))


def owed(claimants: int, tables: Parameters) -> Callable[[], Ledger]:
    """From spans of one wage each."""
    spans = [
        DueSpan(f"c{n}", f"e{n % 7}", tuple(InsuranceKind), f"{year}-01", f"{year}-12", Decimal(3000 + n * 7 + year))
        for n in range(claimants)
        for year in range(2014, 2024)
    ]
    setting = Setting(tables, "demo", PAID)
    return lambda: reckon(spans, setting, deferrals=(DEFERRED,), payments=PAYMENTS)


def records(claimants: int, tables: Parameters) -> Callable[[], Ledger]:
    """From employments and a wage for each month."""
    spelled = tuple(months(FIRST, LAST))
    given = Records(
        kinds=tuple(InsuranceKind),
        employments=tuple(
            Employment(claimant=f"c{n}", employer=f"e{n % 7}", since=date(2014, 1, 1), until=date(2023, 12, 31))
            for n in range(claimants)
        ),
        wages=tuple(
            Wage(claimant=claimant, employer=employer, month=month, amount=Decimal(3000 + n * 7 + number))
            for n, (claimant, employer) in enumerate((f"c{n}", f"e{n % 7}") for n in range(claimants))
            for number, month in enumerate(spelled)
        ),
        deferrals=(DEFERRED,),
        payments=PAYMENTS,
        options=Options(base_from="month"),
    )
    return lambda: reckoned(given, given.options, tables, Calendar(), PAID)


CASES: Final = {"owed": owed, "records": records}


def measure(name: str, claimants: int) -> None:
    """Run a case here, totals by claimant included, and print what it took."""
    work = CASES[name](claimants, Parameters.load())
    began, used = time.perf_counter(), time.process_time()
    ledger = work()
    ledger.totals(ledger.columns.claimants, ledger.columns.claimant)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    count = len(ledger.columns) // len(InsuranceKind)
    print(
        f"{name:<8} {count:>9,} months {len(ledger.columns):>9,} lines {seconds:>6.2f} s ({used:.2f} s of a core) "
        f"{peak:>5.0f} MB peak {count / seconds:>10,.0f} months/s  owed {ledger.total().owed:,.2f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", choices=CASES)
    parser.add_argument("--claimants", type=int, default=1000)
    chosen = parser.parse_args()
    if chosen.case:
        measure(chosen.case, chosen.claimants)
    else:
        for case in CASES:
            command = [sys.executable, "-m", "bench.arrears", case, "--claimants", str(chosen.claimants)]
            subprocess.run(command, check=True)
