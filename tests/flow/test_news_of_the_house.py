"""What changes in the house is said where somebody had asked about it: there and then, once, and to the model too."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from parlour.errors import Moved
from parlour.models.base import Called, HouseMessage, ModelEvent, ModelRequest, RequestedCall, UserMessage
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.commands import DecideToolCall
from parlour.store.tables import events, notices
from parlour.toolkits.home.demo.loader import load_demo
from parlour.tools.kept import Kept
from parlour.tools.tool import ToolContext
from tests.flow.conftest import Listener, Opening, Talking
from tests.flow.test_what_it_saw import saw

ADDED = "The Floor Lamp was added to the Study."
LAMP = {"entity_type": "device", "name": "Floor Lamp", "place": "study"}
SCRIPTS = {
    "The study?": Script.of(call("get_devices_in_room", room="study"), says("A few things.")),
    "The garage?": Script.of(call("get_devices_in_room", room="garage"), says("A car.")),
    "Add it": Script.of((Called(RequestedCall("", "create_entity", {**LAMP})),), says("It is there.")),
}


class Attentive(ScriptedModel):
    """A model that does as its script says, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(SCRIPTS, otherwise=Script.of(says("Well.")))
        self.requests: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.requests.append(request)
        async for each in super().stream(request):
            yield each


@dataclass
class House:
    """The demo house, and Robin who asks about it in several talks."""

    robin: Talking
    model: Attentive

    async def asks(self, question: str, conversation_id: str | None = None) -> str:
        """Ask, and wait for the answer; the conversation."""
        ids = await self.robin.says(question, conversation_id)
        await self.robin.ended(ids["turn_id"])
        return ids["conversation_id"]

    async def adds_the_lamp(self) -> Listener:
        """Have the lamp added in a talk of its own, which had asked about the study too."""
        talk = await self.robin.listens(await self.asks("The study?"))
        ids = await self.robin.says("Add it", talk.topic.partition(":")[2])
        await talk.until(lambda: bool(talk.conversation.approvals))
        waits = talk.conversation.approvals[-1]
        yes = DecideToolCall(type="decide_tool_call", approval_id=waits.id, decision="approve", command_id="yes")
        await self.robin.app.talk.decide(self.robin.who, yes)
        await self.robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        return talk

    async def plans(self, conversation_id: str) -> Kept:
        """What the tool that adds a thing would have committed, if it were called in a conversation."""
        app = self.robin.app
        caller = self.robin.who.in_project(app.house.home_project_id)
        tool = next(each for each in await app.home.tools(caller) if each.name == "create_entity")
        values = tool.validated({**LAMP})
        return await tool.function(ToolContext(caller, conversation_id, "t", "c"), **dict(values))

    async def told(self, conversation_id: str) -> list[str]:
        """What a newcomer to a conversation finds that it was told."""
        return texts(await self.robin.listens(conversation_id))

    async def deletes(self, conversation_id: str) -> None:
        async def stop(turn_id: str) -> None:
            await self.robin.app.talk.stop(self.robin.who, turn_id)

        await self.robin.app.conversations.delete(self.robin.who, conversation_id, stop)

    async def counted(self) -> tuple[int, int]:
        """How many notices are kept, and how many were ever said."""
        said = select(func.count()).select_from(events).where(events.c.type == "system_notification")
        async with self.robin.app.database.read() as connection:
            kept = await connection.scalar(select(func.count()).select_from(notices))
            return kept or 0, await connection.scalar(said) or 0


def texts(listener: Listener) -> list[str]:
    return [notice.text for notice in listener.conversation.notices]


@asynccontextmanager
async def house(opened: Opening) -> AsyncGenerator[House]:
    model = Attentive()
    async with opened(model) as robin:
        app = robin.app
        await load_demo(app.writer, app.database, app.house.tenant_id, app.house.home_project_id, app.clock)
        yield House(robin, model)


async def test_a_talk_about_a_room_is_told_what_another_talk_put_there_and_took_away_again(opened: Opening) -> None:
    async with house(opened) as home:
        study, garage = await home.asks("The study?"), await home.asks("The garage?")
        hearing, elsewhere = await home.robin.listens(study), await home.robin.listens(garage)
        own = await home.adds_the_lamp()
        await hearing.until(lambda: bool(hearing.conversation.notices))
        assert texts(hearing) == [ADDED]
        assert hearing.conversation.notices[0].level == "info"
        await hearing.agrees()
        assert await home.told(study) == [ADDED]
        assert await home.told(garage) == texts(elsewhere) == texts(own) == []

        (done,) = [part for answer in own.answers for part in answer.parts if part.kind == "tool_call" and part.undo]
        undo = UndoToolCall(message_id=own.answers[-1].id, tool_call_id=done.tool_call_id, command_id="undo")
        await home.robin.app.talk.undo(home.robin.who, undo)
        await hearing.until(lambda: len(hearing.conversation.notices) == 2)
        assert texts(hearing)[-1] == "The Floor Lamp was removed."
        await hearing.agrees()
        assert await home.counted() == (2, 2)
        await home.deletes(study)
        assert await home.counted() == (0, 0)


async def test_the_model_of_the_next_question_knows_what_the_talk_was_told_and_goes_on_knowing_it(
    opened: Opening,
) -> None:
    async with house(opened) as home:
        study = await home.asks("The study?")
        await home.robin.app.writer.commit((await home.plans("another")).unit)
        await home.asks("And now?", study)
        shown = home.model.requests[-1].messages
        assert shown[-1] == UserMessage("And now?")
        assert isinstance(shown[-2], HouseMessage)
        assert ADDED in shown[-2].text
        assert "no instruction" in shown[-2].text

        await home.asks("And then?", study)
        assert home.model.requests[-1].messages[: len(shown)] == shown
        assert home.model.requests[-1].messages[-1] == UserMessage("And then?")
        assert sum(isinstance(each, HouseMessage) for each in home.model.requests[-1].messages) == 1

        listener = await home.robin.listens(study)
        (request,) = await saw(home.robin, listener.answers[1].id)
        piece = next(each for each in request.pieces if each.kind == "notice")
        assert (piece.text, piece.is_shortened) == (ADDED, False)
        assert piece.tokens > 0


async def test_a_notice_is_given_once_however_often_its_change_is_tried(opened: Opening) -> None:
    async with house(opened) as home:
        study = await home.asks("The study?")
        writer = home.robin.app.writer
        lost, overtaken = await home.plans("another"), await home.plans("another")
        assert await writer.commit(lost.unit) == await writer.commit(lost.unit)
        with pytest.raises(Moved):
            await writer.commit(overtaken.unit)
        assert await home.told(study) == [ADDED]
        assert await home.counted() == (1, 1)


async def test_nothing_is_said_to_a_talk_that_is_gone_and_the_change_is_thought_through_anew(opened: Opening) -> None:
    async with house(opened) as home:
        gone, there = await home.asks("The study?"), await home.asks("The study?")
        planned = await home.plans("another")
        await home.deletes(gone)
        with pytest.raises(Moved):
            await home.robin.app.writer.commit(planned.unit)
        assert await home.told(there) == []
        await home.robin.app.writer.commit((await home.plans("another")).unit)
        assert await home.told(there) == [ADDED]
        assert await home.counted() == (1, 1)
