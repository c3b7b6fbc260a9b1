"""Pairs that were cut in two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.surrogates import SurrogateJoiner, whole

UNITS = st.text(alphabet=st.sampled_from("aü\ud83d\ude00\ud83c\udf3b☀"), max_size=12)


@given(st.lists(UNITS, max_size=8))
def test_pieces_joined_are_the_whole_and_no_piece_holds_a_half(pieces: list[str]):
    joiner = SurrogateJoiner()
    out = [joiner.push(piece) for piece in pieces]
    out.append(joiner.end())
    assert "".join(out) == whole("".join(pieces))
    for piece in out:
        piece.encode()


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("\ud83d\ude00", "😀"),
        ("a\ud83d", "a\ufffd"),
        ("\ude00b", "\ufffdb"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_halves_that_belong_together_are_joined_and_others_replaced(text: str, sound: str):
    assert whole(text) == sound
