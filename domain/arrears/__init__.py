"""Arrears to the fen: for each claimant, employer, kind, month and payer, with late fees, payments and deferrals."""

from domain.arrears.ledger import Ledger, Setting, reckon
from domain.arrears.model import Arrears, DueSpan, MonthArrears, MonthDue
from domain.arrears.report import by_claimant, compute, report
from domain.arrears.terms import last_day

__all__ = [
    "Arrears",
    "DueSpan",
    "Ledger",
    "MonthArrears",
    "MonthDue",
    "Setting",
    "by_claimant",
    "compute",
    "last_day",
    "reckon",
    "report",
]
