"""An ordinary answer, and everything that providers put into one."""

import asyncio

import pytest

from parlour.models.base import Called, Finished, Keepsake, ReasoningDelta, RequestedCall, TextDelta
from parlour.models.dialect import Dialect, Thoughts
from parlour.models.openai import OpenAIModel
from parlour.protocol.content import Usage
from tests.models.requests import ask, closable, collect, text_of
from tests.providers import DONE, Provider, answer_of, call_delta, delta, end, event, usage

USAGE = Usage(prompt_tokens=7, completion_tokens=3, total_tokens=10)


async def test_words_come_out_as_they_went_in_and_the_end_says_who_answered(loopback: Provider, model: OpenAIModel):
    loopback.answer(*answer_of("Hel", "lo ", "there"))
    events = await collect(model.stream(ask()))
    assert text_of(events) == "Hello there"
    assert events[-1] == Finished("stop", USAGE, "fake-1")


async def test_words_that_come_in_one_read_are_one_delta(loopback: Provider, model: OpenAIModel):
    loopback.answer(b"".join(answer_of("Hel", "lo ", "there")))
    assert await collect(model.stream(ask())) == [TextDelta("Hello there"), Finished("stop", USAGE, "fake-1")]


async def test_a_first_word_is_given_out_while_the_provider_still_thinks(loopback: Provider, model: OpenAIModel):
    more = asyncio.Event()
    loopback.answer(delta(content="At once"), more, end(), DONE)
    stream = closable(model.stream(ask()))
    assert await anext(stream) == TextDelta("At once")
    more.set()
    assert isinstance((await collect(stream))[-1], Finished)


async def test_reasoning_is_told_apart_from_words_under_both_its_names(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(reasoning_content="Hm, "), delta(reasoning="well."), delta(content="Yes."), end(), DONE)
    events = await collect(model.stream(ask()))
    assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == "Hm, well."
    assert text_of(events) == "Yes."


async def test_reasoning_that_comes_in_details_only_is_read_from_them(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        delta(reasoning_details=[{"type": "reasoning.summary", "summary": "Hm, ", "index": 0}]),
        delta(reasoning_details=[{"type": "reasoning.text", "text": "well.", "index": 1}]),
        delta(reasoning_details=[{"type": "reasoning.encrypted", "data": "gAAA", "index": 2}]),
        delta(reasoning_details="none", reasoning=7),
        delta(content="Yes."),
        end(),
        DONE,
    )
    events = await collect(model.stream(ask()))
    assert "".join(e.text for e in events if isinstance(e, ReasoningDelta)) == "Hm, well."
    assert text_of(events) == "Yes."


async def test_thoughts_are_kept_for_who_wants_them_back_and_with_calls_only(loopback: Provider):
    thoughts = Thoughts("acme", "reasoning_details")
    it = OpenAIModel(name="acme/x", base_url=loopback.base_url, dialect=Dialect(thoughts=thoughts))
    pieces = [delta(reasoning_details=[{"type": "t", "text": text, "index": 0, "id": None}]) for text in ("a", "b")]
    sealed = [{"type": "e", "data": "x", "id": "i1"}, {"type": "e", "data": "\x00", "index": 0, "by": {"no": 1}}]
    loopback.answer(*pieces, delta(reasoning_details=sealed), call_delta(0, id="c1", name="look"), end(), DONE)
    loopback.answer(*pieces, delta(content="Yes."), end(), DONE)
    assert (await finish_of(it)).keepsake == Keepsake(
        "acme",
        [
            {"type": "t", "text": "ab", "index": 0, "id": None},
            {"type": "e", "data": "x\ufffd", "index": 0, "id": "i1"},
        ],
    )
    assert (await finish_of(it)).keepsake is None
    await it.close()


