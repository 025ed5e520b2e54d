"""One page of the people of a case, so that the view of thousands opens as fast as that of one."""

from collections.abc import Iterable, Sequence
from typing import Final

from domain.base import Ref
from domain.views.case_view import CaseView, Page, ProposalView

PAGE: Final = 50
"""Claimants on one page."""


def page_of(claimants: int, number: int) -> Page:
    """The page of so many claimants that is shown when ``number`` is asked for."""
    pages = max(1, -(-claimants // PAGE))
    return Page(number=min(max(number, 1), pages), pages=pages, claimants=claimants)


def shown_on(refs: Sequence[Ref], number: int) -> frozenset[Ref]:
    """The claimants of a page."""
    first = (page_of(len(refs), number).number - 1) * PAGE
    return frozenset(refs[first : first + PAGE])


def paged(view: CaseView, number: int, everybody: Sequence[Ref] | None = None) -> CaseView:
    """The view with one page of its claimants, and of all other rows those that are about them or about everybody.

    ``everybody``: all claimants, where the view holds those of the page already.

    Answers to proposals are counted for all of them. Findings are left out; of the discrepancies as many
    are shown as of the claimants, the undecided first.
    """
    refs = everybody if everybody is not None else [c.ref for c in view.claimants]
    page, on_page = page_of(len(refs), number), shown_on(refs, number)
    claimants = tuple(c for c in view.claimants if c.ref in on_page)
    beyond = set(refs) - on_page
    items = tuple(item for item in view.items if item.claimant not in beyond)
    elsewhere = {item.ref for item in view.items if item.claimant in beyond}
    settlement, undecided = view.settlement, set(view.undecided)
    return view.model_copy(
        update={
            "page": page,
            "claimants": claimants,
            "items": items,
            "tasks": tuple(task.model_copy(update={"draft": None, "finding": None}) for task in view.tasks),
            "discrepancies": tuple(sorted(view.discrepancies, key=lambda d: d.id not in undecided)[:PAGE]),
            "proposals": tuple(_counted(proposal, beyond) for proposal in view.proposals),
            "settlement": settlement
            and settlement.model_copy(update={"claimants": _without(settlement.claimants, beyond)}),
            "signing": view.signing
            and view.signing.model_copy(
                update={n: _without(getattr(view.signing, n), beyond) for n in ("signed", "unsigned", "dropped")}
            ),
            "confirmations": tuple(
                c.model_copy(update={"asked": _without(c.asked, beyond)}) for c in view.confirmations
            ),
            "referrals": tuple(r for r in view.referrals if r.item not in elsewhere),
            "reply": tuple(r for r in view.reply if r.claimant not in beyond),
        }
    )


def _counted(proposal: ProposalView, beyond: set[Ref]) -> ProposalView:
    names = ("accepted", "rejected", "silent")
    said = {name: getattr(proposal, name) for name in names}
    return proposal.model_copy(
        update={
            "counted": {name: len(refs) for name, refs in said.items()},
            **{name: _without(refs, beyond) for name, refs in said.items()},
        }
    )


def _without(refs: Iterable[Ref], beyond: set[Ref]) -> tuple[Ref, ...]:
    return tuple(ref for ref in refs if ref not in beyond)
