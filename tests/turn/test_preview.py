"""The line that a list shows of a message is words, not marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.turn.preview import PREVIEW_CHARACTERS, plain, preview


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("The **kitchen** has *nine* devices.", "The kitchen has nine devices."),
        ("***Both*** and ~~gone~~ and __strong__ and _soft_.", "Both and gone and strong and soft."),
        ("Ask `get_devices_in_room` with ``x``.", "Ask get_devices_in_room with x."),
        ("# The kitchen\n\nNine devices.", "The kitchen Nine devices."),
        ("Here:\n\n- Lamp\n* Fridge\n+ Oven\n1. First\n2) Second", "Here: Lamp Fridge Oven First Second"),
        ("> - quoted", "quoted"),
        ("| Name | State |\n|:-----|------:|\n| Lamp | on |", "Name State Lamp on"),
        ("```python\nprint(1)\n```\nDone.", "print(1) Done."),
        ("One\n\n---\n\nTwo", "One Two"),
        ("See [the manual](https://example.org/a) and ![a picture](x.png).", "See the manual and a picture."),
        (r"Five \* three, \_so\_", "Five * three, _so_"),
    ],
)
def test_marks_are_taken_off(markdown: str, words: str) -> None:
    assert preview(plain(markdown)) == words


@pytest.mark.parametrize(
    "words",
    [
        "5 * 3 * 2 = 30",
        "The entity kitchen_ceiling_light is on.",
        "a #hashtag and C# and 20 % | 30 %",
        "It is -4 degrees.",
        "2026. A year.",
        "[not a link] (at all)",
        "**never closed",
    ],
)
def test_what_is_no_mark_stays(words: str) -> None:
    assert preview(plain(words)) == words


def test_a_long_text_ends_in_dots_and_a_short_one_does_not() -> None:
    assert preview("a" * 100) == "a" * 100
    assert preview("a" * 101) == "a" * 100 + "..."
    assert preview("a" + " " * 1_000 + "b") == "a..."


@given(st.text(alphabet=st.sampled_from("ab *_`#|-~[]()\\>1.\n!"), max_size=600))
def test_any_text_becomes_one_short_line(text: str) -> None:
    line = preview(plain(text))
    assert len(line) <= PREVIEW_CHARACTERS + len("...")
    assert "\n" not in line


@given(st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), min_size=1, max_size=12))
def test_bold_words_become_the_words(words: list[str]) -> None:
    assert preview(plain(" ".join(f"**{word}**" for word in words))) == preview(" ".join(words))
