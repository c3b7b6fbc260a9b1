"""Events out of bytes, however the network cuts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.sse import EventSplitter, EventTooLong, WholeBody

LONGEST = 1_000
LINES = st.sampled_from(
    [
        "data: a",
        "data:b",
        "data: ",
        "data:",
        "data:  two",
        ": comment",
        "event: x",
        "id: 7",
        "data",
        "",
        "dat",
        "😀",
        "data: ü",
    ]
)
ENDINGS = st.sampled_from(["\n", "\r\n", "\r"])


def fed(pieces: list[bytes]) -> list[bytes]:
    splitter = EventSplitter(LONGEST)
    return [event for piece in pieces for event in splitter.feed(piece)] + splitter.rest()


@given(st.data(), st.lists(LINES, max_size=20), ENDINGS, st.booleans())
def test_any_cut_of_the_bytes_gives_the_same_events(data: st.DataObject, lines: list[str], ending: str, bom: bool):
    stream = (("\ufeff" if bom else "") + "".join(line + ending for line in lines)).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert fed(pieces) == fed([stream])


@given(st.lists(LINES, max_size=20), ENDINGS)
def test_byte_by_byte_is_as_good_as_all_at_once(lines: list[str], ending: str):
    stream = "".join(line + ending for line in lines).encode()
    assert fed([stream[index : index + 1] for index in range(len(stream))]) == fed([stream])


def test_lines_of_one_event_are_joined_and_everything_but_data_is_passed_over():
    stream = b': hello\nevent: x\ndata: {"a":\ndata: 1}\nid: 3\nretry: 10\n\ndata: two\n\n'
    assert fed([stream]) == [b'{"a":\n1}', b"two"]


def test_one_space_behind_the_colon_is_not_part_of_the_data():
    assert fed([b"data:a\n\ndata: b\n\ndata:  c\n\n"]) == [b"a", b"b", b" c"]


def test_an_event_waits_for_its_empty_line_and_no_longer():
    splitter = EventSplitter(LONGEST)
    assert splitter.feed(b"data: a\n") == []
    assert splitter.feed(b"\n") == [b"a"]
    assert splitter.feed(b"data: b\r") == []
    assert splitter.feed(b"\n\r") == [b"b"]
    assert splitter.feed(b"\ndata: c\n\n") == [b"c"]


def test_at_the_end_whole_lines_count_and_half_ones_do_not():
    assert fed([b"data: whole\n"]) == [b"whole"]
    assert fed([b"data: half"]) == []


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    assert fed([b"\xef\xbb\xbfdata: a\n\n"]) == [b"a"]


@pytest.mark.parametrize(
    "pieces",
    [
        [b"data: " + b"x" * LONGEST + b"\n\n"],
        [b"data: ", *[b"x" * 10] * 200],
        [b": " + b"x" * LONGEST + b"\n"],
        [b"data: " + b"x" * 100 + b"\n"] * 20,
    ],
)
def test_what_is_too_long_is_refused_however_it_comes(pieces: list[bytes]):
    with pytest.raises(EventTooLong):
        fed(pieces)


def test_a_body_in_one_piece_is_one_event_and_bounded_as_well():
    body = WholeBody(10)
    assert body.feed(b'{"a"') == []
    assert body.feed(b":1}") == []
    assert body.rest() == [b'{"a":1}']
    with pytest.raises(EventTooLong):
        body.feed(b"xxxx")
