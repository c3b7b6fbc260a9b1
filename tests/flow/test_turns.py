"""Whole turns, from what a person says to what everybody sees. Read these first."""

import asyncio

import pytest

from parlour.errors import IdempotencyConflict, InvalidRequest, MessageTooLong, NotNow
from parlour.models.base import ModelProblem, ToolMessage, UserMessage
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.commands import Regenerate
from parlour.protocol.content import ToolCallPart
from tests.flow.conftest import HeldModel, Opening


async def test_a_question_is_shown_and_answered_word_by_word(opened: Opening) -> None:
    async with opened(ScriptedModel(otherwise=Script.of(says("Good evening, Robin.")))) as robin:
        ids = await robin.says("Hello")
        listener = await robin.listens(ids["conversation_id"])
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[0].status == "completed")
        assert listener.text == "Good evening, Robin."
        assert listener.answers[0].model == "scripted/demo"
        assert listener.conversation.turns == []
        await listener.agrees()


async def test_the_frames_of_a_turn_come_in_their_order(opened: Opening) -> None:
    async with opened(ScriptedModel(otherwise=Script.of(says("Yes.")))) as robin:
        ids = await robin.says("Hello")
        await robin.ended(ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"], after=0)
        await listener.until(lambda: listener.types()[-1:] == ["conversation_updated"])
        assert listener.types() == [
            "new_message",
            "turn_updated",
            "conversation_created",
            "turn_updated",
            "assistant_message_start",
            "stream_chunk",
            "stream_chunk",
            "turn_updated",
            "conversation_updated",
        ]
        chunks = [frame for frame in listener.frames if frame["type"] == "stream_chunk"]
        assert [chunk["chunk_index"] for chunk in chunks] == [0, 1]
        assert (chunks[-1]["is_final"], chunks[-1]["chunk"], chunks[-1]["length"]) == (True, "", 4)


async def test_a_tool_runs_inside_the_answer_and_is_kept_with_it(opened: Opening) -> None:
    script = Script.of(says("Let me look. ") + call("search_entities", query="boiler"), says("There is no boiler."))
    async with opened(ScriptedModel(otherwise=script)) as robin:
        ids = await robin.says("Is there a boiler?")
        listener = await robin.listens(ids["conversation_id"])
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[0].status == "completed")
        words, tool, rest = listener.answers[0].parts
        assert isinstance(tool, ToolCallPart)
        assert (words.kind, tool.status, rest.kind) == ("text", "completed", "text")
        assert tool.name == "search_entities"
        assert listener.text == "Let me look. There is no boiler."
        await listener.agrees()


