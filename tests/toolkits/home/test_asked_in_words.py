"""The demo house, asked in plain words without any AI: the built-in model over the real tools."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from parlour.journal.unit import Writer
from parlour.models.base import (
    AssistantMessage,
    Called,
    ModelMessage,
    ModelRequest,
    RequestedCall,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.intents.model import IntentsModel
from parlour.store.database import Database
from parlour.toolkits.home import HomeToolkit
from parlour.toolkits.home.changes import HomeChanges
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.phrasebook import TOOLS, language_of
from parlour.toolkits.home.tables import entities
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext
from tests.toolkits.home.conftest import caller_in


@dataclass
class Talk:
    """Asks the model and runs what it calls."""

    tools: Sequence[Tool]
    caller: Caller
    model: IntentsModel = field(default_factory=IntentsModel)
    messages: list[ModelMessage] = field(default_factory=list[ModelMessage])
    called: list[str] = field(default_factory=list[str])

    async def says(self, text: str) -> str:
        """The answer to `text`, whole turn."""
        self.messages.append(UserMessage(text))
        for _ in range(2):
            said, calls = await self._step()
            self.messages.append(AssistantMessage(said, tuple(calls)))
            if not calls:
                return said
            self.messages.extend([await self._run(call) for call in calls])
        raise AssertionError("the model goes on calling")

    async def _step(self) -> tuple[str, list[RequestedCall]]:
        said, calls = "", list[RequestedCall]()
        async for event in self.model.stream(ModelRequest("", tuple(self.messages), tuple(self.tools), self.caller)):
            if isinstance(event, TextDelta):
                said += event.text
            elif isinstance(event, Called):
                calls.append(event.call)
        return said, calls

    async def _run(self, call: RequestedCall) -> ToolMessage:
        self.called.append(call.name)
        tool = next(t for t in self.tools if t.name == call.name)
        values = tool.validated(call.arguments or {})
        arguments: dict[str, Any] = {k: getattr(values, k) for k in type(values).model_fields}
        result = await tool.function(ToolContext(self.caller, "conversation", "turn", call.id), **arguments)
        return ToolMessage(call.id, call.name, "{}", tool.wording.sentence(arguments, result))


@pytest.fixture
async def talk(kit: HomeToolkit, maple: Home) -> Talk:
    caller = caller_in(maple)
    return Talk(await kit.tools(caller), caller)


ASKED = {
    "What's in the kitchen?": ("get_devices_in_room", "Fridge"),
    "which lights are on downstairs": ("get_devices_in_room", "Kitchen Ceiling Light"),
    "is the front door locked?": ("get_entity_details", "locked"),
    "how do I descale the coffee machine": ("get_procedures_for_device", "Descale the coffee machine"),
    "what can the thermostat do": ("find_device_controls", "Thermostat"),
    "which automation closes the blinds": ("search_entities", "Sunset"),
    "what's connected to the hall": ("get_room_connections", "Living Room"),
    "how is the hub connected to the floor lamp": ("find_path", "Floor Lamp"),
    "find anything about the boiler": ("search_entities", "Boiler"),
    "tell me about the washing machine": ("get_entity_details", "Washing Machine"),
    "anything like the floor lamp?": ("find_similar_entities", "Lamp"),
    "what's the temperature in the living room": ("get_entity_details", "°C"),
    "what does the bin days note say": ("get_entity_details", "Bin days"),
    "which automations are in the living room?": ("get_automations_in_room", "Movie Time"),
    "whats in juno's rom": ("get_devices_in_room", "Story Box"),
    "whats in the balroom": ("", "balroom"),
    "which rooms are upstairs": ("get_entity_details", "Landing"),
    "which lights are not on in the bedroom": ("get_devices_in_room", "Right Bedside Lamp"),
    "how do I bleed the radiators": ("get_entity_details", "square key"),
    "how much power does the oven use": ("get_entity_details", "1940 W"),
    "is the telly on": ("get_entity_details", "Television"),
    "what do we have in the conservatory": ("get_devices_in_room", "Lemon Tree Sensor"),
}


@pytest.mark.parametrize("question", ASKED)
async def test_a_question_gets_a_true_answer(talk: Talk, question: str):
    tool, holds = ASKED[question]
    answer = await talk.says(question)
    assert talk.called == ([tool] if tool else [])
    assert holds.lower() in answer.lower()


ANSWERED = {
    "is the front door locked?": "**Front Door Lock** in the **Hall** is locked.",
    "where is the washing machine": "**Washing Machine** is in the **Utility Room**.",
    "how warm is it in the living room?": (
        "**Living Room Climate Sensor** in the **Living Room** shows 20.8 °C, 47 % humidity."
    ),
    "is the dishwasher running": "**Dishwasher** in the **Kitchen** is running, 42 min left, “Eco 50”.",
}


@pytest.mark.parametrize("question", ANSWERED)
async def test_what_was_asked_is_answered_and_no_more(talk: Talk, question: str):
    assert await talk.says(question) == ANSWERED[question]


async def test_only_the_procedure_that_was_asked_for_is_told(talk: Talk):
    answer = await talk.says("how do I descale the coffee machine")
    assert answer.startswith("**Descale the coffee machine**")
    assert "brew group**" not in answer


async def test_the_rooms_of_the_home_are_told_by_floor(talk: Talk):
    answer = await talk.says("list all rooms")
    assert talk.called == ["get_entity_details"]
    assert "- **First Floor**: " in answer
    assert "Kitchen" in answer


async def test_what_the_home_does_by_itself_need_not_name_the_home(talk: Talk):
    assert "Movie Time" in await talk.says("what automations do I have?")


async def test_the_place_goes_on(talk: Talk):
    await talk.says("What's in the kitchen?")
    answer = await talk.says("and the bedroom?")
    assert talk.called == ["get_devices_in_room"] * 2
    assert "Left Bedside Lamp" in answer
    assert "Fridge" not in answer


async def test_four_questions_are_offered_and_each_of_them_is_answered(talk: Talk):
    offered = await talk.model.suggestions(talk.tools, talk.caller)
    assert len(offered) == 4
    for question in offered:
        talk.called.clear()
        await talk.says(question)
        assert len(talk.called) == 1, question


async def test_offers_follow_when_the_rooms_are_renamed(
    talk: Talk, changes: HomeChanges, writer: Writer, database: Database
):
    before = await talk.model.suggestions(talk.tools, talk.caller)
    async with database.read() as connection:
        rooms = (
            (await connection.execute(select(entities.c.id).where(entities.c.entity_type == "room"))).scalars().all()
        )
    for number, room in enumerate(rooms):
        async with database.read() as connection:
            unit = await changes.change(connection, room, name=f"Chamber {number}", aliases=())
        await writer.commit(unit)
    after = await talk.model.suggestions(talk.tools, talk.caller)
    assert sum("Chamber" in question for question in after) >= 2
    assert not set(before) & {question for question in after if "Chamber" in question}
    for question in after:
        talk.called.clear()
        answer = await talk.says(question)
        assert len(talk.called) == 1, answer


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_has_words_and_an_example(tool: str):
    language = language_of(tool, None)
    assert language.frames
    assert any(frame.examples and frame.rank for frame in language.frames)


def test_a_tool_without_words_has_no_language():
    with pytest.raises(KeyError):
        language_of("format_disk", None)
