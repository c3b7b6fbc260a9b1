"""What a model said is kept under all that it was asked, for a time, and in so much room."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from parlour.models.base import (
    AssistantMessage,
    Image,
    Keepsake,
    ModelMessage,
    ModelRequest,
    RequestedCall,
    ToolMessage,
    UserMessage,
)
from parlour.models.forms import JsonForm
from parlour.models.scripted import ScriptedModel
from parlour.protocol.content import Parameters
from parlour.protocol.roles import PERMISSIONS
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext, make_tool
from parlour.turn.answer import text_part
from parlour.turn.steps import ModelStep
from parlour.turn.told_before import (
    MOST_ENTRIES,
    SEARCHED_SECONDS,
    SECONDS,
    Keeping,
    Told,
    ToldBefore,
    key_of,
    names_its_calls,
    without_ids,
)
from tests.conftest import ManualClock

ANN = Caller("tenant", "ann", "project", PERMISSIONS["user"])
SAID = ModelStep("Because.", "", (), "stop", "m/1")
MODEL = ScriptedModel(name="m/1")


async def look(context: ToolContext, room: str) -> str:
    """What is in a room."""
    del context
    return room


async def find(context: ToolContext, word: str) -> str:
    """What has a word in it."""
    del context
    return word


def asked(*messages: ModelMessage, tools: tuple[Tool, ...] = (), caller: Caller = ANN) -> ModelRequest:
    return ModelRequest("You are Parlour.", messages or (UserMessage("Why?"),), tools, caller)


def told(words: str) -> Told:
    return Told(SAID, (text_part("text", words),), "answer")


def looked_up(call_id: str, result: str) -> tuple[ModelMessage, ...]:
    call = RequestedCall(call_id, "look", {"room": "hall"}, '{"room": "hall"}')
    return UserMessage("Hm?"), AssistantMessage("", (call,)), ToolMessage(call_id, "look", result, result)


LOOK, FIND = make_tool(look, effect="read"), make_tool(find, effect="read")
WITH_LOOK = asked(tools=(LOOK,))


@pytest.mark.parametrize(
    "other",
    [
        asked(UserMessage("Why not?")),
        asked(UserMessage("Hello."), AssistantMessage("Hello."), UserMessage("Why?")),
        asked(UserMessage("Why?", (Image("image/png", b"a lamp"),))),
        asked(tools=(LOOK,)),
        asked(caller=replace(ANN, user_id="bob")),
        asked(caller=replace(ANN, project_id="other")),
        asked(caller=replace(ANN, tenant_id="other")),
        asked(caller=replace(ANN, permissions=PERMISSIONS["guest"])),
        replace(asked(), system="You are somebody else."),
        replace(asked(), parameters=Parameters(temperature=1.0)),
        replace(asked(), form=JsonForm()),
    ],
)
def test_whatever_is_asked_otherwise_is_another_question(other: ModelRequest) -> None:
    assert key_of(MODEL, other) != key_of(MODEL, asked())


def test_the_same_question_to_another_model_is_another_question() -> None:
    assert key_of(MODEL, asked()) == key_of(ScriptedModel(name="m/1"), asked())
    assert key_of(MODEL, asked()) != key_of(ScriptedModel(name="m/2"), asked())


def test_a_tool_that_is_described_in_other_words_or_takes_something_else_makes_another_question() -> None:
    for other in (FIND, replace(LOOK, description="Look."), replace(LOOK, parameters=FIND.parameters)):
        assert key_of(MODEL, asked(tools=(other,))) != key_of(MODEL, WITH_LOOK)


def test_the_ids_of_calls_make_no_other_question_but_what_came_of_them_does() -> None:
    assert key_of(MODEL, asked(*looked_up("a", "a lamp"))) == key_of(MODEL, asked(*looked_up("b", "a lamp")))
    assert key_of(MODEL, asked(*looked_up("a", "a lamp"))) != key_of(MODEL, asked(*looked_up("a", "two lamps")))


def test_results_that_answer_each_others_calls_make_another_question() -> None:
    calls = tuple(RequestedCall(call_id, "look", {}, "{}") for call_id in ("a", "b"))
    said = UserMessage("Hm?"), AssistantMessage("", calls)
    one, two = (ToolMessage(call_id, "look", "lamp", "") for call_id in ("a", "b"))
    assert key_of(MODEL, asked(*said, one, two)) != key_of(MODEL, asked(*said, two, one))


def test_numbers_that_fit_into_no_machine_word_are_asked_about_like_any_other() -> None:
    def huge(by: int) -> ModelRequest:
        call = RequestedCall("a", "look", {"room": 10**30 + by})
        return asked(UserMessage("Hm?"), AssistantMessage("", (call,)), ToolMessage("a", "look", "{}", ""))

    assert key_of(MODEL, huge(0)) != key_of(MODEL, huge(1))


def test_what_was_said_is_told_until_its_time_is_over(clock: ManualClock) -> None:
    kept = ToldBefore(clock)
    kept.keep("key", MODEL, told("Because."), SECONDS)
    clock.advance(SECONDS - 1)
    assert kept.found("key", MODEL) == told("Because.")
    clock.advance(1)
    assert kept.found("key", MODEL) is None
    assert (len(kept), kept.size, kept.counts.hits, kept.counts.misses) == (0, 0, 1, 1)


def test_five_minutes_half_an_hour_for_what_was_looked_up_and_twice_as_long_for_guests() -> None:
    guest, keeping = replace(ANN, permissions=PERMISSIONS["guest"]), Keeping()
    assert (keeping.entries, MOST_ENTRIES) == (2_000, 2_000)
    assert (SECONDS, SEARCHED_SECONDS) == (300, 1_800)
    lasts = [keeping.lasts(who, has_searched=searched) for who in (ANN, guest) for searched in (False, True)]
    assert lasts == [300, 1_800, 600, 3_600]


def test_what_a_model_said_is_not_told_in_the_place_of_another_with_its_name(clock: ManualClock) -> None:
    kept = ToldBefore(clock)
    kept.keep("key", MODEL, told("Because."), SECONDS)
    assert kept.found("key", ScriptedModel(name="m/1")) is None
    assert len(kept) == 0


def test_what_is_said_to_the_same_later_takes_the_place_of_what_was_said_before(clock: ManualClock) -> None:
    kept = ToldBefore(clock)
    kept.keep("key", MODEL, told("Because."), SECONDS)
    kept.keep("key", MODEL, told("Why not?"), SECONDS)
    assert kept.found("key", MODEL) == told("Why not?")
    assert (len(kept), kept.size) == (1, told("Why not?").size)


def test_what_was_not_told_for_longest_goes_first_when_there_are_too_many(clock: ManualClock) -> None:
    kept = ToldBefore(clock, Keeping(entries=2))
    for key in ("one", "two"):
        kept.keep(key, MODEL, told(key), SECONDS)
    kept.found("one", MODEL)
    kept.keep("three", MODEL, told("three"), SECONDS)
    assert [kept.found(key, MODEL) is not None for key in ("one", "two", "three")] == [True, False, True]


def test_what_takes_too_much_room_goes_and_what_takes_more_than_all_is_not_kept(clock: ManualClock) -> None:
    kept = ToldBefore(clock, Keeping(bytes=1_000))
    for key in ("one", "two", "three"):
        kept.keep(key, MODEL, told("x" * 400), SECONDS)
    assert (len(kept), kept.found("one", MODEL)) == (2, None)
    kept.keep("four", MODEL, told("x" * 2_000), SECONDS)
    assert (len(kept), kept.size) == (0, 0)


def test_what_belongs_to_one_answer_only_is_not_kept() -> None:
    calls = (RequestedCall("a", "look", {"room": "hall"}, '{"room": "hall"}'),)
    kept = without_ids(replace(SAID, calls=calls, seen={"prompt": 9}, asked=("m/0", "m/1")))
    assert [call.id for call in kept.calls] == [""]
    assert (kept.seen, kept.usage, kept.asked, kept.plan) == (None, None, (), ())


@pytest.mark.parametrize(("body", "names"), [({"signature": "x"}, False), ([{"id": "call-a"}], True), (None, False)])
def test_a_provider_that_wants_an_id_back_is_told_of_that_call_and_of_no_other(body: JsonValue, names: bool) -> None:
    calls = (RequestedCall("call-a", "look", {}),)
    step = replace(SAID, calls=calls, keepsake=Keepsake("p", body))
    assert names_its_calls(step) is names
