"""An answer whose calls build on one another: each in its turn, and nothing on what was not done."""

from typing import Literal

from sqlalchemy import select
from structlog.testing import capture_logs

from parlour.models.base import Finished
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.content import ToolCallPart
from parlour.store.tables import turn_steps
from parlour.tools.outcomes import Outcome
from tests.flow.conftest import Listener, Opening, Talking

A_ROOM = call("create_entity", entity_type="room", name="Pantry")
ITS_LIGHT = call("create_entity", entity_type="device", name="Jar Light", place="Pantry")
A_LOOK = call("get_devices_in_room", room="Pantry")
A_PANTRY = Script.of(A_ROOM + ITS_LIGHT + A_LOOK, says("That is all."))


def parts(listener: Listener) -> list[ToolCallPart]:
    return [part for part in listener.answers[-1].parts if isinstance(part, ToolCallPart)]


def statuses(listener: Listener) -> list[str]:
    return [part.status for part in parts(listener)]


async def decides(robin: Talking, listener: Listener, number: int, decision: Literal["approve", "deny"]) -> None:
    """Give a word on the `number`th call of this talk, once it waits for one."""

    def is_asked() -> bool:
        waits = [part.tool_call_id for part in parts(listener) if part.status == "waiting"]
        asked = [approval.tool_call_id for approval in listener.conversation.approvals]
        return waits == asked == [parts(listener)[number - 1].tool_call_id]

    await listener.until(lambda: bool(listener.answers) and len(parts(listener)) >= number and is_asked())
    approval = listener.conversation.approvals[-1]
    command = DecideToolCall(
        type="decide_tool_call", approval_id=approval.id, decision=decision, command_id=f"decided-{number}"
    )
    await robin.app.talk.decide(robin.who, command)


async def test_what_builds_on_a_new_room_is_asked_once_the_room_is_there_and_looked_at_last(opened: Opening) -> None:
    async with opened(ScriptedModel(otherwise=A_PANTRY)) as robin:
        ids = await robin.says("A pantry, please, with a light")
        listener = await robin.listens(ids["conversation_id"])
        await listener.until(lambda: bool(listener.conversation.approvals) and "waiting" in statuses(listener))
        assert statuses(listener) == ["waiting", "pending", "pending"]
        await decides(robin, listener, 1, "approve")
        await decides(robin, listener, 2, "approve")
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
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
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        room, light, look = parts(listener)
        assert room.status == "denied"
        assert light.status == "failed"
        assert light.error is not None
        assert light.error.code == "not_tried"
        assert "You said no" in light.error.message
        assert look.status == "failed", "there is no such room to look at"
        whole = await robin.listens(ids["conversation_id"], after=0)
        await whole.until(lambda: whole.cursor >= listener.cursor)
        assert len(whole.types("approval_requested")) == 1
        await listener.agrees()


async def test_of_several_calls_it_is_kept_in_which_order_they_are_made_and_how_long_that_may_take(
    opened: Opening,
) -> None:
    async with opened(ScriptedModel(otherwise=A_PANTRY)) as robin:
        for tool, seconds in (("create_entity", 4.0), ("get_devices_in_room", 1.5)):
            robin.app.executor.tally.add(Outcome("", tool, "completed", {}, duration_ms=seconds * 1000), {tool})
        with capture_logs() as lines:
            ids = await robin.says("A pantry, please, with a light")
            listener = await robin.listens(ids["conversation_id"])
            await listener.until(lambda: listener.types("approval_requested") != [])
        async with robin.app.database.read() as connection:
            (body,) = (await connection.scalars(select(turn_steps.c.body).where(turn_steps.c.kind == "model"))).all()
        room, light, look = (each["id"] for each in body["calls"])
        assert body["plan"] == [
            {"call": light, "after": [room], "needs": [room]},
            {"call": look, "after": [room, light], "needs": []},
        ]
        assert body["expected_s"] == 4.0 + 4.0 + 1.5
        (told,) = [line for line in lines if line["event"] == "several calls are made"]
        assert (told["tools"], told["wait"], told["expected_s"]) == (
            ["create_entity", "create_entity", "get_devices_in_room"],
            2,
            9.5,
        )


async def test_nothing_is_done_of_what_an_answer_that_was_cut_asks_for(opened: Opening) -> None:
    cut = ScriptedModel(otherwise=Script.of((*A_ROOM, *A_LOOK, Finished("length"))))
    async with opened(cut) as robin:
        ids = await robin.says("A pantry, please")
        listener = await robin.listens(ids["conversation_id"])
        turn = await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "failed")
        assert (turn.status, turn.reason) == ("failed", "cut_call")
        assert statuses(listener) == ["failed", "failed"]
        assert {part.error.code for part in parts(listener) if part.error} == {"not_tried"}
        error = listener.answers[-1].error
        assert error is not None
        assert "Nothing of that was done." in error.message
        await listener.agrees()
