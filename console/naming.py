"""What a form may name of a case: its parties, claim items, proposals, inquiries, so that nobody types a ref."""

from collections.abc import Sequence

import texts
from console.forms import Choice, Named
from domain.case.visibility import visibility
from domain.views.case_view import CaseView
from domain.words import Agency, Role
from texts import sentences


def names_of(seen: CaseView) -> dict[str, str]:
    """What each party of a case is called, by ref, as far as the reader may know."""
    return {one.ref: one.name for one in seen.claimants} | {one.ref: one.name for one in seen.respondents}


def named_in(seen: CaseView, language: str, role: Role) -> Named:
    """The choices of every field that names something of the case, by the field's name."""

    def called(refs: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
        return tuple(Choice(ref, f"{ref} {name}".strip()) for ref, name in refs)

    workers = called([(one.ref, one.name) for one in seen.claimants])
    employers = called([(one.ref, one.name) for one in seen.respondents])
    agencies = {task.agency for task in seen.tasks}
    proposals = called([(one.ref, f"{one.total:,.2f} {texts.label(one.state, language)}") for one in seen.proposals])
    return {
        "claimant": workers,
        "claimants": workers,
        "respondent": employers,
        "employer": employers,
        "payer": employers,
        "debtor": employers,
        "party": workers + employers,
        "parties": workers + employers,
        "person": workers + employers,
        "item": called([(one.ref, texts.label(one.kind, language)) for one in seen.items]),
        "proposal": proposals,
        "counter_to": proposals,
        "task": called([(one.ref, texts.label(one.agency, language)) for one in seen.tasks if one.agency in agencies]),
        "discrepancy": called(
            [
                (one.id, sentences.discrepancy_name(one.id, language, {who.value: who.label for who in workers}))
                for one in seen.discrepancies
                if one.id in seen.undecided
            ]
        ),
        "instalment": called(
            [(one.ref, f"{one.due} {one.amount:,.2f}") for one in seen.settlement.instalments]
            if seen.settlement
            else []
        ),
        "purpose": tuple(
            Choice(one.purpose, texts.label(one.purpose, language))
            for one in visibility().purposes
            if role in one.roles
        ),
        "agency": called([(one, texts.label(one, language)) for one in Agency]),
    }
