"""Who is told of what, and not at night."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import texts
from domain.base import CENTRE_ZONE
from domain.case.casebook_rows import CasebookEntry
from domain.procedure.notices.recipients import Audience, Notice, meeting_notices, notice_table, notices
from domain.words import Agency
from tests.casebook.filing import chain, entry, task

EVENING = datetime(2026, 11, 23, 21, 30, tzinfo=CENTRE_ZONE)


def told(kind: str, written: CasebookEntry) -> list[tuple[str, str]]:
    [event] = written.events
    happened = event.model_copy(update={"kind": kind, "facts": {"task": "tax"}})
    changed = written.model_copy(update={"events": (happened,)})
    parties = {Audience.CLAIMANTS: ("c1", "c2"), Audience.RESPONDENTS: ("e1",)}
    found: list[Notice] = list(notices(changed, parties, notice_table()))
    return [(notice.audience, notice.recipient) for notice in found]


def test_both_sides_and_the_mediator_hear_that_mediation_has_begun() -> None:
    assert told("mediation_opened", entry("k", *chain(1), mediator="m-1")) == [
        ("claimants", "c1"),
        ("claimants", "c2"),
        ("respondents", "e1"),
        ("mediator", "m-1"),
    ]


def test_a_reminder_of_an_inquiry_goes_to_its_agency_and_to_who_holds_it() -> None:
    held = entry("k", *chain(1), tasks=(task(officer="o-7"),))
    assert told("task_reminded", held) == [("agency", Agency.TAX), ("officer", "o-7")]


def test_a_comment_is_told_to_nobody() -> None:
    assert told("commented", entry("k", *chain(1))) == []


@pytest.mark.parametrize(("facts", "agency"), [({}, []), ({"agency": "tax"}, ["tax"])])
def test_whatever_happens_at_a_meeting_is_told_to_whom_it_knows_and_stops_nothing(
    facts: dict[str, object], agency: list[str]
) -> None:
    [event] = chain(1)
    people = ("tax-head", "clerk")
    heard = {"members": list(people), "agency": agency, "supervisor": ["supervisor"]}
    for row in notice_table().notices:
        happened = event.model_copy(update={"kind": row.event, "facts": facts})
        told = [(one.audience, one.recipient) for one in meeting_notices([happened], people, notice_table())]
        assert told == [(audience, one) for audience in row.to for one in heard.get(audience, [])]


def test_a_notice_of_the_evening_waits_for_the_morning_unless_it_is_urgent() -> None:
    table = notice_table()
    assert table.not_before(EVENING, urgent=False) == datetime(2026, 11, 24, 8, tzinfo=CENTRE_ZONE)
    assert table.not_before(EVENING, urgent=True) == EVENING
    early = datetime(2026, 11, 24, 3, tzinfo=CENTRE_ZONE)
    assert table.not_before(early, urgent=False) == datetime(2026, 11, 24, 8, tzinfo=CENTRE_ZONE)


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_nothing_is_sent_before_its_time_nor_in_the_quiet_hours_nor_half_a_day_late(after: timedelta) -> None:
    now = EVENING + after
    sent = notice_table().not_before(now, urgent=False)
    assert now <= sent < now + timedelta(hours=12)
    assert notice_table().quiet_until <= sent.time() < notice_table().quiet_from


def test_a_channel_is_tried_again_at_longer_and_longer_intervals_and_then_no_more() -> None:
    table, tries = notice_table(), len(notice_table().retry_minutes)
    assert table.try_again(EVENING, 1, urgent=True) == EVENING + timedelta(minutes=1)
    assert table.try_again(EVENING, tries, urgent=True) == EVENING + timedelta(days=1)
    assert table.try_again(EVENING, tries + 1) is None


def test_every_event_that_is_told_has_its_words() -> None:
    events = notice_table().by_event()
    assert all(texts.knows(f"notices.{event}") and texts.knows(f"events.{event}") for event in events)
