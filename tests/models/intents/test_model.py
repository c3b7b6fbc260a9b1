"""The built-in model as a model: requests in, events out."""

import asyncio

from parlour.models.base import (
    AssistantMessage,
    Called,
    Finished,
    Model,
    ModelEvent,
    ModelRequest,
    RequestedCall,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.intents.model import IntentsModel
from parlour.tools.caller import Caller
from parlour.tools.language import NameChanges, Named
from tests.models.intents.asking import Chat, tools_of
from tests.models.intents.house import CALLER, HouseNames


async def events(model: Model, request: ModelRequest) -> list[ModelEvent]:
    return [event async for event in model.stream(request)]


def asked(text: str, names: HouseNames | None = None, caller: Caller = CALLER) -> ModelRequest:
    return ModelRequest("", (UserMessage(text),), tools_of(names or HouseNames()), caller)


def answered(*results: ToolMessage) -> ModelRequest:
    calls = tuple(RequestedCall(r.tool_call_id, r.name, {}) for r in results)
    messages = (UserMessage("what's in the kitchen and the hall"), AssistantMessage("", calls), *results)
    return ModelRequest("", messages, tools_of(HouseNames()), CALLER)


def words(said: list[ModelEvent]) -> str:
    return "".join(e.text for e in said if isinstance(e, TextDelta))


async def test_a_question_becomes_a_call_and_nothing_is_said():
    call, end = await events(IntentsModel(), asked("what's in the kitchen"))
    assert isinstance(call, Called)
    assert (call.call.name, call.call.arguments) == ("get_devices_in_room", {"room": "kitchen"})
    assert end == Finished("tool_calls", model="built-in")


async def test_calls_have_ids_of_their_own():
    said = await events(IntentsModel(), asked("what's in the kitchen and the hall"))
    assert len({e.call.id for e in said if isinstance(e, Called)}) == 2


async def test_the_same_question_twice_over_is_one_call():
    said = await events(IntentsModel(), asked("what's in the kitchen and what's in the kitchen?"))
    assert sum(isinstance(e, Called) for e in said) == 1


async def test_results_are_answered_with_their_sentences_in_order():
    said = await events(
        IntentsModel(),
        answered(ToolMessage("1", "a", "{}", "Kitchen: a light."), ToolMessage("2", "a", "{}", "Hall: a hub.")),
    )
    assert words(said) == "Kitchen: a light.\n\nHall: a hub."
    assert said[-1] == Finished("stop", model="built-in")


async def test_what_failed_is_said_to_have_failed():
    said = await events(
        IntentsModel(),
        answered(ToolMessage("1", "a", "{}", "A light."), ToolMessage("2", "a", "{}", "Too slow.", failed=True)),
    )
    assert words(said) == "A light.\n\nThat did not work: Too slow."


async def test_a_long_answer_comes_in_pieces_that_together_are_the_answer():
    sentence = "Nine devices: " + ", ".join(f"lamp number {n}" for n in range(40)) + "."
    said = await events(IntentsModel(), answered(ToolMessage("1", "a", "{}", sentence)))
    assert len(said) > 3
    assert words(said) == sentence


async def test_a_refusal_names_the_words_and_gives_examples_that_work():
    chat = Chat()
    answer = await chat.says("what's in the ballroom?")
    assert "“ballroom”" in answer
    examples = [line.removeprefix("- ") for line in answer.split("\n") if line.startswith("- ")]
    assert len(examples) == 3
    for example in examples:
        assert "(" in await Chat().says(example), example


async def test_a_command_is_declined_in_plain_words():
    assert (await Chat().says("turn on the light")).startswith("I can only look things up for you")


async def test_a_greeting_is_answered_and_help_lists_what_can_be_asked():
    assert (await Chat().says("Hello!")).startswith("Hello.")
    assert (await Chat().says("what can you do?")).count("\n- ") >= 6


async def test_without_any_tool_everything_is_declined():
    said = await events(IntentsModel(), ModelRequest("", (UserMessage("what's in the kitchen"),), (), CALLER))
    assert words(said).startswith("I did not understand")


async def test_nothing_said_is_declined_too():
    said = await events(IntentsModel(), ModelRequest("", (), tools_of(HouseNames()), CALLER))
    assert isinstance(said[-1], Finished)


async def test_the_index_is_changed_and_never_rebuilt():
    chat = Chat()
    await chat.says("what's in the kitchen?")
    chat.names.put(Named("study", "room", ("Library",), (), "upstairs"))
    chat.names.remove("garage")
    assert await chat.says("what's in the library?") == "get_devices_in_room(room=study)"
    assert "(" not in await chat.says("what's in the garage?")
    assert chat.names.asked == [None, 1, 3]


async def test_homes_do_not_share_their_names():
    model = IntentsModel()
    mine, theirs = HouseNames(), HouseNames({"attic": Named("attic", "room", ("Attic",))})
    other = Caller("tenant", "user", "another project", frozenset())
    assert isinstance((await events(model, asked("what's in the kitchen", mine)))[0], Called)
    assert isinstance((await events(model, asked("what's in the kitchen", theirs, other)))[0], TextDelta)
    assert isinstance((await events(model, asked("what's in the attic", theirs, other)))[0], Called)


async def test_only_so_many_homes_are_kept():
    model = IntentsModel(homes=2)
    names = HouseNames()
    for project in ("a", "b", "c", "a"):
        await events(model, asked("what's in the kitchen", names, Caller("t", "u", project, frozenset())))
    assert names.asked == [None, None, None, None]
    await events(model, asked("what's in the kitchen", names, Caller("t", "u", "c", frozenset())))
    assert names.asked[-1] == 1


async def test_whoever_stops_waiting_disturbs_nobody():
    model, names = IntentsModel(), HouseNames()
    waiting = [asyncio.create_task(events(model, asked("what's in the kitchen", names))) for _ in range(4)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(isinstance(r, list) and len(r) == 2 for r in results[1:])
    assert names.asked.count(None) == 1


async def test_many_at_once_while_names_change_are_all_answered():
    model, names = IntentsModel(), HouseNames()

    async def one(number: int) -> ModelEvent:
        names.put(Named(f"room {number}", "room", (f"Room {number}",)))
        return (await events(model, asked(f"what's in room {number}?", names)))[0]

    assert all(isinstance(event, Called) for event in await asyncio.gather(*(one(n) for n in range(20))))


class BrokenNames(HouseNames):
    """A source that fails at first."""

    async def changes(self, caller: Caller, since: int | None) -> NameChanges:
        changes = await super().changes(caller, since)
        if len(self.asked) == 1:
            raise OSError("the disk is gone")
        return changes


async def test_a_source_that_fails_once_is_asked_again():
    model, names = IntentsModel(), BrokenNames()
    failed = await asyncio.gather(events(model, asked("what's in the kitchen", names)), return_exceptions=True)
    assert isinstance(failed[0], OSError)
    assert isinstance((await events(model, asked("what's in the kitchen", names)))[0], Called)


async def test_a_question_about_another_time_is_told_so():
    for question in ("what was the temperature in the study yesterday", "will the boiler be on tomorrow"):
        assert words(await events(IntentsModel(), asked(question))).startswith("I only know how things are now")


async def test_what_is_missing_is_asked_for_by_its_kind():
    assert words(await events(IntentsModel(), asked("show me the procedures"))).startswith("Which device")


async def test_what_there_is_one_of_need_not_be_named():
    for question in ("which scenes do we have?", "list all rooms"):
        (called, *_) = await events(IntentsModel(), asked(question))
        assert isinstance(called, Called)
        assert "larch-cottage" in (called.call.arguments or {}).values()
