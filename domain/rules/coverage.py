"""Whether rules leave a gap, over every combination of facts at once.

The conditions of a table cut the values of each fact into a few cells, within which no condition can tell two values
apart. A rule is then a box of cells, and a gap is a box that the rules' boxes do not cover.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from itertools import chain, combinations
from typing import Any, Final, get_args

from domain.base import FEN, Model
from domain.rules.rule_table import Condition, kinds, origin

Box = dict[str, int]
"""For each fact the cells that belong to the box, as bits. It holds of no facts at all if one of them is 0."""

_STEP: Final[Mapping[Any, Any]] = {int: 1, Decimal: FEN}


class Space:
    """All combinations of facts, as far as some conditions can tell them apart.

    Each fact varies by itself, between its bound (``ge``) and infinity, over the members of its enumeration, over the
    sets of them, and, where it may be unknown, over that too.
    """

    def __init__(self, facts: type[Model], rules: Iterable[Iterable[Condition]]) -> None:
        self._facts = facts
        asked: dict[str, list[Condition]] = {}
        for condition in chain.from_iterable(rules):
            asked.setdefault(condition.fact, []).append(condition)
        known = kinds(facts)
        self._cells = {fact: self._cut(fact, known[fact], conditions) for fact, conditions in asked.items()}
        self.whole: Box = {fact: (1 << len(cells)) - 1 for fact, cells in self._cells.items()}

    def _cut(self, fact: str, kind: Any, conditions: Sequence[Condition]) -> tuple[Any, ...]:
        """A value of each cell; that of the default comes first."""
        cells: dict[tuple[bool, ...], Any] = {}
        default = self._facts.model_fields[fact].get_default(call_default_factory=True)
        for value in (default, *_values(kind, conditions)):
            cells.setdefault(tuple(condition.test(value) for condition in conditions), value)
        return tuple(cells.values())

    def box(self, when: Iterable[Condition]) -> Box:
        """Where all of some conditions hold."""
        box = dict(self.whole)
        for condition in when:
            cells = self._cells[condition.fact]
            box[condition.fact] &= sum(1 << n for n, value in enumerate(cells) if condition.test(value))
        return box

    def example(self, box: Box) -> dict[str, Any]:
        """Facts that lie in a box: those that must differ from the facts' defaults."""
        first = {fact: (cells & -cells).bit_length() - 1 for fact, cells in box.items()}
        return {fact: self._cells[fact][cell] for fact, cell in sorted(first.items()) if cell}


def is_empty(box: Box) -> bool:
    """Whether no facts lie in a box."""
    return not all(box.values())


def common(one: Box, other: Box) -> Box:
    """Where both boxes hold."""
    return {fact: cells & other[fact] for fact, cells in one.items()}


def gap(box: Box, covers: Sequence[Box]) -> Box | None:
    """A part of a box that none of the covers touches; None when they cover it.

    The cover that is narrower than the box in the fewest facts is taken away; what is left falls into as many boxes,
    which the other covers must cover.
    """
    if is_empty(box):
        return None
    touching = [cover for cover in covers if not is_empty(common(box, cover))]
    if not touching:
        return box
    widest = min(touching, key=lambda cover: sum(bool(cells & ~cover[fact]) for fact, cells in box.items()))
    others = [cover for cover in touching if cover is not widest]
    for fact, cells in widest.items():
        if outside := box[fact] & ~cells:
            if (left := gap({**box, fact: outside}, others)) is not None:
                return left
            box = {**box, fact: box[fact] & cells}
    return None


def _values(kind: Any, conditions: Sequence[Condition]) -> list[Any]:
    """Values of a fact, at least one in each cell."""
    optional = [None] if type(None) in get_args(kind) else []
    plain = origin(kind)
    if plain is tuple:
        members = list(origin(get_args(kind)[0]))
        return [*optional, *chain.from_iterable(combinations(members, size) for size in range(len(members) + 1))]
    if plain is bool:
        return [*optional, False, True]
    if step := _STEP.get(plain):
        named = [condition.value for condition in conditions if condition.comparison != "known"]
        cuts = {*chain.from_iterable(value if isinstance(value, tuple) else (value,) for value in named)} - {None}
        floor = _floor(kind)
        cuts.add(plain(0) if floor is None else floor)
        around = [cut + shift for cut in sorted(cuts) for shift in (-step, 0, step)]
        return [*optional, *(value for value in around if floor is None or value >= floor)]
    if isinstance(plain, type) and issubclass(plain, Enum):
        return [*optional, *plain]
    raise TypeError(f"a table can't be checked over {kind}")


def _floor(kind: Any) -> Any:
    """The least value that a number may have; None when there is none."""
    bounds = [bound for part in (kind, *get_args(kind)) for bound in _bounds(part)]
    return max(bounds, default=None)


def _bounds(kind: Any) -> list[Any]:
    constraints = [
        constraint
        for meta in getattr(kind, "__metadata__", ())
        for constraint in (meta, *getattr(meta, "metadata", ()))
    ]
    return [bound for constraint in constraints if (bound := getattr(constraint, "ge", None)) is not None]
