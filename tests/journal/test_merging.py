"""Merging changes how often is said what is said, and nothing else."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from parlour.journal.merging import LARGEST_CHUNK_UNITS, merged
from parlour.protocol.text import units
from tests.hub.feed import after, feed_of, start


def many(times: int, character: str) -> str:
    return character * times


words = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.builds(many, st.integers(5_000, LARGEST_CHUNK_UNITS // 2), st.sampled_from("xé🏠")),
)
plans = st.lists(
    st.one_of(st.tuples(st.sampled_from(["one", "one", "two"]), words), st.tuples(st.just(""), st.sampled_from("abc"))),
    max_size=25,
)


@given(plans)
def test_the_state_is_the_same_and_no_chunk_is_too_large(plan: list[tuple[str, str]]) -> None:
    feed = feed_of(plan)
    joined = merged(feed)
    assert after(start(), joined) == after(start(), feed)
    assert all(units(orjson.loads(item.payload).get("chunk", "")) <= LARGEST_CHUNK_UNITS for item in joined)


@given(plans)
def test_every_number_is_still_there_in_its_order(plan: list[tuple[str, str]]) -> None:
    joined = merged(feed_of(plan))
    assert [n for item in joined for n in range(item.from_seq, item.seq + 1)] == list(range(1, len(plan) + 1))
    assert merged(joined) == joined


@given(plans, st.data())
def test_merging_in_two_parts_leads_to_the_same_state(plan: list[tuple[str, str]], data: st.DataObject) -> None:
    feed = feed_of(plan)
    cut = data.draw(st.integers(0, len(feed)))
    assert after(start(), [*merged(feed[:cut]), *merged(feed[cut:])]) == after(start(), feed)


def test_neighbours_are_joined_and_others_left_alone() -> None:
    joined = merged(feed_of([("one", "a"), ("one", "b"), ("", "t"), ("one", "c"), ("two", "d"), ("two", "e")]))
    assert [(item.from_seq, item.seq) for item in joined] == [(1, 2), (3, 3), (4, 4), (5, 6)]
