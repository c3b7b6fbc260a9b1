"""Where an answer ends: the same wherever its words are cut, and nothing of a stop word is ever given out."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parlour.models.base import (
    CallDelta,
    Called,
    Finished,
    ModelEvent,
    ModelRequest,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
    estimate_tokens,
)
from parlour.models.stop_words import Stopping, StopWords
from tests.models.requests import ask, collect

FEW = st.text("ab\n", max_size=30)
STOPS = st.lists(st.text("ab\n", min_size=1, max_size=4), min_size=1, max_size=4)


def shown(pieces: Sequence[str], stops: Sequence[str]) -> list[str]:
    """What is given out, piece by piece."""
    words, given_out = StopWords(stops), list[str]()
    for piece in pieces:
        given_out.append(words.push(piece))
        if words.found:
            return given_out
    return [*given_out, words.end()]


def plainly(text: str, stops: Sequence[str]) -> str:
    """The same, thought of as slowly as can be."""
    for end in range(len(text) + 1):
        if whole := [stop for stop in stops if text[:end].endswith(stop)]:
            return text[: end - max(map(len, whole))]
    return text


@st.composite
def cut(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text and the pieces of it."""
    pieces = draw(st.lists(FEW, max_size=8))
    return "".join(pieces), pieces


@given(said=cut(), stops=STOPS)
@example(said=("aab", ["a", "ab"]), stops=["ab"])
@example(said=("abab", ["ab", "ab"]), stops=["aba", "b"])
def test_wherever_the_words_are_cut_they_end_at_the_same_place(said: tuple[str, list[str]], stops: list[str]) -> None:
    text, pieces = said
    assert "".join(shown(pieces, stops)) == plainly(text, stops) == "".join(shown([*text], stops))


@given(said=cut(), stops=STOPS)
def test_nothing_of_a_stop_word_is_ever_given_out(said: tuple[str, list[str]], stops: list[str]) -> None:
    text, pieces = said
    end = plainly(text, stops)
    so_far = ""
    for piece in shown(pieces, stops):
        so_far += piece
        assert end.startswith(so_far)


@given(said=cut(), stops=STOPS)
def test_no_more_is_held_back_than_may_become_a_stop_word(said: tuple[str, list[str]], stops: list[str]) -> None:
    _, pieces = said
    words, heard, given_out = StopWords(stops), "", ""
    for piece in pieces:
        heard, given_out = heard + piece, given_out + words.push(piece)
        if words.found:
            return
        held = heard.removeprefix(given_out)
        assert given_out + held == heard
        assert not held or any(stop.startswith(held) and stop != held for stop in stops)


# --- the words of a model ------------------------------------------------------------------------------------------


@dataclass
class Speaker:
    """A model that says just this."""

    events: Sequence[ModelEvent]
    name: str = "speaker"
    window: int = 8_192
    told: list[ModelEvent] = field(default_factory=list[ModelEvent])
    """What it was listened to."""
    is_ended: bool = False

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        try:
            for event in self.events:
                self.told.append(event)
                yield event
        finally:
            self.is_ended = True

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None


CALL = RequestedCall("c1", "look", {}, "{}")


async def heard(*events: ModelEvent, stop: tuple[str, ...] = ("END",)) -> list[ModelEvent]:
    """What is given out of these."""
    return await collect(Stopping(Speaker(events)).stream(replace(ask("Hm?"), stop=stop)))


async def test_a_model_is_listened_to_no_longer_than_to_the_word() -> None:
    speaker = Speaker([TextDelta("One. E"), TextDelta("ND two."), TextDelta("Three."), Finished("length")])
    events = await collect(Stopping(speaker).stream(replace(ask("Hm?"), stop=("END",))))
    assert events == [TextDelta("One. "), Finished("stop")]
    assert len(speaker.told) == 2
    assert speaker.is_ended


async def test_who_names_no_words_hears_everything() -> None:
    everything = [TextDelta("One END"), Finished("length")]
    assert await heard(*everything, stop=()) == everything


async def test_what_was_held_back_comes_before_what_follows() -> None:
    finished = Finished("tool_calls")
    assert await heard(TextDelta("The EN"), Called(CALL), finished) == [
        TextDelta("The "),
        TextDelta("EN"),
        Called(CALL),
        finished,
    ]


@pytest.mark.parametrize("between", [ReasoningDelta("D"), CallDelta("D")])
async def test_a_word_is_looked_for_in_what_is_said_and_not_in_thoughts_or_calls(between: ModelEvent) -> None:
    assert await heard(TextDelta("EN"), between, TextDelta("D!"), ReasoningDelta("END"), Finished("stop")) == [
        TextDelta("EN"),
        between,
        TextDelta("D!"),
        ReasoningDelta("END"),
        Finished("stop"),
    ]


async def test_an_answer_that_begins_with_the_word_says_nothing() -> None:
    assert await heard(TextDelta("END."), Finished("stop")) == [Finished("stop")]
