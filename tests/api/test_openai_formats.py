"""The official client asks for an answer that ends at a word, or that is JSON: whole, parsed and streamed."""

from typing import Any

import openai
import pytest
from pydantic import BaseModel

from parlour.api.openai_format import DEEPEST_SCHEMA, LONGEST_SCHEMA, LONGEST_STOP
from parlour.models.base import Called, Finished, ModelProblem
from parlour.models.forms import JsonForm
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.store.tables import conversations
from tests.api.test_openai_wire import KITCHEN, STUDY, assistant, client_of, counted, streamed, texts, user
from tests.flow.conftest import HeldModel
from tests.served import Serving

OBJECT: dict[str, Any] = {"type": "json_object"}


class Rooms(BaseModel):
    """How many rooms there are."""

    count: int
    names: list[str]


TWO = Rooms(count=2, names=["hall", "attic"])
TWO_ROOMS = TWO.model_dump_json()


def schema(**fields: Any) -> dict[str, Any]:
    """A format by a schema."""
    return {"type": "json_schema", "json_schema": {"name": "rooms", "schema": {"type": "object"}} | fields}


async def asked(client: openai.AsyncOpenAI, *said: Any, model: str = "default", **wanted: Any) -> Any:
    """The answer to what is said."""
    create: Any = client.chat.completions.create
    return await create(model=model, messages=list(said), **wanted)


# --- the end of an answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["Observation:", ["Never", "Observation:"]], ids=["one", "several"])
async def test_an_answer_ends_before_the_word_it_is_to_end_at(serving: Serving, stop: Any) -> None:
    model = ScriptedModel(otherwise=Script.of(says("Look there.\nObservation: nobody is there.")))
    async with serving(model) as served, client_of(served) as client:
        answer = await asked(client, user("And?"), stop=stop)
        choice = answer.choices[0]
        assert (choice.message.content, choice.finish_reason) == ("Look there.\n", "stop")
        assert answer.usage is not None
        assert answer.usage.completion_tokens > 0
        assert (await texts(served, answer.model_extra["parlour"]["conversation_id"]))[1] == "Look there.\n"