async def test_a_tool_that_does_not_exist_fails_in_sight_of_everybody_and_the_turn_goes_on(opened: Opening) -> None:
    script = Script.of(call("open_the_gates"), says("I cannot do that."))
    async with opened(ScriptedModel(otherwise=script)) as robin:
        ids = await robin.says("Open the gates")
        await robin.ended(ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"])
        tool = listener.answers[0].parts[0]
        assert isinstance(tool, ToolCallPart)
        assert tool.status == "failed"
        assert tool.error is not None
        assert tool.error.code == "not_found"
        assert listener.text == "I cannot do that."


async def test_the_next_question_reaches_the_model_with_what_tools_found_before(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        held.lets("First.", None)
        ids = await robin.says("One")
        await robin.ended(ids["turn_id"])
        held.lets("Second.", None)
        await robin.ended((await robin.says("Two", ids["conversation_id"]))["turn_id"])
        texts = [message.text for message in held.requests[1].messages if not isinstance(message, ToolMessage)]
        assert texts == ["One", "First.", "Two"]


async def test_a_turn_goes_on_with_nobody_connected(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await robin.says("Tell me a story")
        held.lets("Once upon a time.", None)
        assert (await robin.ended(ids["turn_id"])).status == "completed"


async def test_a_message_sent_meanwhile_waits_and_is_answered_next(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        first = await robin.says("One")
        second = await robin.says("Two", first["conversation_id"])
        listener = await robin.listens(first["conversation_id"])
        await listener.until(lambda: [turn.status for turn in listener.conversation.turns] == ["running", "queued"])
        held.lets("First.", None, "Second.", None)
        await robin.ended(second["turn_id"])
        await listener.until(lambda: len(listener.answers) == 2 and listener.answers[1].status == "completed")
        assert [message.parent_id for message in listener.answers] == [first["message_id"], second["message_id"]]
        assert listener.text == "Second."
        assert held.requests[0].messages == (UserMessage("One"),)
        await listener.agrees()


async def test_stopping_keeps_what_was_said_and_says_that_it_was_stopped(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await robin.is_told_a_story(held)
        await robin.app.talk.stop(robin.who, ids["turn_id"])
        assert (await robin.ended(ids["turn_id"])).status == "stopped"
        await listener.until(lambda: listener.answers != [] and listener.answers[0].status == "stopped")
        assert listener.text == "Once upon "
        assert held.cancelled == 1
        await listener.agrees()


async def test_a_queued_turn_can_be_stopped_before_it_begins(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        first = await robin.says("One")
        second = await robin.says("Two", first["conversation_id"])
        await robin.app.talk.stop(robin.who, second["turn_id"])
        assert (await robin.ended(second["turn_id"])).status == "stopped"
        held.lets("First.", None)
        assert (await robin.ended(first["turn_id"])).status == "completed"
        assert len(held.requests) == 1


async def test_asking_again_makes_a_new_version_and_keeps_the_old_one(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await robin.says("One")
        listener = await robin.listens(ids["conversation_id"])
        held.lets("First.", None)
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[0].status == "completed")
        again = Regenerate(type="regenerate", message_id=listener.answers[0].id, command_id="again")
        held.lets("Better.", None)
        turn_id = (await robin.app.talk.regenerate(robin.who, again)).ids["turn_id"]
        await robin.ended(turn_id)
        await listener.until(lambda: len(listener.answers) == 2 and listener.answers[1].status == "completed")
        old, new = listener.answers
        assert (new.replaces, old.replaced_by, new.parent_id) == (old.id, new.id, ids["message_id"])
        assert held.requests[1].messages == (UserMessage("One"),)
        assert listener.conversation.conversation is not None
        assert listener.conversation.conversation.message_count == 2
        assert (await robin.app.talk.regenerate(robin.who, again)).duplicate
        await listener.agrees()


async def test_only_the_last_finished_answer_can_be_asked_for_again(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await robin.says("One")
        held.lets("First.", None)
        await robin.ended(ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"])
        await robin.says("Two", ids["conversation_id"])
        again = Regenerate(type="regenerate", message_id=listener.answers[0].id, command_id="again")
        with pytest.raises(NotNow):
            await robin.app.talk.regenerate(robin.who, again)
        held.lets("Second.", None)


async def test_a_failure_before_the_first_word_is_said_and_can_be_retried(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await robin.says("One")
        listener = await robin.listens(ids["conversation_id"])
        held.lets(ModelProblem("provider_unavailable", "The model is away.", detail="sk-secret"))
        assert (await robin.ended(ids["turn_id"])).reason == "provider_unavailable"
        await listener.until(lambda: listener.answers != [] and listener.answers[0].status == "failed")
        problem = listener.answers[0].error
        assert problem is not None
        assert problem.message == "The model is away."
        assert "sk-secret" not in str(listener.frames)
        again = Regenerate(type="regenerate", message_id=listener.answers[0].id, command_id="again")
        held.lets("Here I am.", None)
        await robin.ended((await robin.app.talk.regenerate(robin.who, again)).ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        assert listener.text == "Here I am."
        assert held.requests[1].messages == (UserMessage("One"),)
        await listener.agrees()


async def test_a_failure_after_the_first_word_begins_the_step_again_in_sight(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await robin.says("One")
        listener = await robin.listens(ids["conversation_id"])
        held.lets("Half an ", ModelProblem("provider_cut", "The model stopped."), "A whole answer.", None)
        assert (await robin.ended(ids["turn_id"])).status == "completed"
        await listener.until(lambda: listener.answers != [] and listener.answers[0].status == "completed")
        assert "answer_restarted" in listener.types()
        assert (listener.text, listener.answers[0].attempt) == ("A whole answer.", 2)
        await listener.agrees()


async def test_a_model_without_end_is_ended_at_the_output_limit(opened: Opening, held: HeldModel) -> None:
    async with opened(held, turn_max_output_chars=10) as robin:
        ids = await robin.says("One")
        held.lets("0123456789abc")
        turn = await robin.ended(ids["turn_id"])
        assert (turn.status, turn.reason) == ("failed", "output_limit")
        listener = await robin.listens(ids["conversation_id"])
        assert listener.text == "0123456789abc"


async def test_a_model_that_takes_too_long_is_ended_at_the_time_limit(opened: Opening, held: HeldModel) -> None:
    async with opened(held, turn_max_seconds=0.1) as robin:
        turn = await robin.ended((await robin.says("One"))["turn_id"])
        assert (turn.status, turn.reason) == ("failed", "time_limit")


async def test_the_same_message_sent_fifty_times_at_once_counts_once(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        sent = await asyncio.gather(*[robin.says("One", client_message_id="the-same") for _ in range(50)])
        assert len({tuple(sorted(ids.items())) for ids in sent}) == 1
        held.lets("First.", None)
        await robin.ended(sent[0]["turn_id"])
        listener = await robin.listens(sent[0]["conversation_id"])
        assert [message.role for message in listener.conversation.messages] == ["user", "assistant"]


async def test_the_same_id_with_other_words_is_refused(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        await robin.says("One", client_message_id="the-same")
        with pytest.raises(IdempotencyConflict):
            await robin.says("Two", client_message_id="the-same")


async def test_many_messages_at_once_keep_their_order_and_each_is_answered(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        first = await robin.says("0")
        sent = [first] + [await robin.says(str(n), first["conversation_id"]) for n in range(1, 8)]
        for n in range(8):
            held.lets(f"answer {n}", None)
        await robin.ended(sent[-1]["turn_id"])
        listener = await robin.listens(first["conversation_id"])
        assert [message.parent_id for message in listener.answers] == [ids["message_id"] for ids in sent]
        assert [m.parts[0].text for m in listener.answers if m.parts[0].kind == "text"] == [
            f"answer {n}" for n in range(8)
        ]


@pytest.mark.parametrize("content", ["", "  \n\t "])
async def test_a_message_without_words_is_refused(opened: Opening, held: HeldModel, content: str) -> None:
    async with opened(held) as robin:
        with pytest.raises(InvalidRequest):
            await robin.says(content)


async def test_fifty_thousand_characters_are_taken_and_one_more_is_refused(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await robin.says("x" * 50_000)
        with pytest.raises(MessageTooLong):
            await robin.says("x" * 50_001)
        listener = await robin.listens(ids["conversation_id"])
        assert listener.conversation.messages[0].parts[0].kind == "text"
        held.lets(None)
