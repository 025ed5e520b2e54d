"""A payer schedules its own premiums; those of another employer only by words that make it owe them too."""

from typing import Any

import pytest

from domain.case.protocol import carry_out
from domain.case.state import CaseState
from domain.mediation.messages import Propose
from domain.mediation.versions import changes
from domain.papers.kinds import PaperKind
from domain.procedure.papers.drafting import draft
from domain.refusal import Refused
from domain.settlement.instalments import DebtOfAnother, LeftOut
from domain.words import Language
from papers.wording import wording
from tests.builders import arrears_item, complaint, employer
from tests.domain.cases import MEDIATOR, NOW, instalment, mediated, settled
from tests.domain.closure.test_closing import owing

ITEMS = (arrears_item(), arrears_item("i2", respondent="e2"))
FILED = complaint(items=ITEMS, respondents=(employer(), employer("e2"), employer("e3")))
FOUND = owing(("i1", "c1", "100.00", "0.00"), ("i2", "c1", "40.00", "0.00"))
TAKEN_OVER = DebtOfAnother(debtor="e2", ground="taken-over", words="甲公司自愿加入乙公司所欠社会保险费债务")


def bargaining() -> CaseState:
    return mediated(complaint=FILED, assessment=FOUND)


def terms(*debts: DebtOfAnother, part_a: str = "140.00", payer: str = "e1", **changes: Any) -> Propose:
    return Propose(
        message_id="p",
        actor=MEDIATOR,
        proposal="p1",
        payer=payer,
        instalments=(instalment("n1", 53, c1=part_a),),
        debts_of_others=debts,
        **changes,
    )


def refusals(message: Propose) -> set[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        carry_out(bargaining(), message, NOW)
    return {(one.code, str(one.params.get("debtor"))) for one in refused.value.problems}


def test_a_payer_is_asked_for_words_before_it_pays_what_another_owes() -> None:
    assert refusals(terms()) == {("refusals.proposal.debt_of_another", "e2")}
    assert refusals(terms(payer="e3")) == {
        ("refusals.proposal.debt_of_another", "e1"),
        ("refusals.proposal.debt_of_another", "e2"),
    }
    carry_out(bargaining(), terms(TAKEN_OVER), NOW)


def test_a_payer_settles_its_own_premiums_where_those_of_others_are_left_out() -> None:
    carry_out(bargaining(), terms(part_a="100.00", unsettled=(LeftOut(item="i2"),)), NOW)


def test_words_about_a_debt_that_is_not_there_are_refused() -> None:
    own = DebtOfAnother(debtor="e1", ground="joint", words="某决定")
    nothing = DebtOfAnother(debtor="e3", ground="joint", words="某决定")
    for one in (own, nothing):
        assert refusals(terms(TAKEN_OVER, one)) == {("refusals.proposal.no_debt_of_another", one.debtor)}


def test_who_takes_a_debt_over_shows_between_two_versions() -> None:
    [change] = changes(terms(), terms(TAKEN_OVER))
    assert (change.aspect, change.of, change.before, change.after) == ("debt-of-another", "e2", None, TAKEN_OVER.words)


@pytest.mark.parametrize("ground", ["taken-over", "joint"])
def test_the_agreement_names_every_debtor_and_the_words(ground: Any) -> None:
    case = settled(complaint=FILED)
    assert case.settlement is not None
    case.settlement.debts_of_others = (TAKEN_OVER.model_copy(update={"ground": ground}),)
    told = wording(draft(case, PaperKind.AGREEMENT, None, NOW), "1", Language.CHINESE)["terms"]
    assert "虚构公司e2所欠社会保险费由虚构公司e1" in told and TAKEN_OVER.words in told
