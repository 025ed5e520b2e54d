"""One page of the people of a case, so that what is told of thousands opens as fast as what is told of one."""

import itertools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

from domain.base import Model, Ref
from domain.case.opening import Page, Reading
from domain.views.case_view import CaseView, ProposalView

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=Reading)
PAGE: Final = 50
"""Claimants on one page, where no other number is asked for."""
WHOLE: Final = 500
"""Claimants whom one answer tells of at most."""


def shown_on(refs: Sequence[Ref], number: int, size: int | None = None) -> frozenset[Ref]:
    """The claimants of a page; a number from 1, a size from 1 to ``WHOLE``."""
    each = _each(size)
    return frozenset(refs[(max(number, 1) - 1) * each : max(number, 1) * each])


def page_of(claimants: int, rows: int, number: int, size: int | None = None) -> Page:
    """The page that is shown when ``number`` is asked for: of so many claimants, and of so many other rows."""
    pages = max(1, -(-max(claimants, rows) // _each(size)))
    return Page(number=min(max(number, 1), pages), pages=pages, claimants=claimants)


def _each(size: int | None) -> int:
    return min(max(size or PAGE, 1), WHOLE)


def paged(view: CaseView, page: Page, size: int | None = None) -> CaseView:
    """The page of a view that holds the claimants of that page already, marked as such.

    Answers to proposals are counted for all of them. Discrepancies are shown by the page too, the undecided first.
    """
    undecided, each = set(view.undecided), _each(size)
    found = sorted(view.discrepancies, key=lambda one: one.id not in undecided)
    items = {item.ref for item in view.items}
    return view.model_copy(
        update={
            "page": page,
            "discrepancies": tuple(found[(page.number - 1) * each : page.number * each]),
            "referrals": tuple(one for one in view.referrals if one.item in items),
        }
    )


def counted(proposal: ProposalView) -> ProposalView:
    """A proposal that says how many answered and how, before those are named who are on the page."""
    said = {name: len(getattr(proposal, name)) for name in ("accepted", "rejected", "silent")}
    return proposal.model_copy(update={"counted": said})


async def everybody(ask: Callable[[R], Awaitable[M]], reading: R) -> M:
    """What is told of all the people of a case, however many they are: asked for by the page, and joined.

    What every page tells alike is worked out once: terms to be looked at go with the first page.
    """
    first = await ask(reading.model_copy(update={"page": 1, "size": WHOLE}))
    page: Page | None = getattr(first, "page", None)
    later = {"offer": None} if "offer" in type(reading).model_fields else {}
    numbers = range(2, page.pages + 1 if page else 2)
    more = [await ask(reading.model_copy(update={**later, "page": number, "size": WHOLE})) for number in numbers]
    return joined([first, *more]).model_copy(update={"page": None}) if page else first


def joined(pages: Sequence[M]) -> M:
    """All pages of an answer as one: rows of all of them, each once; what every page tells alike, once."""
    first = pages[0]
    told = {name: _as_one([getattr(page, name) for page in pages]) for name in type(first).model_fields}
    return first.model_copy(update=told)


def _as_one(told: Sequence[Any]) -> Any:
    known = [one for one in told if one is not None]
    match known[:1]:
        case [tuple()]:
            return tuple(_each_once(itertools.chain.from_iterable(known)))
        case [dict()]:
            return {name: value for one in known for name, value in one.items()}
        case [Model()]:
            return joined(known)
        case [one]:
            return one
    return None


def _each_once(rows: Iterable[Any]) -> Iterator[Any]:
    """Rows under the same ref are parts of one, and so are those that differ only in what of them is whose."""
    parts: dict[str, list[Any]] = {}
    for row in rows:
        parts.setdefault(_named(row), []).append(row)
    for same in parts.values():
        yield joined(same) if isinstance(same[0], Model) and len(same) > 1 else same[0]


def _named(row: Any) -> str:
    if not isinstance(row, Model):
        return str(row)
    whose = {
        name
        for name, value in row
        if isinstance(value, dict) and all(isinstance(amount, Decimal) for amount in value.values())
    }
    return getattr(row, "ref", None) or row.model_dump_json(exclude=whose)