async def test_more_thoughts_than_can_be_held_are_shown_and_not_kept(loopback: Provider):
    thoughts = Thoughts("acme", "reasoning_details")
    it = OpenAIModel(name="acme/x", base_url=loopback.base_url, dialect=Dialect(thoughts=thoughts))
    piece = delta(reasoning_details=[{"type": "t", "text": "x" * 100_000, "index": 0}])
    loopback.answer(*[piece] * 11, call_delta(0, id="c1", name="look"), end(), DONE)
    events = await collect(it.stream(ask()))
    assert sum(len(e.text) for e in events if isinstance(e, ReasoningDelta)) == 1_100_000
    assert isinstance(events[-1], Finished)
    assert events[-1].keepsake is None
    await it.close()


async def test_a_refusal_of_the_model_is_its_answer(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(refusal="I would rather not."), end(), DONE)
    assert text_of(await collect(model.stream(ask()))) == "I would rather not."


async def test_content_in_parts_is_read_as_text(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content=[{"type": "text", "text": "In "}, {"type": "text", "text": "parts"}]), end(), DONE)
    assert text_of(await collect(model.stream(ask()))) == "In parts"


async def test_interleaved_calls_are_put_together_by_index(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        call_delta(0, id="c1", name="look"),
        call_delta(1, id="c2", name="search"),
        call_delta(1, arguments='{"query":'),
        call_delta(0, arguments='{"room":"kit'),
        call_delta(1, arguments='"lamp"}'),
        call_delta(0, arguments='chen"}'),
        end("tool_calls"),
        DONE,
    )
    events = await collect(model.stream(ask()))
    assert [e.call for e in events if isinstance(e, Called)] == [
        RequestedCall("c1", "look", {"room": "kitchen"}, '{"room":"kitchen"}'),
        RequestedCall("c2", "search", {"query": "lamp"}, '{"query":"lamp"}'),
    ]
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason == "tool_calls"


async def test_arguments_that_come_before_the_name_find_their_call(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        call_delta(0, arguments='{"a"'), call_delta(0, id="c1", name="look", arguments=":1}"), end("tool_calls"), DONE
    )
    assert await calls_of(model) == [RequestedCall("c1", "look", {"a": 1}, '{"a":1}')]


async def test_calls_that_all_have_index_zero_are_told_apart_by_their_ids(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        call_delta(0, id="c1", name="look", arguments="{}"), call_delta(0, id="c2", name="look", arguments="{}"), end()
    )
    assert [call.id for call in await calls_of(model)] == ["c1", "c2"]


async def test_calls_without_an_index_are_told_apart_by_their_ids(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        call_delta(None, id="c1", name="look", arguments="{"),
        call_delta(None, arguments="}"),
        call_delta(None, id="c2", name="search", arguments="{}"),
        end(),
    )
    assert [(call.id, call.raw) for call in await calls_of(model)] == [("c1", "{}"), ("c2", "{}")]


@pytest.mark.parametrize("index", [None, 0])
async def test_whole_calls_that_nothing_tells_apart_are_several(
    loopback: Provider, model: OpenAIModel, index: int | None
):
    loopback.answer(
        call_delta(index, name="look", arguments='{"room": "hall"}'),
        call_delta(index, name="look", arguments={"room": "kitchen"}),
        call_delta(index, name="search", arguments="{}"),
        end(),
        DONE,
    )
    assert [(call.name, call.arguments) for call in await calls_of(model)] == [
        ("look", {"room": "hall"}),
        ("look", {"room": "kitchen"}),
        ("search", {}),
    ]


async def test_a_name_that_is_repeated_in_every_piece_without_an_id_counts_once(loopback: Provider, model: OpenAIModel):
    pieces = [call_delta(0, name="look", arguments=part) for part in ('{"room', '": "ha', 'll"}')]
    loopback.answer(*pieces, end(), DONE)
    assert [(call.name, call.arguments) for call in await calls_of(model)] == [("look", {"room": "hall"})]


