"""Versions of terms: which took whose place, and what changed from one to the next."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal, Protocol

from domain.base import Model, Ref
from domain.settlement.instalments import Instalment

_NIL: Final = Decimal("0.00")
Aspect = Literal[
    "payer", "acceleration", "guarantee", "terms", "left-out", "debt-of-another", "due", "amount", "part-a", "part-b"
]


class Terms(Protocol):
    """Terms that may have taken the place of others."""

    @property
    def ref(self) -> Ref:
        """Their ref."""

    @property
    def counters(self) -> Ref | None:
        """Whose place they took."""


class Change(Model):
    """What is otherwise than before: items left out, day and amount of an instalment, parts of a claimant."""

    aspect: Aspect
    of: Ref | None = None
    before: str | None
    """None where there was none."""
    after: str | None
    """None where there is none any more."""


def thread_of(proposals: Iterable[Terms], ref: Ref) -> Ref:
    """The first version of what a proposal is a version of."""
    return lineage(proposals, ref)[0]


def lineage(proposals: Iterable[Terms], ref: Ref) -> list[Ref]:
    """The versions that led to a proposal, the first one first and itself last."""
    before = {one.ref: one.counters for one in proposals}
    line = [ref]
    while (earlier := before.get(line[-1])) is not None:
        line.append(earlier)
    return line[::-1]


def changes(before: Any, after: Any) -> Iterator[Change]:
    """What changed between two versions with the same fields: on the whole, by instalment, by claimant."""
    for name in ("payer", "acceleration", "guarantee", "terms"):
        was, now = (_said(getattr(one, name)) for one in (before, after))
        if was != now:
            yield Change(aspect=name, before=was, after=now)
    was_out, now_out = ({one.item: one for one in version.unsettled} for version in (before, after))
    yield from _differing("left-out", was_out, now_out, lambda one: " ".join(one.claimants) or "*")
    was_taken, now_taken = ({one.debtor: one for one in version.debts_of_others} for version in (before, after))
    yield from _differing("debt-of-another", was_taken, now_taken, lambda one: one.words)
    old, new = ({i.ref: i for i in one.instalments} for one in (before, after))
    yield from _differing("due", old, new, lambda i: i.due.isoformat())
    yield from _differing("amount", old, new, lambda i: f"{i.total:.2f}")
    for aspect, part in (("part-a", "part_a"), ("part-b", "part_b")):
        was_due, now_due = (_by_claimant(one.instalments, part) for one in (before, after))
        yield from _differing(aspect, was_due, now_due, lambda amount: f"{amount:.2f}")


def _said(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _differing(
    aspect: Any, old: Mapping[Ref, Any], new: Mapping[Ref, Any], shown: Callable[[Any], str]
) -> Iterator[Change]:
    for ref in dict.fromkeys((*old, *new)):
        was, now = (shown(one[ref]) if ref in one else None for one in (old, new))
        if was != now:
            yield Change(aspect=aspect, of=ref, before=was, after=now)


def _by_claimant(instalments: Sequence[Instalment], part: str) -> dict[Ref, Decimal]:
    sums: dict[Ref, Decimal] = {}
    for one in instalments:
        for claimant, amount in getattr(one, part).items():
            sums[claimant] = sums.get(claimant, _NIL) + amount
    return dict(sorted(sums.items()))
