"""The built-in model over a real home, asked to do things: lamps at once, the rest after a yes."""

from typing import Literal

from sqlalchemy import select

from parlour.protocol.commands import DecideToolCall, Regenerate
from parlour.protocol.content import ToolCallPart
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.tables import entities
from tests.flow.conftest import Listener, Opening, Talking


async def things_called(robin: Talking, name: str) -> list[str]:
    home = Home(robin.who.tenant_id, robin.app.house.home_project_id)
    statement = select(entities.c.id).where(home.owns(entities), entities.c.name == name)
    async with robin.app.database.read() as connection:
        return list(await connection.scalars(statement))


async def waits_for(robin: Talking, question: str) -> tuple[dict[str, str], Listener]:
    """Say it, and listen until it waits for a word."""
    ids = await robin.says(question)
    listener = await robin.listens(ids["conversation_id"])
    await listener.until(lambda: bool(listener.conversation.approvals))
    return ids, listener


async def decides(robin: Talking, listener: Listener, decision: Literal["approve", "deny"]) -> None:
    approval = listener.conversation.approvals[-1]
    command = DecideToolCall(
        type="decide_tool_call", approval_id=approval.id, decision=decision, command_id=f"decided-{decision}"
    )
    await robin.app.talk.decide(robin.who, command)


def calls_of(listener: Listener) -> list[ToolCallPart]:
    return [part for part in listener.answers[-1].parts if isinstance(part, ToolCallPart)]


async def answered(robin: Talking, question: str, conversation_id: str | None = None) -> Listener:
    ids = await robin.says(question, conversation_id)
    await robin.ended(ids["turn_id"])
    return await robin.listens(ids["conversation_id"])


async def test_a_light_is_turned_on_at_once_and_what_was_found_is_said(opened: Opening) -> None:
    async with opened() as robin:
        listener = await answered(robin, "Turn on the hall light")
        (part,) = calls_of(listener)
        assert (part.name, part.status) == ("control_devices", "completed")
        assert "Hall Light" in listener.text
        assert "on" in listener.text
        asked = await answered(robin, "is it on?", listener.topic.partition(":")[2])
        assert "Hall Light" in asked.text
        off = await answered(robin, "turn it off again", listener.topic.partition(":")[2])
        assert calls_of(off)[0].status == "completed"


async def test_a_lamp_is_added_after_a_yes_and_not_before(opened: Opening) -> None:
    async with opened() as robin:
        before = await things_called(robin, "Floor Lamp")
        ids, listener = await waits_for(robin, "Add a floor lamp to the study")
        assert await things_called(robin, "Floor Lamp") == before
        assert "Floor Lamp" in listener.conversation.approvals[-1].label
        await decides(robin, listener, "approve")
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        assert len(await things_called(robin, "Floor Lamp")) == len(before) + 1
        again = await answered(robin, "what's in the study?")
        assert "Floor Lamp" in again.text


async def test_a_lamp_is_not_added_after_a_no(opened: Opening) -> None:
    async with opened() as robin:
        before = await things_called(robin, "Floor Lamp")
        ids, listener = await waits_for(robin, "Add a floor lamp to the study")
        await decides(robin, listener, "deny")
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        assert await things_called(robin, "Floor Lamp") == before
        assert listener.text == "You said no, so nothing was changed."


async def test_an_answer_given_again_adds_no_second_lamp(opened: Opening) -> None:
    async with opened() as robin:
        ids, listener = await waits_for(robin, "Add a floor lamp to the study")
        await decides(robin, listener, "approve")
        turn = await robin.ended(ids["turn_id"])
        there = await things_called(robin, "Floor Lamp")
        again = Regenerate(type="regenerate", message_id=turn.answer_id or "", command_id="again")
        said = await robin.app.talk.regenerate(robin.who, again)
        await robin.ended(said.ids["turn_id"])
        await listener.until(lambda: len(listener.answers) == 2 and listener.answers[-1].status == "completed")
        assert await things_called(robin, "Floor Lamp") == there


async def test_what_is_not_understood_to_the_last_word_is_not_done(opened: Opening) -> None:
    async with opened() as robin:
        listener = await answered(robin, "Turn on the hall light tomorrow")
        assert calls_of(listener) == []
        assert "“tomorrow”" in listener.text
