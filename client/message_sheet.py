"""A list of messages as a spreadsheet has it: each line one, read for certain or told with its line and column."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import ValidationError

from client.sheets import BadCell, amount, day, lines_of, meant
from domain.ledger import Actor
from domain.mediation.messages import Answer
from domain.message import Message
from domain.refusal import Problem, problems
from domain.settlement.messages import ConfirmPayment
from domain.words import Language

M = TypeVar("M", bound=Message)
_YES: Final = {"是", "同意", "接受", "yes", "y", "true", "1", "accept"}
_NO: Final = {"否", "不同意", "拒绝", "no", "n", "false", "0", "reject"}


def _answered(text: str) -> object:
    """Whether somebody accepts; anything else stays as it is, and is told."""
    word = text.strip().lower()
    return True if word in _YES else False if word in _NO else text


@dataclass(frozen=True)
class SheetKind(Generic[M]):
    """What a sheet of messages looks like."""

    model: type[M]
    prefix: str
    """What message ids begin with."""
    headings: Mapping[str, Sequence[str]]
    needed: Sequence[str]
    once: str
    """The column of which a value stands in one line only."""
    example: str
    readers: Mapping[str, Callable[[str], object]] = field(default_factory=dict)


@dataclass
class Lines(Generic[M]):
    """The messages of a sheet by line, and what could not be read."""

    good: dict[int, M] = field(default_factory=dict)
    bad: list[BadCell] = field(default_factory=list)


PAYMENTS: Final = SheetKind(
    model=ConfirmPayment,
    prefix="pay",
    headings={
        "receipt": ("票据号", "receipt", "回单号"),
        "paid_on": ("到账日期", "paid_on", "paid on"),
        "amount": ("金额", "amount", "金额（元）", "金额(元)"),
        "late_fee": ("late_fee", "late fee", "滞纳金"),
        "claimant": ("claimant", "申请人", "申请人编号"),
    },
    needed=("receipt", "paid_on", "amount"),
    once="receipt",
    example="票据号,到账日期,金额,滞纳金,申请人\nr-001,2026-12-01,1820.50,0.00,c1\nr-002,2026-12-01,1820.50,,c2\n",
    readers={"amount": amount, "late_fee": amount, "paid_on": day},
)
ANSWERS: Final = SheetKind(
    model=Answer,
    prefix="answer",
    headings={
        "party": ("申请人", "party", "当事人", "申请人编号", "claimant"),
        "accept": ("同意", "accept", "accepts", "是否同意"),
        "remark": ("备注", "remark", "说明"),
    },
    needed=("party", "accept"),
    once="party",
    example="申请人,同意,备注\nc1,是,\nc2,否,金额有出入\n",
    readers={"accept": _answered},
)


def read_sheet(
    file: Path, kind: SheetKind[M], actor: Actor, language: Language, fixed: Mapping[str, object] | None = None
) -> Lines[M]:
    """The messages in a CSV or XLSX file; the same file gives the same messages. Raises NoSheet, OSError.

    ``fixed``: fields that are the same in each.
    """
    said_once = repr(sorted((fixed or {}).items())).encode() if fixed else b""
    digest = hashlib.sha256(file.read_bytes() + said_once).hexdigest()[:10]
    found, lines = Lines[M](), dict[object, int]()
    for line, said in lines_of(file, kind.headings, kind.needed):
        body = {
            "message_id": f"{kind.prefix}-{digest}-{line}",
            "actor": actor,
            "language": language,
            **(fixed or {}),
            **meant(said, kind.readers),
        }
        try:
            message = kind.model.model_validate(body)
        except ValidationError as error:
            found.bad += [BadCell(line=line, problem=problem) for problem in problems(error)]
            continue
        if (first := lines.setdefault(getattr(message, kind.once), line)) != line:
            twice = Problem(field=kind.once, code=f"cli.sheet.{kind.once}_twice", params={"line": str(first)})
            found.bad.append(BadCell(line=line, problem=twice))
        else:
            found.good[line] = message
    return found
