"""A talk that is too long to be shown is still known by the things that it was about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.store.tables import messages, turn_steps
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.flow.conftest import Opening
from tests.flow.test_what_it_saw import answer_to, saw

LOOK = {"Where is the lamp?": Script.of(says("Let me see. ") + call("look"), says("In the hall."))}


@dataclass
class Shelf:
    """Knows of one lamp."""

    name: str = "shelf"
    lamp_id: str = field(default_factory=new_id)

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        del caller
        return [make_tool(self.look, effect="read")]

    async def look(self, context: ToolContext) -> dict[str, dict[str, str]]:
        """Where the lamp is."""
        del context
        return {"lamp": {"id": self.lamp_id, "name": "Reading Lamp", "type": "device"}}


async def test_what_it_saw_names_the_things_of_what_was_left_out_until_that_is_deleted(opened: Opening) -> None:
    shelf = Shelf()
    model = ScriptedModel(LOOK, otherwise=Script.of(says("word " * 300)))
    async with opened(model, toolsets=[shelf], chat_context_tokens=1_200) as robin:
        first, found = await answer_to(robin, "Where is the lamp?")
        answer = found
        for number in range(5):
            _, answer = await answer_to(robin, f"Tell me something, {number}", first["conversation_id"])
        (request,) = await saw(robin, answer)
        (things,) = [piece for piece in request.pieces if piece.kind == "entities"]
        assert (things.message_id, things.text) == (found, "Reading Lamp (device)")
        assert [piece.kind for piece in request.pieces[:4]] == ["system", "tools", "entities", "question"]
        assert request.tokens == sum(piece.tokens for piece in request.pieces)
        deleted = update(messages).where(messages.c.id == found).values(deleted_at="2026-11-20T12:00:00.000Z")
        await robin.app.writer.commit(Unit(changes=[deleted]))
        (request,) = await saw(robin, answer)
        assert [piece.text for piece in request.pieces if piece.kind == "entities"] == [None]
        async with robin.app.database.read() as connection:
            kept = (await connection.scalars(select(turn_steps.c.body["seen"]))).all()
        assert shelf.lamp_id in str(kept)
        assert "Reading Lamp" not in str(kept)


async def test_the_built_in_model_is_told_of_nothing_but_the_talk(opened: Opening) -> None:
    async with opened(chat_context_window=4) as robin:
        first, answer = await answer_to(robin, "What's in the kitchen?")
        for question in ("What's in the hall?", "What's in the bedroom?", "What's in the study?"):
            _, answer = await answer_to(robin, question, first["conversation_id"])
        requests = await saw(robin, answer)
        assert "earlier messages left out" in str(requests[-1].cut)
        assert "entities" not in [piece.kind for request in requests for piece in request.pieces]
