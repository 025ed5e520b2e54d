"""Limitation clocks: begun, interrupted, suspended, held, lapsed; warnings that never refuse."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.assessment.limitation import ClockState, LimitationClock, LimitationEvent, clock_rows, limitation_clock
from domain.assessment.limitation import LimitationEventKind as Kind
from domain.deadlines.calendar import Calendar
from domain.intake.claims import nature
from domain.words import ClaimKind, Nature

OFFICIAL = Calendar()


def on(day: str, kind: Kind, until: str | None = None) -> LimitationEvent:
    return LimitationEvent(
        kind=kind, on=date.fromisoformat(day), until=date.fromisoformat(until) if until is not None else None
    )


def clock(
    *events: LimitationEvent,
    kind: ClaimKind = ClaimKind.SEVERANCE,
    began: str | None = "2024-03-01",
    as_of: str = "2024-12-02",
) -> LimitationClock:
    start = date.fromisoformat(began) if began is not None else None
    return limitation_clock("i1", kind, start, events, date.fromisoformat(as_of), OFFICIAL)


def codes(found: LimitationClock) -> list[str]:
    return [warning.code for warning in found.warnings]


def test_a_year_runs_from_knowing_and_moves_off_the_weekend() -> None:
    found = clock()
    # 1 March 2025 is a Saturday
    assert (found.lapses_on, found.remaining_days, found.state) == (date(2025, 3, 3), 91, ClockState.RUNNING)
    assert codes(found) == []
    assert found.sources == ("劳动争议调解仲裁法 Art.27(1)", "劳动争议调解仲裁法 Art.27")
    assert found.verified


@pytest.mark.parametrize(
    ("as_of", "remaining", "state", "warned"),
    [
        ("2025-01-31", 31, ClockState.RUNNING, []),
        ("2025-02-01", 30, ClockState.RUNNING, ["about-to-lapse"]),
        ("2025-03-03", 0, ClockState.RUNNING, ["about-to-lapse"]),
        ("2025-03-04", 0, ClockState.LAPSED, ["limitation-defence"]),
        ("2024-02-29", 368, ClockState.NOT_BEGUN, []),
    ],
)
def test_it_warns_thirty_days_before_and_after_the_last_day(
    as_of: str, remaining: int, state: ClockState, warned: list[str]
) -> None:
    found = clock(as_of=as_of)
    assert (found.remaining_days, found.state, codes(found)) == (remaining, state, warned)


@pytest.mark.parametrize(
    "kind",
    [Kind.CLAIM_ON_EMPLOYER, Kind.REQUEST_TO_AUTHORITY, Kind.CONSENT_OF_DEBTOR, Kind.FILING_WITH_CENTRE],
)
def test_an_interruption_starts_the_year_anew(kind: Kind) -> None:
    found = clock(on("2024-10-08", kind))
    assert (found.runs_from, found.lapses_on) == (date(2024, 10, 8), date(2025, 10, 9))
    assert [step.code for step in found.history] == ["began-knowledge", "interrupts"]


def test_force_majeure_stops_the_clock_for_as_long_as_it_lasts() -> None:
    # 366 days from 1 March 2024 end on 1 March 2025; 31 days stood still
    found = clock(on("2025-01-01", Kind.FORCE_MAJEURE, "2025-01-31"), as_of="2025-02-10")
    assert found.lapses_on == date(2025, 4, 1)
    during = clock(on("2025-01-01", Kind.FORCE_MAJEURE, "2025-01-31"), as_of="2025-01-10")
    assert (during.state, during.remaining_days) == (ClockState.STANDING_STILL, 60)


def test_while_a_hindrance_lasts_nobody_knows_the_last_day_but_the_days_left_are_kept() -> None:
    hindrance = on("2025-01-01", Kind.FORCE_MAJEURE)
    left = {clock(hindrance, as_of=day).remaining_days for day in ("2025-01-01", "2025-06-01", "2026-06-01")}
    found = clock(hindrance, as_of="2026-06-01")
    assert (found.state, found.lapses_on, found.warnings) == (ClockState.STANDING_STILL, None, ())
    # 60 days were left of the year, and its last day may move off a weekend
    assert min(d for d in left if d is not None) == 60
    assert max(d for d in left if d is not None) <= 62


def test_an_interruption_after_the_last_day_has_no_effect_but_the_debtor_s_consent_has() -> None:
    late = clock(on("2025-03-04", Kind.CLAIM_ON_EMPLOYER), as_of="2025-04-01")
    assert (late.state, [s.code for s in late.history]) == (ClockState.LAPSED, ["began-knowledge", "too-late"])
    consent = clock(on("2025-03-04", Kind.CONSENT_OF_DEBTOR), as_of="2025-04-01")
    assert (consent.state, consent.lapses_on, consent.verified) == (ClockState.RUNNING, date(2026, 3, 4), False)


def test_on_the_last_day_it_can_still_be_interrupted() -> None:
    assert clock(on("2025-03-03", Kind.CLAIM_ON_EMPLOYER), as_of="2025-03-03").runs_from == date(2025, 3, 3)


def test_an_application_for_arbitration_ends_the_running() -> None:
    found = clock(on("2025-03-03", Kind.FILING_WITH_ARBITRATION), as_of="2026-01-01")
    assert (found.state, found.lapses_on, found.remaining_days) == (ClockState.HELD, None, None)
    assert found.warnings == ()


def test_what_happened_after_the_day_looked_at_or_before_the_beginning_is_not_counted() -> None:
    plain = clock()
    assert clock(on("2024-12-03", Kind.CLAIM_ON_EMPLOYER)) == plain
    assert clock(on("2024-02-01", Kind.CLAIM_ON_EMPLOYER)) == plain


def test_wages_do_not_lapse_while_the_employment_lasts() -> None:
    employed = clock(kind=ClaimKind.WAGES, began=None)
    assert (employed.state, employed.lapses_on) == (ClockState.NOT_BEGUN, None)
    assert clock(kind=ClaimKind.WAGES).lapses_on == date(2025, 3, 3)


def test_the_look_back_of_inspection_warns_with_both_sources_and_never_refuses() -> None:
    found = clock(on("2026-05-01", Kind.FILING_WITH_CENTRE), kind=ClaimKind.ARREARS, as_of="2026-05-01")
    assert (found.state, found.lapses_on, codes(found)) == (
        ClockState.LAPSED,
        date(2026, 3, 1),  # a Sunday: a look-back does not move
        ["look-back-passed"],
    )
    assert found.warnings[0].params["source"] == "劳动保障监察条例 Art.20; 人社建字〔2017〕105号"
    in_time = clock(on("2026-03-01", Kind.FILING_WITH_CENTRE), kind=ClaimKind.ARREARS, as_of="2026-05-01")
    assert in_time.state is ClockState.HELD


def test_every_kind_of_claim_has_its_clock() -> None:
    assert set(clock_rows()) == set(ClaimKind)


def test_every_step_and_state_is_told_in_both_languages() -> None:
    shown = [
        clock(on("2024-10-08", Kind.CLAIM_ON_EMPLOYER), on("2025-01-01", Kind.FORCE_MAJEURE, "2025-01-02")),
        clock(on("2025-03-04", Kind.CLAIM_ON_EMPLOYER), as_of="2025-04-01"),
        clock(on("2025-03-03", Kind.FILING_WITH_ARBITRATION), as_of="2025-03-03"),
        clock(as_of="2025-02-20"),
        clock(kind=ClaimKind.ARREARS, as_of="2030-01-01"),
        *(clock(kind=kind, began=None) for kind in ClaimKind),
        *(clock(kind=kind) for kind in ClaimKind),
    ]
    for language in ("zh-CN", "en"):
        for found in shown:
            assert texts.say(f"limitation.state.{found.state}", language)
            for step in (*found.history, *found.warnings):
                assert texts.say(f"limitation.{step.code}", language, **step.params)
        assert all(texts.say(f"limitation.event.{kind}", language) for kind in Kind)


EVENTS = st.lists(
    st.builds(
        lambda kind, first, days: LimitationEvent(kind=kind, on=first, until=first + timedelta(days=days)),
        st.sampled_from(Kind),
        st.dates(date(2023, 12, 1), date(2026, 6, 1)),
        st.integers(0, 60),
    ),
    max_size=5,
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_in_which_events_are_told_changes_nothing(events: list[LimitationEvent], random: Any) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)
    assert clock(*events, as_of="2026-01-01") == clock(*shuffled, as_of="2026-01-01")


@given(EVENTS, st.sampled_from(ClaimKind))
def test_no_event_brings_the_last_day_nearer(events: list[LimitationEvent], kind: ClaimKind) -> None:
    plain, found = clock(kind=kind, as_of="2026-12-01"), clock(*events, kind=kind, as_of="2026-12-01")
    assert plain.lapses_on is not None
    assert found.state is ClockState.HELD or (found.lapses_on is not None and found.lapses_on >= plain.lapses_on)


@given(EVENTS, st.dates(date(2024, 3, 1), date(2026, 5, 31)))
def test_a_day_that_passes_never_adds_days_while_nothing_happens(events: list[LimitationEvent], day: date) -> None:
    known = [event for event in events if event.on <= day]
    today = limitation_clock("i1", ClaimKind.WAGES, date(2024, 3, 1), known, day, OFFICIAL)
    tomorrow = limitation_clock("i1", ClaimKind.WAGES, date(2024, 3, 1), known, day + timedelta(days=1), OFFICIAL)
    if today.remaining_days is not None:
        assert tomorrow.remaining_days is not None
        assert today.remaining_days - 1 <= tomorrow.remaining_days <= today.remaining_days
        assert (
            (tomorrow.remaining_days < today.remaining_days)
            or today.state is not ClockState.RUNNING
            or (today.remaining_days == 0 or tomorrow.state is ClockState.STANDING_STILL)
        )


@given(EVENTS, st.dates(date(2024, 3, 1), date(2025, 2, 28)))
def test_the_days_left_are_those_ahead_on_which_the_clock_does_not_stand_still(
    events: list[LimitationEvent], day: date
) -> None:
    hindrances = [e for e in events if e.kind is Kind.FORCE_MAJEURE and e.on <= day]
    found = clock(*hindrances, as_of=day.isoformat())
    assert found.lapses_on is not None
    ahead = [day + timedelta(days=n) for n in range(1, (found.lapses_on - day).days + 1)]
    running = [d for d in ahead if not any(e.on <= d <= (e.until or d) for e in hindrances)]
    assert found.remaining_days == len(running)


def test_public_law_claims_have_the_look_back_and_private_law_ones_arbitration() -> None:
    for kind, row in clock_rows().items():
        assert (row.clock == "look-back") == (nature(kind) is Nature.PUBLIC_LAW)
