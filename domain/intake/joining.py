"""A complaint that joins a running case: whom and what it brings that the case does not hold yet."""

from collections.abc import Sequence
from itertools import chain, count
from typing import Final

from domain.base import Model, Ref, Yuan
from domain.intake.claims import nature
from domain.intake.complaint import Claimant, ClaimItem, Complaint, Respondent
from domain.words import Nature

_STEM: Final = 56
"""Characters of a ref that are kept where a number has to be put behind it."""


class OtherAmount(Model):
    """A private-law claim that the case holds already, for another amount: a person has to ask which is meant."""

    item: Ref
    """The case's claim item."""
    claimant: Ref
    held: Yuan | None
    brought: Yuan | None


class Brought(Model):
    """What a complaint adds to a case, in the refs of the case."""

    known: frozenset[Ref] = frozenset()
    """Claimants of the case who are named again."""
    claimants: tuple[Claimant, ...] = ()
    respondents: tuple[Respondent, ...] = ()
    items: tuple[ClaimItem, ...] = ()
    other_amounts: tuple[OtherAmount, ...] = ()
    refs: dict[Ref, Ref] = {}
    """People and respondents of the complaint, and who they are in the case."""
    items_of: dict[Ref, tuple[Ref, ...]] = {}
    """Claim items of the complaint, and those of the case that claim the same."""

    @property
    def nothing(self) -> bool:
        """Whether the case holds all of it already."""
        return not (self.claimants or self.respondents or self.items)


def brought(held: Complaint, items: Sequence[ClaimItem], complaint: Complaint) -> Brought:
    """What the complaint brings to a case of which ``held`` is the complaint and ``items`` are all claim items.

    People are known by their identity numbers, respondents by credit code or else a name that they have or had. A
    public-law claim is new as far as its months or insurance kinds are; a month claimed twice is owed once all the
    same (``domain/assessment/months_owed``). A private-law claim of one kind against one respondent is one claim.
    """
    refs = {*(c.ref for c in held.claimants), *(r.ref for r in held.respondents)}
    people = {c.identity_number: c.ref for c in held.claimants}
    known = frozenset(people[c.identity_number] for c in complaint.claimants if c.identity_number in people)
    as_here: dict[Ref, Ref] = {}
    claimants, respondents = [], []
    for person in complaint.claimants:
        if person.identity_number not in people:
            people[person.identity_number] = ref = _free(person.ref, refs)
            claimants.append(person.model_copy(update={"ref": ref}))
        as_here[person.ref] = people[person.identity_number]
    for respondent in complaint.respondents:
        same = (one for one in held.respondents if _are_one(respondent, one))
        if (here := next(same, None)) is None:
            here = respondent.model_copy(update={"ref": _free(respondent.ref, refs)})
            respondents.append(here)
        as_here[respondent.ref] = here.ref
    items_of: dict[Ref, list[Ref]] = {}
    added, others = _items(held, items, complaint, as_here, items_of)
    return Brought(
        known=known,
        claimants=tuple(claimants),
        respondents=tuple(respondents),
        items=tuple(added),
        other_amounts=tuple(others),
        refs=as_here,
        items_of={ref: tuple(dict.fromkeys(here)) for ref, here in items_of.items()},
    )


def _items(
    held: Complaint,
    items: Sequence[ClaimItem],
    complaint: Complaint,
    as_here: dict[Ref, Ref],
    items_of: dict[Ref, list[Ref]],
) -> tuple[list[ClaimItem], list[OtherAmount]]:
    everybody = dict.fromkeys((*(c.ref for c in held.claimants), *as_here.values()))
    standing: dict[tuple[Ref, Ref, str], list[ClaimItem]] = {}
    for item in items:
        for claimant in (item.claimant,) if item.claimant else everybody:
            standing.setdefault((claimant, item.respondent, item.kind), []).append(item)
    taken = {item.ref for item in items}
    added, others = [], []
    for item in complaint.items:
        respondent = as_here[item.respondent]
        for one in complaint.claimants_of(item):
            claimant = as_here[one]
            same = standing.get((claimant, respondent, item.kind), [])
            here = items_of.setdefault(item.ref, [])
            here += [other.ref for other in same]
            if nature(item.kind) is Nature.PRIVATE_LAW and same:
                if all(item.amount != other.amount for other in same):
                    others.append(
                        OtherAmount(item=same[0].ref, claimant=claimant, held=same[0].amount, brought=item.amount)
                    )
            elif not any(_within(item, other) for other in same):
                ref = _free(item.ref, taken)
                here.append(ref)
                added.append(item.model_copy(update={"ref": ref, "claimant": claimant, "respondent": respondent}))
    return added, others


def _within(item: ClaimItem, other: ClaimItem) -> bool:
    """Whether a public-law claim asks for nothing that the other does not ask for."""
    from_the_first = other.first_month is None or (
        item.first_month is not None and other.first_month <= item.first_month
    )
    to_the_last = other.last_month is None or (item.last_month is not None and item.last_month <= other.last_month)
    kinds = not other.insurance or (bool(item.insurance) and set(item.insurance) <= set(other.insurance))
    return from_the_first and to_the_last and kinds


def _are_one(one: Respondent, other: Respondent) -> bool:
    return one.is_also(other.name, other.credit_code, *other.former_names)


def _free(ref: Ref, taken: set[Ref]) -> Ref:
    """The ref itself, or with a number where another has it; taken from now on."""
    numbered = (f"{ref[:_STEM]}-{number}" for number in count(2))
    free = next(candidate for candidate in chain((ref,), numbered) if candidate not in taken)
    taken.add(free)
    return free