async def test_no_half_of_the_word_is_streamed_and_what_was_none_is(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        held.lets("The E", "N of it, E", "N", "D and more.")
        words, pieces = await streamed(client, [user("And?")], stop="END")
        assert words == "The EN of it, "
        assert pieces[-1].choices[0].finish_reason == "stop"
        held.lets("The E", "N", None)
        assert (await streamed(client, [user("And then?")], stop="END"))[0] == "The EN"


async def test_every_step_of_an_answer_ends_at_the_word(serving: Serving) -> None:
    look = says("Let me look. EN") + call("get_devices_in_room", room_name="kitchen")
    model = ScriptedModel(otherwise=Script.of(look, says("D of it. END. More.")))
    async with serving(model) as served, client_of(served) as client:
        words, _ = await streamed(client, [user(KITCHEN)], stop=["END"])
        assert words == "Let me look. EN\n\nD of it. "


async def test_the_built_in_model_ends_at_the_word_too(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        whole = await asked(client, user("help"), model="built-in")
        first, _, rest = (whole.choices[0].message.content or "").partition("\n")
        assert rest
        cut = await asked(client, user("help"), model="built-in", stop="\n")
        assert cut.choices[0].message.content == first


async def test_an_answer_that_begins_with_the_word_is_empty(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of(says("END of it.")))
    async with serving(model) as served, client_of(served) as client:
        answer = await asked(client, user("And?"), stop="END")
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("", "stop")


async def test_what_was_said_to_the_same_with_another_end_or_form_is_not_told_again(
    serving: Serving, held: HeldModel
) -> None:
    async with serving(held, answer_cache_entries=10) as served, client_of(served) as client:
        formats: list[dict[str, Any]] = [{"response_format": OBJECT}, {"response_format": schema()}]
        for wanted in ({}, {"stop": "b"}, {"stop": "c"}, *formats):
            held.lets("{}", None)
            await asked(client, user("And?"), **wanted)
        assert len(held.requests) == 5
        held.lets("{}", None)
        await asked(client, user("And?"), stop="b")
        assert len(held.requests) == 5


# --- JSON ----------------------------------------------------------------------------------------------------------


async def test_a_key_that_was_used_for_another_end_or_form_is_refused(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of(says("{}")))
    once: dict[str, Any] = {"extra_headers": {"Idempotency-Key": "lamp-1"}}
    async with serving(model) as served, client_of(served) as client:
        said = await asked(client, user("And?"), stop="END", response_format=OBJECT, **once)
        again = await asked(client, user("And?"), stop="END", response_format=OBJECT, **once)
        assert again.id == said.id
        for other in ({"stop": "END"}, {"response_format": OBJECT}, {"stop": "FIN", "response_format": OBJECT}):
            with pytest.raises(openai.ConflictError) as refusal:
                await asked(client, user("And?"), **other, **once)
            assert refusal.value.code == "idempotency_conflict"


async def test_a_model_is_parsed_as_the_client_declared_it(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        held.lets(TWO_ROOMS[:9], TWO_ROOMS[9:], None)
        answer = await client.chat.completions.parse(
            model="default", messages=[user("Which rooms?")], response_format=Rooms
        )
        assert answer.choices[0].message.parsed == TWO
        (request,) = held.requests
        assert request.form is not None
        assert (request.form.name, request.form.is_strict) == ("Rooms", True)
        assert request.form.schema is not None
        assert request.form.schema["required"] == ["count", "names"]


async def test_any_object_may_be_asked_for_and_the_conversation_goes_on(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        held.lets(TWO_ROOMS, None, "Two.", None)
        talk = [user("Which rooms?")]
        answer = await asked(client, *talk, response_format=OBJECT)
        assert answer.choices[0].message.content == TWO_ROOMS
        await client.chat.completions.create(
            model="default", messages=[*talk, assistant(TWO_ROOMS), user("How many?")], response_format={"type": "text"}
        )
        assert [request.form for request in held.requests] == [JsonForm(), None]
        assert await counted(served, conversations) == [1]


async def test_a_stream_gives_out_the_form_and_nothing_that_was_said_on_the_way(serving: Serving) -> None:
    look = says("Let me look.") + call("get_devices_in_room", room_name="kitchen")
    model = ScriptedModel(otherwise=Script.of(look, says(TWO_ROOMS)))
    async with serving(model) as served, client_of(served) as client:
        asking = client.chat.completions.stream(model="default", messages=[user(KITCHEN)], response_format=Rooms)
        async with asking as stream:
            said = [event.delta async for event in stream if event.type == "content.delta"]
            final = await stream.get_final_completion()
        assert "".join(said) == TWO_ROOMS
        assert final.choices[0].message.parsed == TWO


async def test_half_a_form_that_broke_off_is_an_error_and_no_word_of_it_is_streamed(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of((*says('{"count": '), ModelProblem("provider_cut", "It stopped."))))
    async with serving(model) as served, client_of(served) as client:
        pieces: list[Any] = []
        asking: dict[str, Any] = {"model": "default", "messages": [user("And?")], "response_format": OBJECT}
        stream: Any = await client.chat.completions.create(**asking, stream=True)
        with pytest.raises(openai.APIError, match="It stopped"):
            pieces += [piece async for piece in stream]
        assert not any(piece.choices[0].delta.content for piece in pieces)


async def test_half_a_form_that_became_too_long_is_told_as_it_is(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of((*says('{"count": '), Finished("length", None, "scripted/demo"))))
    async with serving(model) as served, client_of(served) as client:
        with pytest.raises(openai.LengthFinishReasonError):
            await client.chat.completions.parse(model="default", messages=[user("And?")], response_format=Rooms)


async def test_a_form_that_ends_at_a_word_is_told_as_far_as_it_goes(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of(says('{"count": 2, "names": []}')))
    async with serving(model) as served, client_of(served) as client:
        answer = await asked(client, user("And?"), response_format=OBJECT, stop=",")
        assert answer.choices[0].message.content == '{"count": 2'


async def test_a_fence_around_the_form_is_taken_off(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of(says(f"```json\n{TWO_ROOMS}\n```\n")))
    async with serving(model) as served, client_of(served) as client:
        answer = await asked(client, user("And?"), response_format=schema(strict=False))
        assert answer.choices[0].message.content == TWO_ROOMS


async def test_words_in_the_place_of_the_form_are_a_refusal(serving: Serving) -> None:
    create = (*says("One moment."), Called(STUDY))
    model = ScriptedModel({"create it": Script.of(create)}, otherwise=Script.of(says("I would rather not.")))
    async with serving(model) as served, client_of(served) as client:
        answer = await client.chat.completions.parse(model="default", messages=[user("And?")], response_format=Rooms)
        message = answer.choices[0].message
        assert (message.content, message.refusal, message.parsed) == (None, "I would rather not.", None)
        waits = await client.chat.completions.parse(
            model="default", messages=[user("create it")], response_format=Rooms
        )
        assert (waits.choices[0].message.refusal or "").startswith("One moment.\n\n⏸ This waits for your word:")
        _, pieces = await streamed(client, [user("And?")], response_format=OBJECT)
        assert [p.choices[0].delta.refusal for p in pieces if p.choices[0].delta.refusal] == ["I would rather not."]


async def test_who_speaks_words_alone_is_not_asked_for_a_form(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        for model in ("default", "built-in"):
            with pytest.raises(openai.BadRequestError, match="cannot promise JSON") as refusal:
                await asked(client, user("help"), model=model, response_format=OBJECT)
            assert refusal.value.param == "response_format"
        assert await counted(served, conversations) == [0]


# --- what does not fit, and what does ------------------------------------------------------------------------------


def nested(levels: int) -> dict[str, Any]:
    """A schema in which so many objects stand inside each other."""
    inside: dict[str, Any] = {}
    for _ in range(levels - 1):
        inside = {"items": inside}
    return inside


TOO_LONG = {"description": "x" * LONGEST_SCHEMA}
UNFIT: list[tuple[dict[str, Any], str]] = [
    ({"stop": [*"abcde"]}, "stop"),
    ({"stop": "x" * (LONGEST_STOP + 1)}, "stop"),
    ({"stop": "a\x00"}, "stop"),
    ({"stop": 9}, "stop"),
    ({"stop": ["a", 9]}, "stop.1"),
    ({"response_format": {"type": "xml"}}, "response_format.type"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ({"response_format": schema(name="a b")}, "response_format.json_schema.name"),
    ({"response_format": schema(schema=TOO_LONG)}, "response_format.json_schema.schema"),
    ({"response_format": schema(schema=nested(DEEPEST_SCHEMA + 1))}, "response_format.json_schema.schema"),
    ({"response_format": schema(schema={"a": "\x00"})}, "response_format.json_schema.schema"),
    ({"response_format": schema(description="\x00")}, "response_format.json_schema.description"),
]


async def test_an_end_or_a_form_that_does_not_fit_is_refused_by_name(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        for wanted, param in UNFIT:
            with pytest.raises(openai.BadRequestError) as refusal:
                await asked(client, user("hello"), **wanted)
            assert (refusal.value.param, refusal.value.code) == (param, "invalid_message"), wanted
        assert held.requests == []


async def test_the_deepest_and_longest_schema_is_kept_and_comes_to_the_model(serving: Serving, held: HeldModel) -> None:
    deepest = nested(DEEPEST_SCHEMA)
    longest: dict[str, Any] = {"title": "x" * (LONGEST_SCHEMA - len('{"title":""}'))}
    async with serving(held) as served, client_of(served) as client:
        for largest in (deepest, longest):
            held.lets("{}", None)
            await asked(client, user("And?"), response_format=schema(schema=largest, strict=True))
        assert [request.form for request in held.requests] == [
            JsonForm(largest, "rooms", is_strict=True) for largest in (deepest, longest)
        ]


async def test_what_means_nothing_here_breaks_nothing(serving: Serving, held: HeldModel) -> None:
    nothing: list[str] = []
    plain: dict[str, Any] = {
        "tool_choice": "none",
        "tools": nothing,
        "functions": nothing,
        "parallel_tool_calls": False,
        "logprobs": False,
        "stop": None,
        "response_format": {"type": "text"},
        "store": True,
        "user": "ann",
        "seed": 7,
        "service_tier": "auto",
        "stream_options": {"include_usage": True, "include_obfuscation": False},
        "logit_bias": {},
        "n": 1,
    }
    async with serving(held) as served, client_of(served) as client:
        each: list[dict[str, Any]] = [{name: value} for name, value in plain.items()]
        for more in (*each, plain, {"stop": nothing}, {"stop": ""}):
            held.lets("Well.", None)
            answer = await asked(client, user(f"hello {sorted(more)}"), extra_body=more)
            assert answer.choices[0].message.content == "Well.", more
        assert {(request.stop, request.form) for request in held.requests} == {((), None)}