async def test_an_id_that_comes_last_is_the_calls_own(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        call_delta(1, name="search"),
        call_delta(0, name="look"),
        call_delta(1, arguments="{}"),
        call_delta(0, arguments="{}"),
        call_delta(0, id="c0"),
        call_delta(1, id="c1"),
        end(),
        DONE,
    )
    assert [(call.id, call.name) for call in await calls_of(model)] == [("c1", "search"), ("c0", "look")]


async def test_an_id_and_a_name_that_are_repeated_in_every_piece_count_once(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        call_delta(0, id="c1", name="look", arguments="{"), call_delta(0, id="c1", name="look", arguments="}"), end()
    )
    assert await calls_of(model) == [RequestedCall("c1", "look", {}, "{}")]


async def test_arguments_given_as_an_object_are_understood(loopback: Provider, model: OpenAIModel):
    loopback.answer(call_delta(0, id="c1", name="look", arguments={"room": "kitchen"}), end(), DONE)
    assert (await calls_of(model))[0].arguments == {"room": "kitchen"}


async def test_a_call_without_arguments_has_none_and_one_with_bad_ones_says_so(loopback: Provider, model: OpenAIModel):
    loopback.answer(
        call_delta(0, id="c1", name="look", arguments=""),
        call_delta(1, id="c2", name="look", arguments='{"room": "kit'),
        call_delta(2, id="c3", name="look", arguments="[1]"),
        end(),
    )
    assert [(call.arguments, call.raw) for call in await calls_of(model)] == [
        ({}, ""),
        (None, '{"room": "kit'),
        (None, "[1]"),
    ]


async def test_calls_without_an_id_get_one_each(loopback: Provider, model: OpenAIModel):
    loopback.answer(call_delta(0, name="look"), call_delta(1, name="search"), end(), DONE)
    first, second = await calls_of(model)
    assert first.id
    assert second.id
    assert first.id != second.id


async def test_usage_that_comes_with_every_chunk_counts_once(loopback: Provider, model: OpenAIModel):
    numbers = {"prompt_tokens": 7, "completion_tokens": 1}
    chunk = {"choices": [{"delta": {"content": "a"}, "finish_reason": None}], "usage": numbers}
    loopback.answer(event(chunk), event(chunk), end(), usage(7, 3), DONE)
    assert (await finish_of(model)).usage == USAGE


@pytest.mark.parametrize(
    ("told", "cached", "reasoning"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 5}, "completion_tokens_details": {"reasoning_tokens": 2}}, 5, 2),
        ({"prompt_cache_hit_tokens": 5, "prompt_cache_miss_tokens": 2}, 5, 0),
        ({"prompt_tokens_details": None, "completion_tokens_details": {"reasoning_tokens": 99}}, 0, 3),
        ({"prompt_tokens_details": {"cached_tokens": "many"}, "completion_tokens_details": []}, 0, 0),
    ],
)
async def test_what_was_cached_and_what_was_thought_is_told_apart(
    loopback: Provider, model: OpenAIModel, told: dict[str, object], cached: int, reasoning: int
):
    numbers = {"prompt_tokens": 7, "completion_tokens": 3, **told}
    loopback.answer(delta(content="a"), end(), event({"choices": [], "usage": numbers}), DONE)
    assert (await finish_of(model)).usage == USAGE.model_copy(
        update={"cached_tokens": cached, "reasoning_tokens": reasoning}
    )


@pytest.mark.parametrize("details", [{"reasoning_tokens": 100}, None])
async def test_thoughts_that_are_told_beside_the_answer_are_part_of_what_was_written(
    loopback: Provider, model: OpenAIModel, details: dict[str, int] | None
):
    told = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115, "completion_tokens_details": details}
    loopback.answer(delta(content="a"), end(), event({"choices": [], "usage": told}), DONE)
    assert (await finish_of(model)).usage == Usage(
        prompt_tokens=10, completion_tokens=105, total_tokens=115, reasoning_tokens=100
    )


async def test_usage_that_never_comes_is_left_to_whoever_asked(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="12345678"), end(), DONE)
    assert (await finish_of(model)).usage is None


