"""An answer whose calls build on one another: each in its turn, and nothing on what was not done."""

from typing import Literal

from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.content import ToolCallPart
from tests.flow.conftest import Listener, Opening, Talking

A_ROOM = call("create_entity", entity_type="room", name="Pantry")
ITS_LIGHT = call("create_entity", entity_type="device", name="Jar Light", place="Pantry")
A_LOOK = call("get_devices_in_room", room="Pantry")
A_PANTRY = Script.of(A_ROOM + ITS_LIGHT + A_LOOK, says("That is all."))


def parts(listener: Listener) -> list[ToolCallPart]:
    return [part for part in listener.answers[-1].parts if isinstance(part, ToolCallPart)]


async def decides(robin: Talking, listener: Listener, number: int, decision: Literal["approve", "deny"]) -> None:
    """Give a word on the question that is put as the `number`th of this talk."""
    await listener.until(
        lambda: len(listener.types("approval_requested")) == number and bool(listener.conversation.approvals)
    )
    approval = listener.conversation.approvals[-1]
    command = DecideToolCall(
        type="decide_tool_call", approval_id=approval.id, decision=decision, command_id=f"decided-{number}"
    )
    await robin.app.talk.decide(robin.who, command)


async def test_what_builds_on_a_new_room_is_asked_once_the_room_is_there_and_looked_at_last(opened: Opening) -> None:
    async with opened(ScriptedModel(otherwise=A_PANTRY)) as robin:
        ids = await robin.says("A pantry, please, with a light")
        listener = await robin.listens(ids["conversation_id"])
        await listener.until(lambda: listener.types("approval_requested") != [])
        assert [part.status for part in parts(listener)] == ["waiting", "pending", "pending"]
        await decides(robin, listener, 1, "approve")
        await decides(robin, listener, 2, "approve")
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers[-1].status == "completed")
        room, light, look = parts(listener)
        assert [room.status, light.status, look.status] == ["completed"] * 3
        assert "Jar Light" in str(look.result)
        await listener.agrees()


async def test_what_builds_on_a_room_that_nobody_wanted_is_not_asked(opened: Opening) -> None:
    async with opened(ScriptedModel(otherwise=A_PANTRY)) as robin:
        ids = await robin.says("A pantry, please, with a light")
        listener = await robin.listens(ids["conversation_id"])
        await decides(robin, listener, 1, "deny")
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers[-1].status == "completed")
        room, light, look = parts(listener)
        assert room.status == "denied"
        assert light.status == "failed"
        assert light.error is not None
        assert light.error.code == "not_tried"
        assert "You said no" in light.error.message
        assert look.status == "failed", "there is no such room to look at"
        assert len(listener.types("approval_requested")) == 1
        await listener.agrees()
