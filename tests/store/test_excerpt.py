"""Words are told apart the same way wherever they stand, and an excerpt shows them where they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.protocol.search import Mark
from parlour.protocol.text import units
from parlour.store.search.excerpt import excerpt_of, marks_in
from parlour.store.search.words import (
    LONGEST_WORD,
    MOST_WORDS,
    Wanted,
    folded,
    indexed,
    wanted,
    words_of,
)


def looked_for(query: str) -> Wanted:
    found = wanted(query)
    assert found is not None
    return found


def cut(line: str, marks: list[Mark]) -> list[str]:
    """The marked stretches, cut out by UTF-16 units as a browser would."""
    wide = line.encode("utf-16-le")
    return [wide[mark.start * 2 : mark.end * 2].decode("utf-16-le") for mark in marks]


@pytest.mark.parametrize(
    ("line", "query", "marked"),
    [
        ("The kitchen lamp", "lamp kit", ["kit", "lamp"]),
        ("lamps and a lamp", "lamp x", ["lamp"]),
        ("😀 Die Ku\u0308che, groß 😀", "gross kuche", ["Ku\u0308che", "groß"]),
        ("ﬁnd it", "f", ["ﬁ"]),
        ("今日は厨房です", "厨房", ["厨房"]),
        ("nothing of it", "lamp", []),
        ("a" * 100, "a" * 100, ["a" * LONGEST_WORD]),
        ("", "lamp", []),
    ],
)
def test_what_was_looked_for_is_marked_in_utf16_units(line: str, query: str, marked: list[str]) -> None:
    assert cut(line, marks_in(line, looked_for(query))) == marked


@given(st.text(max_size=200))
def test_every_word_of_a_text_is_found_and_marked_in_it(text: str) -> None:
    for word in words_of(text):
        marks = marks_in(text, looked_for(word))
        assert marks
        for each in cut(text, marks):
            assert any(inside.startswith(word) for inside in folded(each).split())
        assert all(0 <= mark.start < mark.end <= units(text) for mark in marks)


@given(st.text(max_size=60), st.text(max_size=60))
def test_folding_goes_letter_by_letter(text: str, more: str) -> None:
    assert folded(text + more) == folded(text) + folded(more)


def test_an_excerpt_is_one_line_around_the_place_where_most_stands_together() -> None:
    text = "The lamp.\n\n" + "Much else is said.\n" * 40 + "A lamp\tin the  kitchen.\n" + "And more is said.\n" * 40
    line, marks = excerpt_of(text, looked_for("lamp kitchen"))
    assert "A lamp in the kitchen. And more" in line
    assert line.startswith("…")
    assert line.endswith("…")
    assert "\n" not in line
    assert len(line) < 250
    assert cut(line, marks) == ["lamp", "kitchen"]


def test_a_short_text_is_its_own_excerpt() -> None:
    assert excerpt_of(" The\nlamp ", looked_for("lamp")) == ("The lamp", [Mark(start=4, end=8)])


@pytest.mark.parametrize(
    "before", ["é" * 5_000 + " ", "wörter " * 9_000, "x" * 3_000 + " ", "厨" * 3_000, "👩‍👩‍👧 " * 500]
)
def test_the_place_is_found_far_behind_letters_that_fold_to_fewer_or_more(before: str) -> None:
    line, marks = excerpt_of(before + "torch" + " behind" * 100, looked_for("torch"))
    assert cut(line, marks) == ["torch"]
    assert len(line) <= 260


def test_a_text_has_only_so_many_words_of_so_many_letters() -> None:
    found = words_of(" ".join(f"{n}{'x' * 100}" for n in range(900)))
    assert len(found) == 900
    assert {len(word) for word in found} == {LONGEST_WORD}
    assert len(words_of(" ".join(map(str, range(20_000))))) == MOST_WORDS
    widest = "".join(f"{chr(0x10400 + n % 40) * 40}{n} " for n in range(20_000))
    assert len(indexed("0" * 36, widest).encode()) < 2**20, "what PostgreSQL takes for one row"


def test_words_of_one_owner_are_none_of_another() -> None:
    mine, hers = (set(indexed(owner, "the lamp").split()) for owner in ("…000001", "…000002"))
    assert mine == {"000001the", "000001lamp"}
    assert not mine & hers
    assert indexed("…000001", " -- ") == ""
