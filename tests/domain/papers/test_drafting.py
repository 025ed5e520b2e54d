"""What stands in a paper, and when it can be issued."""

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.mediation.sessions import Sittings
from domain.papers.kinds import PaperKind, paper_rows
from domain.procedure.papers.drafting import can_issue, draft, due_with
from domain.words import Phase
from tests.domain.cases import DAY, NOW, case, due, instalment, mediated, settled, talks


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
