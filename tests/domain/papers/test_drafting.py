"""What stands in a paper, and when it can be issued."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.case.state import Referral, ReplyItem
from domain.mediation.sessions import Sittings
from domain.papers.kinds import Issued, PaperKind, paper_rows
from domain.procedure.papers.drafting import can_issue, draft, due_with
from domain.procedure.papers.effects import order, take_issued
from domain.settlement.instalments import LeftOut
from domain.settlement.signature import SigningState
from domain.words import Language, Outcome, Phase, ReferralTarget
from papers.wording import wording
from tests.builders import arrears_item, complaint, employer
from tests.domain.cases import DAY, NOW, being_signed, case, due, instalment, mediated, settled, talks
from tests.domain.closure.test_closing import WAGES


def test_every_kind_has_a_row_and_a_series_of_its_own() -> None:
    assert set(paper_rows()) == set(PaperKind)
    assert len({row.series for row in paper_rows().values()}) == len(PaperKind)


def test_an_agreement_lists_what_each_claimant_gets_in_each_instalment() -> None:
    agreed = settled(due(instalment("n1", c1="100.00", c2="200.50")), claimants=2)

    matter = draft(agreed, PaperKind.AGREEMENT, None, NOW)

    assert [(line.claimant, line.part_a) for line in matter.schedule] == [
        ("虚构者1", Decimal("100.00")),
        ("虚构者2", Decimal("200.50")),
    ]
    assert all(party.identity for party in matter.parties if party.role == "claimant")


def test_a_summons_says_when_and_where_the_next_talks_are_to_whoever_is_called() -> None:
    later = talks("s2", starts=NOW + 5 * DAY, ends=NOW + 5 * DAY + timedelta(hours=1), room="room-2")
    matter = draft(mediated(sittings=Sittings(talks=[later, talks()])), PaperKind.SUMMONS, "e1", NOW)
    assert matter.appointment is not None
    assert (matter.appointment.starts, matter.appointment.room) == (NOW + 3 * DAY, "room-1")
    only_worker = mediated(sittings=Sittings(talks=[talks(invited=("c1",))]))
    assert draft(only_worker, PaperKind.SUMMONS, "e1", NOW).appointment is None


def test_no_other_paper_than_agreement_and_assistance_letter_shows_identity_numbers() -> None:
    matter = draft(mediated(), PaperKind.SUMMONS, "e1", NOW)

    assert all(party.identity is None for party in matter.parties)


@pytest.mark.parametrize(
    ("kind", "about", "phase"),
    [
        (PaperKind.AGREEMENT, None, Phase.MEDIATION),
        (PaperKind.TRANSFER_SLIP, "tax", Phase.MEDIATION),
        (PaperKind.SUMMONS, "e9", Phase.MEDIATION),
        (PaperKind.UNIFIED_REPLY, None, Phase.MEDIATION),
        (PaperKind.SUMMONS, "e1", Phase.FACT_FINDING),
    ],
)
def test_a_paper_without_anything_to_say_is_not_issued(kind: PaperKind, about: str | None, phase: Phase) -> None:
    assert not can_issue(case(phase), kind, about)


def test_the_procedure_issues_the_agreement_when_performance_begins() -> None:
    agreed = settled(due(instalment("n1", c1="100.00")))

    assert list(due_with(agreed, Phase.PERFORMANCE)) == [(PaperKind.AGREEMENT, None)]


def test_an_agreement_is_between_those_who_settled_and_the_payer_and_about_what_they_settled() -> None:
    wages = WAGES.model_copy(update={"claimant": None})
    filed = complaint(3, items=(arrears_item(), wages), respondents=(employer(), employer("e2")))
    agreed = settled(due(instalment("n1", c1="100.00", c2="200.50")), claimants=3, complaint=filed)
    assert agreed.settlement is not None
    agreed.settlement.claimants, agreed.settlement.unsettled = ("c1", "c2"), (LeftOut(item="i2", claimants=("c2",)),)

    matter = draft(agreed, PaperKind.AGREEMENT, None, NOW)

    assert [party.ref for party in matter.parties] == ["c1", "c2", "e1"]
    assert [(line.item, line.of) for line in matter.items] == [("i1", "c1"), ("i1", "c2"), ("i2", "c1")]


def test_a_referral_names_only_those_whose_items_are_referred_with_what_is_left_of_them() -> None:
    filed = complaint(3, items=(arrears_item(), WAGES), respondents=(employer(), employer("e2")))
    ended = case(
        Phase.CLOSED,
        claimants=3,
        complaint=filed,
        referrals=[Referral(item="i2", claimant="c3", target=ReferralTarget.ARBITRATION, reason="unsettled")],
        reply=(
            ReplyItem(item="i2", claimant="c1", answer="paid", amount=Decimal("500.00")),
            ReplyItem(
                item="i2",
                claimant="c3",
                answer="unsettled",
                amount=Decimal("321.00"),
                referred_to=ReferralTarget.ARBITRATION,
            ),
        ),
    )

    assert list(due_with(ended.model_copy(update={"outcome": Outcome.FAILED}), Phase.CLOSED))[-1:] == [
        (PaperKind.APPLICATION_NOTICE, "arbitration")
    ]
    matter = draft(ended, PaperKind.APPLICATION_NOTICE, "arbitration", NOW)

    assert matter.addressee == next(party.name for party in matter.parties if party.ref == "c3")
    assert [party.ref for party in matter.parties] == ["c3", WAGES.respondent]
    assert [(line.item, line.of, line.amount) for line in matter.items] == [("i2", "c3", Decimal("321.00"))]


def test_the_copy_of_one_worker_leaves_out_the_sums_and_numbers_of_the_others() -> None:
    agreed = settled(due(instalment("n1", c1="100.00", c2="200.50")), claimants=2, complaint=complaint(2))

    matter = draft(agreed, PaperKind.AGREEMENT, None, NOW)
    copy, payers = matter.copied_for("c1"), matter.copied_for("e1")

    assert [line.of for line in copy.schedule] == ["c1"]
    assert [bool(party.identity) for party in copy.parties if party.role == "claimant"] == [True, False]
    told = str(wording(copy, "1", Language.CHINESE))
    assert "100.00" in told and "200.50" not in told and "300.50" not in told
    assert payers.schedule == matter.schedule and payers.copy_for == "e1"


def test_an_agreement_that_is_signed_is_another_edition_of_the_one_that_was_to_be() -> None:
    case = being_signed()
    assert draft(case, PaperKind.AGREEMENT, None, NOW).edition == "for-signature"
    order(case, PaperKind.AGREEMENT, None, "m", NOW)
    take_issued(case, Issued(number="社调协议〔2026〕第7号", sha256="0" * 64), NOW)
    assert case.signing is not None
    case.signing.state = SigningState.IN_EFFECT
    matter = draft(case, PaperKind.AGREEMENT, None, NOW)
    assert (matter.edition, matter.again) == ("original", "社调协议〔2026〕第7号")
    assert wording(matter, "社调协议〔2026〕第7号", Language.CHINESE)["number"] == "社调协议〔2026〕第7号（正本）"
