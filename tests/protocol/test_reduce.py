"""What holds for every conversation, however its frames are cut, repeated, merged or seen through a window."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen.scenarios import chunk, empty, talk, thinned
from gen.sequences import Story, framed
from parlour.protocol.content import TextPart
from parlour.protocol.frame import DurableFrame
from parlour.protocol.reduce import merge_page, reduce
from parlour.protocol.state import ConversationState
from parlour.protocol.text import STATE_TEXT_UNITS, spliced, units


@st.composite
def stories(draw: st.DrawFn) -> list[DurableFrame]:
    """The frames of a conversation that could have happened."""
    chance = draw(st.randoms(use_true_random=False))
    return Story(chance.randrange).tell(draw(st.integers(1, 30)))


def folded(state: ConversationState, frames: Sequence[DurableFrame]) -> ConversationState:
    for frame in frames:
        after = reduce(state, frame)
        assert isinstance(after, ConversationState)
        state = after
    return state


def seen_from(state: ConversationState, window: int) -> ConversationState:
    """The same moment as a snapshot with this window holds it."""
    held = [message for message in state.messages if message.position >= window]
    return state.model_copy(update={"window": window, "messages": held})


@given(stories(), st.data())
def test_a_snapshot_and_what_came_after_it_is_the_later_snapshot_through_every_window(
    frames: list[DurableFrame], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(frames)))
    early = folded(empty(), frames[:cut])
    window = data.draw(st.sampled_from([0, *(message.position for message in early.messages)]))
    assert folded(seen_from(early, window), frames[cut:]) == seen_from(folded(empty(), frames), window)


@given(stories())
def test_merged_chunks_say_what_the_single_ones_said(frames: list[DurableFrame]) -> None:
    assert folded(empty(), thinned(frames)) == folded(empty(), frames)


@given(stories(), st.data())
def test_a_repeated_frame_changes_no_message(frames: list[DurableFrame], data: st.DataObject) -> None:
    end = folded(empty(), frames)
    again = data.draw(st.sampled_from(frames))
    if end.conversation is not None:
        assert folded(end, [again]).messages == end.messages


@given(stories(), st.data())
def test_a_page_that_comes_late_is_brought_up_to_date_by_the_frames_it_missed(
    frames: list[DurableFrame], data: st.DataObject
) -> None:
    asked = data.draw(st.integers(0, len(frames)))
    early, end = folded(empty(), frames[:asked]), folded(empty(), frames)
    if end.conversation is None or not early.messages:
        return
    window = data.draw(st.sampled_from([message.position for message in early.messages]))
    narrow = folded(seen_from(early, window), frames[asked:])
    page = [message for message in early.messages if message.position < window]
    wide = folded(merge_page(narrow, page, 0), frames[asked:])
    assert wide.messages == end.messages
    assert wide.window == 0


@given(stories())
def test_a_state_is_never_changed_in_place(frames: list[DurableFrame]) -> None:
    state = empty()
    for frame in frames:
        before = state.model_dump_json()
        after = folded(state, [frame])
        assert state.model_dump_json() == before
        state = after


@given(st.lists(st.text(alphabet="aé暖🪔", min_size=1, max_size=5), max_size=8))
def test_chunks_that_follow_each_other_make_their_text(chunks: list[str]) -> None:
    text, length = "", 0
    for words in chunks:
        text, length = spliced(text, length, length, words)
    assert (text, length) == ("".join(chunks), units("".join(chunks)))


def test_a_text_beyond_the_limit_keeps_its_length_and_its_beginning() -> None:
    state = folded(talk(), [framed(20, chunk("é" * STATE_TEXT_UNITS))])
    part = state.messages[-1].parts[-1]
    assert isinstance(part, TextPart)
    assert (units(part.text), part.length) == (STATE_TEXT_UNITS, STATE_TEXT_UNITS + 5)


def test_a_frame_that_leaves_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="does not join"):
        reduce(talk(), framed(20, chunk("gap", offset=7)))
