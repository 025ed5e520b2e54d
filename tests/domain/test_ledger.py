from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger import GENESIS, SYSTEM, Actor, BrokenLedger, Event, seal, verify
from domain.words import Agency, Role

NOON = datetime(2024, 3, 1, 4, tzinfo=UTC)
FACTS = st.dictionaries(
    st.text(max_size=8),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), st.lists, max_leaves=4),
    max_size=4,
)


def chain(*facts: dict[str, Any]) -> list[Event]:
    events: list[Event] = []
    for seq, fact in enumerate(facts, 1):
        previous = events[-1].digest if events else GENESIS
        at = NOON + timedelta(minutes=seq)
        events.append(
            seal(seq=seq, at=at, kind="commented", actor=SYSTEM, message_id=None, facts=fact, previous=previous)
        )
    return events


def first_broken(events: list[Event]) -> int:
    with pytest.raises(BrokenLedger) as broken:
        verify(events)
    return broken.value.seq


@given(st.lists(FACTS, max_size=6))
def test_an_untouched_ledger_verifies_to_the_digest_of_its_last_event(facts: list[dict[str, Any]]) -> None:
    events = chain(*facts)
    assert verify(events) == (events[-1].digest if events else GENESIS)


@given(st.lists(FACTS, min_size=1, max_size=6))
def test_a_ledger_written_down_as_json_and_read_back_verifies(facts: list[dict[str, Any]]) -> None:
    events = chain(*facts)
    assert verify(Event.model_validate_json(e.model_dump_json()) for e in events) == events[-1].digest


ALTERATIONS: dict[str, Callable[[Event], Any]] = {
    "at": lambda e: e.at + timedelta(microseconds=1),
    "kind": lambda e: "withdrawn",
    "actor": lambda e: Actor(id="onestop", role=Role.OFFICER, agency=Agency.TAX),
    "message_id": lambda e: "m-1",
    "facts": lambda e: {**e.facts, "one more": 1},
    "digest": lambda e: "f" * 64,
    "previous": lambda e: "f" * 64,
}


@given(st.lists(FACTS, min_size=1, max_size=6), st.data())
def test_the_first_altered_event_is_named_whatever_was_altered(
    facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    events = chain(*facts)
    at = data.draw(st.integers(0, len(events) - 1))
    field = data.draw(st.sampled_from(sorted(ALTERATIONS)))
    events[at] = events[at].model_copy(update={field: ALTERATIONS[field](events[at])})
    assert first_broken(events) == at + 1


@given(st.lists(FACTS, min_size=2, max_size=6), st.data())
def test_a_missing_event_is_named(facts: list[dict[str, Any]], data: st.DataObject) -> None:
    events = chain(*facts)
    at = data.draw(st.integers(0, len(events) - 2))
    assert first_broken(events[:at] + events[at + 1 :]) == at + 1


@given(st.lists(FACTS, min_size=2, max_size=6), st.data())
def test_events_out_of_order_are_named_by_the_first_place_that_is_wrong(
    facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    events = chain(*facts)
    at = data.draw(st.integers(0, len(events) - 2))
    events[at], events[at + 1] = events[at + 1], events[at]
    assert first_broken(events) == at + 1


def test_an_event_resealed_after_alteration_breaks_the_chain_at_the_next_one() -> None:
    events = chain({"n": 1}, {"n": 2}, {"n": 3})
    forged = chain({"n": 1}, {"n": 9})[1]
    assert first_broken([events[0], forged, events[2]]) == 3


def test_a_ledger_cut_short_ends_in_another_digest_than_the_case_recorded() -> None:
    events = chain({"n": 1}, {"n": 2}, {"n": 3})
    assert verify(events[:2]) == events[1].digest != events[2].digest


def test_the_order_of_facts_is_not_content_but_their_types_are() -> None:
    assert chain({"a": 1, "b": 2})[0].digest == chain({"b": 2, "a": 1})[0].digest
    assert len({chain({"a": fact})[0].digest for fact in (1, "1", True, None, [1])}) == 5


def test_the_same_instant_in_another_zone_still_verifies() -> None:
    """The database gives instants back in UTC, whatever zone they were written in."""
    local = seal(
        seq=1, at=NOON.astimezone(ZoneInfo("Asia/Shanghai")), kind="commented", actor=SYSTEM, message_id=None, facts={},
        previous=GENESIS,
    )  # fmt: skip
    assert verify([local.model_copy(update={"at": NOON})]) == local.digest
