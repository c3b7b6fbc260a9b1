"""Repair of spelling."""

import pytest

from parlour.models.intents.lexicon import english
from parlour.models.intents.normalise import words_of
from parlour.models.intents.spelling import english_words, repaired

KNOWN = {"kitchen", "lights", "which", "lamp", "boiler", "dishwasher", "hall", "ball"}


def repair(text: str) -> str:
    words = words_of(text, english().spoken)
    return " ".join(w.text for w in repaired(words, KNOWN.__contains__, [w for w in KNOWN if len(w) >= 9]))


SLIPS = {"kichen": "kitchen", "lihgts": "lights", "whihc": "which", "bioler": "boiler", "dishwahsser": "dishwasher"}


@pytest.mark.parametrize("written", SLIPS)
def test_a_slip_is_repaired(written: str):
    assert repair(written) == SLIPS[written]


def test_an_english_word_is_never_repaired():
    assert repair("which nights is the bowler in the chicken") == "which nights is the bowler in the chicken"


def test_an_ending_is_neither_added_nor_cut():
    assert repair("kitche kitchenz lampx boilerr") == "kitche kitchenz lampx boilerr"


def test_a_short_word_is_left_alone():
    assert repair("lmp hal") == "lmp hal"


def test_a_word_that_could_be_two_things_is_left_alone():
    assert repair("xall") == "xall"


def test_what_was_written_is_kept():
    word = repaired(words_of("Kichen", english().spoken), KNOWN.__contains__, ())[0]
    assert (word.text, word.raw) == ("kitchen", "Kichen")


def test_the_word_list_is_a_real_one():
    assert len(english_words()) > 50_000
    assert {"chicken", "ballroom", "wardrobe"} <= english_words()
