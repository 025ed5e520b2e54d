"""What stands against terms: everything at once, so that whoever offers them can mend all of it."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from domain.case.state import CaseState
from domain.inquiry.findings import TaxFinding
from domain.intake.claims import given_up
from domain.ledger import Actor
from domain.mediation.items_left_out import leaves_out, part_a_to_schedule, unheard_of
from domain.mediation.messages import Propose
from domain.refusal import Refused, refusal
from domain.settlement.instalments import Instalment, LeftOut
from domain.words import Agency, OperatingState, Role


def _insolvent(case: CaseState, payer: str) -> bool:
    """Whoever is insolvent may not pay single creditors (企业破产法 Art.16)."""
    finding = case.findings.get(Agency.TAX)
    states = finding.employers if isinstance(finding, TaxFinding) else ()
    return any(one.employer == payer and one.state is OperatingState.INSOLVENT for one in states)


def objections(case: CaseState, message: Propose, today: date) -> Iterator[Refused]:
    """Everything that is wrong with the terms, so that whoever offers them can mend all of it at once."""
    if message.payer not in case.respondents:
        yield refusal("party.unknown", "payer")
    elif _insolvent(case, message.payer):
        yield refusal("proposal.payer_insolvent", "payer", payer=message.payer)
    for index, instalment in enumerate(message.instalments):
        field = f"instalments.{index}"
        if instalment.due < today:
            yield refusal("proposal.due_in_past", f"{field}.due", today=today)
        for part in ("part_a", "part_b"):
            for claimant in getattr(instalment, part):
                if claimant not in case.claimants:
                    yield refusal("party.unknown", f"{field}.{part}", refs=claimant)
    if wrong := unheard_of(message.unsettled, case.items, case.claimants):
        yield refusal("proposal.leaves_out_unknown", "unsettled", refs=", ".join(wrong[:20]))
    if message.payer in case.respondents:
        yield from _debts_of_others(case, message)
    wrong_sums = part_a_objections(case, message.instalments, "instalments", message.unsettled)
    yield from as_told_to(case, message.actor, wrong_sums)


def _debts_of_others(case: CaseState, message: Propose) -> Iterator[Refused]:
    """A payer schedules its own premiums; those of another only by words that make it owe them too (民法典 Art.551)."""
    named = {c for one in message.instalments for part in (one.part_a, one.part_b) for c in part}
    debts: dict[str, Decimal] = {}
    respondents = {item.ref: item.respondent for item in case.items}
    for owed in case.assessment.owed if case.assessment else ():
        if owed.part_a and owed.claimant in named and not leaves_out(message.unsettled, owed.item, owed.claimant):
            debtor = respondents[owed.item]
            debts[debtor] = debts.get(debtor, Decimal(0)) + owed.part_a
    told = {one.debtor for one in message.debts_of_others}
    for debtor in sorted(debts.keys() - {message.payer} - told):
        said = {"payer": message.payer, "debtor": debtor}
        yield refusal("proposal.debt_of_another", "debts_of_others", **said)
    for debtor in sorted(told - (debts.keys() - {message.payer})):
        yield refusal("proposal.no_debt_of_another", "debts_of_others", debtor=debtor)


def as_told_to(case: CaseState, actor: Actor, refusals: Iterable[Refused]) -> Iterator[Refused]:
    """The refusals without another claimant's sum: a claimant hears only of itself and of whom it speaks for."""
    theirs = {actor.id, *spoken_for(case, actor.id)} if actor.role is Role.CLAIMANT else None
    of_others: set[str] = set()
    for one in refusals:
        [problem] = one.problems
        if theirs is None or problem.params.get("claimant") in theirs:
            yield one
        elif problem.field not in of_others:
            of_others.add(problem.field)
            yield refusal("proposal.part_a_of_others", problem.field)


def spoken_for(case: CaseState, speaker: str) -> set[str]:
    """Those who let the claimant speak for them (调解仲裁法 Art.7)."""
    theirs = {ref for ref, mandate in case.mandates.items() if speaker in mandate.representatives}
    return {ref for ref, mandate in case.represented.items() if mandate in theirs} if theirs else set()


def part_a_objections(
    case: CaseState, instalments: Iterable[Instalment], field: str, unsettled: Iterable[LeftOut] = ()
) -> Iterator[Refused]:
    """Part A is scheduled, never reduced (社会保险费征缴暂行条例 Art.12): to the fen, for each claimant named."""
    owed = part_a_to_schedule(case.assessment, unsettled)
    due: dict[str, Decimal] = {}
    offered: dict[str, Decimal] = {}
    for instalment in instalments:
        named = {c for part in (instalment.part_a, instalment.part_b) for c in part if c in case.claimants}
        due |= {c: owed.get(c, Decimal(0)) for c in named}
        for claimant in named & instalment.part_a.keys():
            offered[claimant] = offered.get(claimant, Decimal(0)) + instalment.part_a[claimant]
    for waived in given_up(due, offered):
        said = waived.params
        yield refusal(
            "proposal.part_a_waived",
            field,
            claimant=waived.item,
            owed=said["assessed"],
            offered=said["scheduled"],
            missing=said["missing"],
            article=waived.article,
        )
    for claimant, given in sorted(offered.items()):
        if given > due[claimant]:
            yield refusal(
                "proposal.part_a_exceeded",
                field,
                claimant=claimant,
                owed=f"{due[claimant]:.2f}",
                offered=f"{given:.2f}",
            )