async def test_usage_that_makes_no_sense_counts_as_none(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="a"), end(), event({"choices": [], "usage": {"prompt_tokens": -1}}), DONE)
    assert (await finish_of(model)).usage is None


async def test_every_way_to_end_has_its_reason(loopback: Provider, model: OpenAIModel):
    for said, reason in (("length", "length"), ("content_filter", "content_filter"), ("eos", "stop"), ("stop", "stop")):
        loopback.answers.clear()
        loopback.answer(delta(content="a"), end(said), DONE)
        assert (await finish_of(model)).reason == reason


async def test_an_end_without_done_is_an_end(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="a"), end())
    assert (await finish_of(model)).reason == "stop"


async def test_done_without_a_reason_is_an_end(loopback: Provider, model: OpenAIModel):
    loopback.answer(delta(content="a"), DONE)
    assert (await finish_of(model)).reason == "stop"


async def test_an_answer_that_is_not_streamed_is_read_all_the_same(loopback: Provider, model: OpenAIModel):
    message = {"role": "assistant", "content": "All at once"}
    body = {"model": "fake-1", "choices": [{"message": message, "finish_reason": "stop"}]}
    loopback.refuse(200, body)
    assert text_of(await collect(model.stream(ask()))) == "All at once"


async def test_characters_cut_by_the_network_are_whole_again(loopback: Provider, model: OpenAIModel):
    text = "Grüße 🌻 aus Zürich"
    loopback.answer(*(bytes([byte]) for byte in delta(content=text)), end(), DONE)
    assert text_of(await collect(model.stream(ask()))) == text


async def test_a_pair_of_surrogates_in_two_chunks_is_one_character(loopback: Provider, model: OpenAIModel):
    loopback.answer(*split_sunflower(), end(), DONE)
    events = await collect(model.stream(ask()))
    assert [e.text for e in events if isinstance(e, TextDelta)] == ["a", "🌻b"]


async def test_a_half_whose_other_half_never_comes_is_replaced(loopback: Provider, model: OpenAIModel):
    loopback.answer(split_sunflower()[0], end(), DONE)
    assert text_of(await collect(model.stream(ask()))) == "a\ufffd"


async def test_a_connection_is_used_again_for_the_next_answer(loopback: Provider, model: OpenAIModel):
    loopback.answer(b"".join(answer_of("a")))
    for _ in range(3):
        await collect(model.stream(ask()))
    assert loopback.connections == 1


async def test_it_is_used_again_also_where_nobody_waits_for_more_than_the_last_event(
    loopback: Provider, model: OpenAIModel
):
    loopback.answer(*answer_of("a"))
    for _ in range(3):
        stream = closable(model.stream(ask()))
        while not isinstance(await anext(stream), Finished):
            pass
        await stream.aclose()
    assert loopback.connections == 1


async def test_a_connection_that_was_closed_behind_an_answer_costs_no_try_and_no_rest(
    loopback: Provider, model: OpenAIModel
):
    """llama.cpp closes one behind every streamed answer, without saying so before."""
    loopback.answer(*answer_of("One"), end="last")
    loopback.answer(*answer_of("Two"))
    assert [text_of(await collect(model.stream(ask()))) for _ in range(2)] == ["One", "Two"]
    assert (loopback.connections, len(loopback.received)) == (2, 2)


async def calls_of(model: OpenAIModel) -> list[RequestedCall]:
    return [e.call for e in await collect(model.stream(ask())) if isinstance(e, Called)]


async def finish_of(model: OpenAIModel) -> Finished:
    last = (await collect(model.stream(ask())))[-1]
    assert isinstance(last, Finished)
    return last


def split_sunflower() -> tuple[bytes, bytes]:
    first = b'data: {"choices":[{"delta":{"content":"a\\ud83c"}}]}\n\n'
    return first, b'data: {"choices":[{"delta":{"content":"\\udf3bb"}}]}\n\n'
