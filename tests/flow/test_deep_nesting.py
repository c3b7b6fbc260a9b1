"""What is nested deeper than it could be written down again is refused by name, and the answer goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
import pytest
from pydantic import JsonValue

from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import ToolCallPart
from parlour.store.queries.messages import stored_message
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.flow.conftest import Opening

LEVELS = (200, 240, 250, 254)
"""Around those that can be written alone, and no longer with what stands around them."""


def nested(levels: int) -> JsonValue:
    """Lists inside each other."""
    return orjson.loads("[" * levels + "]" * levels)


@dataclass
class Onion:
    """Layers in layers."""

    levels: int
    peeled: int = 0
    name: str = "onion"

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        del caller
        return [make_tool(self.peel, effect="read")]

    async def peel(self, context: ToolContext, knife: JsonValue = None) -> JsonValue:
        """What is inside."""
        del context, knife
        self.peeled += 1
        return nested(self.levels)


@pytest.mark.parametrize("levels", LEVELS)
async def test_an_answer_outlives_what_a_tool_tells_however_deep(opened: Opening, levels: int) -> None:
    onion = Onion(levels)
    async with opened(ScriptedModel(otherwise=Script.of(call("peel"), says("Done."))), toolsets=[onion]) as robin:
        ids = await robin.says("Peel it")
        turn = await robin.ended(ids["turn_id"])
        assert (turn.status, onion.peeled) == ("completed", 1)
        listener = await robin.listens(ids["conversation_id"])
        assert listener.text == "Done."


@pytest.mark.parametrize("levels", LEVELS)
async def test_an_answer_outlives_what_a_model_asks_for_however_deep(opened: Opening, levels: int) -> None:
    onion = Onion(1)
    asks = Script.of(call("peel", knife=nested(levels)), says("Done."))
    async with opened(ScriptedModel(otherwise=asks), toolsets=[onion]) as robin:
        ids = await robin.says("Peel it")
        turn = await robin.ended(ids["turn_id"])
        assert turn.status == "completed"
        async with robin.app.database.read() as connection:
            found = await stored_message(connection, turn.answer_id or "")
        assert found is not None
        (part,) = [part for part in found.value.parts if isinstance(part, ToolCallPart)]
        assert part.status == ("completed" if onion.peeled else "failed")
