"""A script, played back."""

import asyncio

import pytest

from parlour.models.base import (
    AssistantMessage,
    Called,
    Finished,
    ModelProblem,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.scripted import DEFAULT_TEXT, Pause, Script, ScriptedModel, call, says, words
from tests.models.requests import ask, collect, text_of
from tests.models.stepped_clock import SteppedClock

LOOKING = Script.of(
    says("One moment.") + call("look", room="kitchen") + call("count"),
    says("There are nine devices."),
)


def after_tools(*calls: RequestedCall) -> tuple[AssistantMessage | ToolMessage, ...]:
    return (AssistantMessage("One moment.", calls), *(ToolMessage(c.id, c.name, "{}", "Done.") for c in calls))


async def test_words_come_one_by_one_and_make_the_text():
    events = await collect(ScriptedModel(otherwise=Script.of(says("All is  well,\nreally."))).stream(ask()))
    assert [e.text for e in events if isinstance(e, TextDelta)] == ["All ", "is  ", "well,\n", "really."]
    assert isinstance(events[-1], Finished)


def test_words_joined_are_the_text_again():
    for text in ("", " ", "a", "  a  b\n\n c ", "ü 😀\tx"):
        assert "".join(words(text)) == text


async def test_steps_follow_from_the_talk_alone():
    model = ScriptedModel({"What is in the kitchen?": LOOKING})
    first = await collect(model.stream(ask("what is in the kitchen? ")))
    calls = [event.call for event in first if isinstance(event, Called)]
    assert [(c.name, c.arguments) for c in calls] == [("look", {"room": "kitchen"}), ("count", {})]
    assert isinstance(first[-1], Finished)
    assert first[-1].reason == "tool_calls"
    restarted = ScriptedModel({"What is in the kitchen?": LOOKING})
    second = await collect(restarted.stream(ask("What is in the kitchen?", *after_tools(*calls))))
    assert text_of(second) == "There are nine devices."


async def test_ids_of_calls_are_the_same_after_a_restart_and_new_in_every_step():
    twice = Script.of(call("look") + call("look"), call("look"), says("Done."))
    model = ScriptedModel(otherwise=twice)

    async def ids(*messages: UserMessage | AssistantMessage | ToolMessage) -> list[str]:
        return [e.call.id for e in await collect(model.stream(ask(*messages))) if isinstance(e, Called)]

    first = await ids(UserMessage("a"))
    second = await ids(UserMessage("a"), *after_tools(RequestedCall(first[0], "look", {})))
    other = await ids(UserMessage("a"), AssistantMessage("Done."), UserMessage("b"))
    assert first == await ids(UserMessage("a"))
    assert len({*first, *second, *other}) == 5


async def test_what_no_script_knows_gets_the_default():
    assert text_of(await collect(ScriptedModel().stream(ask("Anything")))) == DEFAULT_TEXT
    beyond = await collect(ScriptedModel(otherwise=Script.of()).stream(ask("Anything")))
    assert text_of(beyond) == DEFAULT_TEXT


async def test_pauses_are_taken_by_the_clock_that_was_given():
    clock = SteppedClock()
    model = ScriptedModel(otherwise=Script.of((TextDelta("a"), Pause(3), TextDelta("b"))), clock=clock)
    stream = model.stream(ask())
    assert await anext(stream) == TextDelta("a")
    waiting = asyncio.create_task(anext(stream))
    await clock.until_asleep(3)
    clock.advance(3)
    assert await waiting == TextDelta("b")
    await stream.aclose()


async def test_words_can_have_time_between_them():
    clock = SteppedClock()
    playing = asyncio.create_task(
        collect(ScriptedModel(otherwise=Script.of(says("a b", word_s=2)), clock=clock).stream(ask()))
    )
    for _ in range(2):
        await clock.until_asleep(2)
        clock.advance(2)
    assert text_of(await playing) == "a b"


async def test_a_problem_in_the_script_is_raised_in_its_place_every_time():
    problem = ModelProblem("provider_cut", "It broke off.", detail="as the script says")
    model = ScriptedModel(otherwise=Script.of((TextDelta("half"), problem)))
    for _ in range(2):
        stream = model.stream(ask())
        assert await anext(stream) == TextDelta("half")
        with pytest.raises(ModelProblem, match="provider_cut") as caught:
            await anext(stream)
        assert caught.value.detail == "as the script says"


async def test_an_end_that_the_script_names_is_the_end():
    finished = Finished("length", None, "somebody")
    model = ScriptedModel(otherwise=Script.of((ReasoningDelta("hm"), finished, TextDelta("never"))))
    assert await collect(model.stream(ask())) == [ReasoningDelta("hm"), finished]


def test_a_script_holds_no_empty_and_no_half_delta():
    for text in ("", "\ud83d"):
        with pytest.raises(ValueError, match=r"empty|surrogates"):
            Script.of((TextDelta(text),))
