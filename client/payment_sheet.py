"""A list of payments as a spreadsheet has it: each line a receipt."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from client.sheets import BadCell, amount, day, lines_of, meant
from domain.ledger import Actor
from domain.refusal import Problem, problems
from domain.settlement.messages import ConfirmPayment
from domain.words import Language

HEADINGS: Final = {
    "receipt": ("票据号", "receipt", "回单号"),
    "paid_on": ("到账日期", "paid_on", "paid on"),
    "amount": ("金额", "amount", "金额（元）", "金额(元)"),
    "late_fee": ("late_fee", "late fee", "滞纳金"),
    "claimant": ("claimant", "申请人", "申请人编号"),
}
_READERS: Final = {"amount": amount, "late_fee": amount, "paid_on": day}
_NEEDED: Final = ("receipt", "paid_on", "amount")


@dataclass
class Payments:
    """The payments of a list by line, and what could not be read."""

    good: dict[int, ConfirmPayment] = field(default_factory=dict)
    bad: list[BadCell] = field(default_factory=list)


def read_payments(file: Path, actor: Actor, language: Language) -> Payments:
    """The payments in a CSV or XLSX file; the same file gives the same messages. Raises NoSheet, OSError."""
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
    found, lines = Payments(), dict[str, int]()
    for line, said in lines_of(file, HEADINGS, _NEEDED):
        body = {"message_id": f"pay-{digest}-{line}", "actor": actor, "language": language, **meant(said, _READERS)}
        try:
            payment = ConfirmPayment.model_validate(body)
        except ValidationError as error:
            found.bad += [BadCell(line=line, problem=problem) for problem in problems(error)]
            continue
        if (first := lines.setdefault(payment.receipt, line)) != line:
            twice = Problem(field="receipt", code="cli.sheet.receipt_twice", params={"line": str(first)})
            found.bad.append(BadCell(line=line, problem=twice))
        else:
            found.good[line] = payment
    return found
