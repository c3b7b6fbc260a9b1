"""However the network cuts a stream, the answer is the same."""

import json
from collections.abc import Callable
from contextlib import suppress

import orjson
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from parlour.models.base import Called, Finished, ModelEvent, ModelProblem, ReasoningDelta, RequestedCall, TextDelta
from parlour.models.dialect import Thoughts
from parlour.models.openai_calls import CallLimits, parsed_arguments
from parlour.models.openai_faults import Faults, Transient
from parlour.models.openai_reply import Reply
from parlour.models.sse import EventSplitter
from tests.providers import DONE, call_delta, delta, end, usage

TEXT = st.text(alphabet=st.characters(codec="utf-16", categories=None), max_size=12)


def read(pieces: list[bytes]) -> list[ModelEvent]:
    """Everything that these bytes come to."""
    splitter = EventSplitter(1_000_000)
    thoughts = Thoughts("x", "reasoning_details")
    reply = Reply(Faults("openai/x", ""), CallLimits(), thoughts=thoughts)
    events = [event for piece in pieces for event in reply.read(splitter.feed(piece))]
    return events + reply.read(splitter.rest()) + reply.finish()


def folded(events: list[ModelEvent]) -> tuple[str, str, list[RequestedCall], ModelEvent]:
    """The same without where it was cut: words, reasoning, calls, end."""
    words = "".join(event.text for event in events if isinstance(event, TextDelta))
    reasoning = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return words, reasoning, [event.call for event in events if isinstance(event, Called)], events[-1]


def in_units(text: str) -> list[bytes]:
    """A text in chunks of one UTF-16 unit each, so that every pair is cut in two."""
    units = text.encode("utf-16-be")
    escapes = [units[index : index + 2].hex() for index in range(0, len(units), 2)]
    return [b'data: {"choices":[{"delta":{"content":"\\u%b"}}]}\n\n' % unit.encode() for unit in escapes]


@given(st.data(), st.lists(TEXT, max_size=4), TEXT)
def test_any_cut_of_a_whole_answer_gives_the_same_answer(data: st.DataObject, texts: list[str], thought: str):
    stream = b"".join(
        [
            delta(reasoning=thought),
            *(delta(content=text) for text in texts),
            *in_units("".join(texts)),
            call_delta(1, id="c1", name="look"),
            call_delta(0, id="c0", name="search", arguments='{"query":'),
            call_delta(1, arguments="{}"),
            call_delta(0, arguments=orjson.dumps(thought).decode() + "}"),
            end("tool_calls"),
            usage(3, 4),
            DONE,
        ]
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    pieces = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    words, reasoning, calls, last = folded(read(pieces))
    assert words == "".join(texts) * 2
    assert reasoning == thought
    assert [(call.id, call.arguments) for call in calls] == [("c1", {}), ("c0", {"query": thought})]
    assert isinstance(last, Finished)
    assert last.usage is not None
    assert last.usage.total_tokens == 7


@given(st.data(), st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=3)), min_size=1, max_size=4))
def test_calls_are_whole_in_whatever_order_their_pieces_come(data: st.DataObject, wanted: list[dict[str, str]]):
    left: dict[int, list[dict[str, object]]] = {}
    for index, arguments in enumerate(wanted):
        raw = json.dumps(arguments)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=3)))
        parts = [raw[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
        pieces: list[dict[str, object]] = [{"arguments": part} for part in parts]
        late_ones: list[dict[str, object]] = [{"id": f"c{index}"}, {"name": f"tool{index}"}]
        for late in late_ones:
            pieces.insert(data.draw(st.integers(0, len(pieces))), late)
        left[index] = pieces
    sent: list[bytes] = []
    while left:
        index = data.draw(st.sampled_from(sorted(left)))
        sent.append(call_delta(index, **left[index].pop(0)))
        if not left[index]:
            del left[index]
    calls = folded(read([*sent, end("tool_calls"), DONE]))[2]
    assert {call.id: (call.name, call.arguments) for call in calls} == {
        f"c{index}": (f"tool{index}", arguments) for index, arguments in enumerate(wanted)
    }


@given(st.lists(TEXT, max_size=5), st.data())
def test_no_delta_is_empty_or_holds_half_a_pair(texts: list[str], data: st.DataObject):
    chunks = in_units("".join(texts))
    broken = [chunk for chunk in chunks if data.draw(st.booleans())]
    for event in read([*broken, end(), DONE]):
        if isinstance(event, TextDelta):
            assert event.text
            event.text.encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=8,
)
PLACES: list[Callable[[JsonValue], JsonValue]] = [
    lambda value: value,
    lambda value: {"choices": value},
    lambda value: {"choices": [value]},
    lambda value: {"choices": [{"delta": value}]},
    lambda value: {"choices": [{"delta": {"content": value, "reasoning": value}}]},
    lambda value: {"choices": [{"delta": {"reasoning_details": value}}]},
    lambda value: {"choices": [{"delta": {"reasoning_details": [{"type": value, "text": value, "index": value}]}}]},
    lambda value: {"choices": [{"delta": {"tool_calls": value}}]},
    lambda value: {"choices": [{"delta": {"tool_calls": [{"function": value, "index": value, "id": value}]}}]},
    lambda value: {"choices": [], "usage": value, "model": value},
    lambda value: {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": value}},
    lambda value: {"choices": [{"delta": {}, "finish_reason": value}]},
    lambda value: {"error": value},
]


@given(JSON, st.sampled_from(PLACES))
def test_any_json_in_any_place_is_understood_or_refused(value: JsonValue, place: Callable[[JsonValue], JsonValue]):
    with suppress(ModelProblem, Transient):
        assert isinstance(read([b"data: " + orjson.dumps(place(value)) + b"\n\n"])[-1], Finished)


@given(st.lists(JSON, max_size=4))
def test_thoughts_that_are_kept_can_be_stored_whatever_came(pieces: list[JsonValue]):
    events = read([delta(reasoning_details=pieces), call_delta(0, id="c1", name="look"), end(), DONE])
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.keepsake is None or b"\\u0000" not in orjson.dumps(last.keepsake.body)


@given(st.text() | st.from_regex(r'\{"[a-z]*": ?[0-9a-z"\[\]\\u]*\}?', fullmatch=True))
def test_arguments_are_an_object_that_can_be_stored_or_none(raw: str):
    arguments = parsed_arguments(raw)
    if arguments is not None:
        orjson.dumps(arguments)


def test_arguments_that_no_database_takes_are_none():
    for raw in ('{"a": "\\ud83d"}', '{"a": NaN}', '{"a": ' * 300 + "1" + "}" * 300, '{"a": 1', "7", "null"):
        assert parsed_arguments(raw) is None
    assert parsed_arguments(' {"a": "\\ud83d\\ude00"} ') == {"a": "😀"}
