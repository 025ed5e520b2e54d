"""A first offer for part A: instalments that the employer can bear, those about to retire first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import Field

from domain.base import FEN, Model, Ref, Yuan, months_later, to_fen

_BEYOND: Final = "prognosis.opening.beyond-capacity"
_HUNDRED: Final = Decimal(100)

Purpose = Literal["near-retirement", "others", "both"]


class OpeningTerms(Model):
    """The terms of an opening proposal, as the prognosis table sets them."""

    max_instalments: Annotated[int, Field(ge=1, le=120)] = 12
    without_figures: Annotated[int, Field(ge=1, le=120)] = 3
    """Instalments that are proposed when the employer's operating figures are not known."""
    first_after_days: Annotated[int, Field(ge=0, le=365)] = 15
    """Calendar days from the day of the proposal to the first instalment."""
    source: str = "本中心规则"
    verified: bool = False


class Reason(Model):
    """Why the proposal looks as it does: a code of texts/prognosis.yaml with its parameters."""

    code: str
    params: dict[str, str] = {}


class InstalmentSuggestion(Model):
    """One instalment: when, how much in all, whose it is, in yuan."""

    due: date
    amount: Yuan
    claimants: dict[Ref, Yuan]
    purpose: Purpose


class OpeningProposal(Model):
    """The instalments, which add up to part A to the fen, and the reasons."""

    total: Yuan
    instalments: tuple[InstalmentSuggestion, ...]
    within_capacity: bool | None
    """Whether no instalment is above what the employer can bear; None when that is not known."""
    reasons: tuple[Reason, ...]


def opening_proposal(
    owed: Mapping[Ref, Decimal],
    monthly_capacity: Decimal | None,
    start: date,
    near_retirement: Sequence[Ref],
    terms: OpeningTerms,
    *,
    insolvent: bool = False,
) -> OpeningProposal:
    """Spread what is owed to each claimant (part A with late fees, in yuan) over monthly instalments.

    As few instalments as the employer's monthly capacity in yuan allows, no more than the terms allow; equal but for
    the rounding remainder, which the first one carries. ``near_retirement``, most urgent first, are paid before
    anybody else; the others share what is left in proportion to what is still owed to them.
    ``start`` is the day of the proposal. Part A can't be reduced (社会保险费征缴暂行条例 Art.12): the sum is all of it.
    An insolvent employer pays in the order of ranks (企业破产法 Art.113): no instalments, the claim is to be lodged.
    """
    left = {ref: _fen(owed[ref]) for ref in sorted(owed) if owed[ref] > 0}
    total = sum(left.values())
    if insolvent and total:
        lodge = Reason(code="prognosis.opening.lodge-claim")
        return OpeningProposal(total=_yuan(total), instalments=(), within_capacity=None, reasons=(lodge,))
    first_due = start + timedelta(days=terms.first_after_days)
    count, why = _count(total, monthly_capacity, terms)
    reasons = [why]
    urgent = [ref for ref in dict.fromkeys(near_retirement) if ref in left]
    instalments = []
    for number, amount in enumerate(_amounts(total, count)):
        shares = _share(amount, left, urgent)
        instalments.append(
            InstalmentSuggestion(
                due=months_later(first_due, number),
                amount=_yuan(amount),
                claimants={ref: _yuan(share) for ref, share in sorted(shares.items())},
                purpose=_purpose(set(shares), set(urgent)),
            )
        )
    if urgent:
        reasons.append(Reason(code="prognosis.opening.near-retirement", params={"count": str(len(urgent))}))
    if len(instalments) > 1:
        reasons.append(Reason(code="prognosis.opening.late-fees-run-on"))
    return OpeningProposal(
        total=_yuan(total),
        instalments=tuple(instalments),
        within_capacity=None if monthly_capacity is None else why.code != _BEYOND,
        reasons=tuple(reasons),
    )


def _count(total: int, capacity: Decimal | None, terms: OpeningTerms) -> tuple[int, Reason]:
    """How many instalments, and why."""
    most = min(terms.max_instalments, total)
    if not total:
        return 0, Reason(code="prognosis.opening.nothing-owed")
    if capacity is None:
        count = min(terms.without_figures, most)
        return count, Reason(code="prognosis.opening.no-figures", params={"instalments": str(count)})
    count = next((n for n in range(1, most + 1) if max(_amounts(total, n)) <= _fen(capacity)), 0)
    params = {"capacity": f"{capacity:.2f}", "instalments": str(count or most)}
    return count or most, Reason(code="prognosis.opening.by-capacity" if count else _BEYOND, params=params)


def _amounts(total: int, count: int) -> list[int]:
    """Equal parts in fen; the first carries the remainder."""
    if not count:
        return []
    part, rest = divmod(total, count)
    return [part + rest, *[part] * (count - 1)]


def _share(amount: int, left: dict[Ref, int], urgent: Sequence[Ref]) -> dict[Ref, int]:
    """Whose an instalment is, in fen; takes it off what is left. The urgent in their order, the others pro rata."""
    shares: dict[Ref, int] = defaultdict(int)
    for ref in urgent:
        shares[ref] = min(amount, left[ref])
        amount -= shares[ref]
        left[ref] -= shares[ref]
    first = set(urgent)
    for ref, share in _pro_rata(amount, {ref: rest for ref, rest in left.items() if ref not in first}).items():
        shares[ref] = share
        left[ref] -= share
    return {ref: share for ref, share in shares.items() if share}


def _pro_rata(amount: int, left: Mapping[Ref, int]) -> dict[Ref, int]:
    """Shares of an amount in proportion to what is left, by largest remainder; nobody gets more than is left."""
    whole = sum(left.values())
    if not whole:
        return {}
    shares = {ref: amount * part // whole for ref, part in left.items()}
    by_remainder = sorted(left, key=lambda ref: (-(amount * left[ref] % whole), ref))
    for ref in by_remainder[: amount - sum(shares.values())]:
        shares[ref] += 1
    return shares


def _purpose(paid: set[Ref], urgent: set[Ref]) -> Purpose:
    if paid <= urgent:
        return "near-retirement"
    return "both" if paid & urgent else "others"


def _fen(amount: Decimal) -> int:
    return int(to_fen(amount) * _HUNDRED)


def _yuan(fen: int) -> Decimal:
    return (Decimal(fen) / _HUNDRED).quantize(FEN)
