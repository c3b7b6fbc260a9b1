"""From text to words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.intents.lexicon import english
from parlour.models.intents.normalise import plain_words, words_of

SPOKEN = english().spoken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's in the KITCHEN", "what is in the kitchen"),
        ("which lights aren’t on", "which lights are not on"),
        ("Juno's room", "juno room"),
        ("the Café", "the cafe"),
        ("bedroom two", "bedroom 2"),
        ("wi-fi", "wi fi"),
        ("salt & pepper", "salt and pepper"),
    ],
)
def test_writing_is_opened_into_plain_words(text: str, words: str):
    assert " ".join(plain_words(text, SPOKEN)) == words


def test_the_words_as_written_stay_beside_them():
    assert [w.raw for w in words_of("Find Philips!", SPOKEN)] == ["Find", "Philips", "!"]


def test_marks_that_part_sentences_are_no_words():
    assert [w.text for w in words_of("Hello. What, now?", SPOKEN) if w.stop] == [".", ",", "."]


def test_a_very_long_text_is_cut():
    assert len(words_of("word " * 10_000, SPOKEN)) < 100


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str):
    for word in words_of(text, SPOKEN):
        assert text[word.start : word.end] == word.raw
        assert word.text
