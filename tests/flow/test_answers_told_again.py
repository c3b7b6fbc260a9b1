"""What a model answered is told again to whoever asks the same; and never where it should not be."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from parlour.identity.users import add_user
from parlour.identity.who import who_is
from parlour.journal.unit import Unit
from parlour.models.base import ModelEvent, ModelRequest
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Message, ToolCallPart
from parlour.store.tables import spending, users
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.acting import Workbench, World
from tests.flow.conftest import Listener, Opening, Talking
from tests.flow.paid import answers, of, prices, report, sets, summed

COST = Script.of(says("Let me see. ") + call("look_up_price", item="tea"), says("It costs that."))
TOLD: dict[str, Any] = {"answer_cache_entries": 100}


class Counted(ScriptedModel):
    """A model that costs something, and how often it was asked."""

    def __init__(self, otherwise: Script) -> None:
        super().__init__(otherwise=otherwise, name="paid/model")
        self.asked = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.asked += 1
        async for event in super().stream(request):
            yield event


@dataclass
class Market:
    """A market with prices that a test sets."""

    price: int = 3
    asked: list[str] = field(default_factory=list[str])
    opens: asyncio.Event = field(default_factory=asyncio.Event)
    """While this is not set, nobody is told anything."""
    name: str = "market"

    def __post_init__(self) -> None:
        self.opens.set()

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        del caller
        return [make_tool(self.look_up_price, effect="read")]

    async def look_up_price(self, context: ToolContext, item: str) -> dict[str, str | int]:
        """What something costs."""
        del context
        self.asked.append(item)
        await self.opens.wait()
        return {"item": item, "price": self.price}


@pytest.fixture
def priced(tmp_path: Path) -> dict[str, Any]:
    """The settings of a house in which every word of a model costs something, and is kept to be told again."""
    return TOLD | {"prices_file": prices(tmp_path)}


async def answered(talking: Talking, question: str, conversation_id: str | None = None) -> tuple[Message, Listener]:
    """Ask, in a conversation of its own unless one is named; the answer, once what was followed is what is kept."""
    ids = await talking.says(question, conversation_id)
    await talking.ended(ids["turn_id"])
    listener = await talking.listens(ids["conversation_id"])
    await listener.until(lambda: listener.answers != [] and listener.answers[-1].status != "running")
    await listener.agrees()
    return listener.answers[-1], listener


async def again(talking: Talking, listener: Listener, content: str | None = None) -> Message:
    """Ask for another answer to the last question."""
    before = len(listener.answers)
    said = await talking.asks_again(listener.answers[-1].id, content)
    await talking.ended(said.ids["turn_id"])
    await listener.until(lambda: len(listener.answers) > before and listener.answers[-1].status == "completed")
    return listener.answers[-1]


def talk_of(listener: Listener) -> str:
    return listener.topic.partition(":")[2]


def parts(message: Message) -> list[str]:
    return [part.kind if isinstance(part, ToolCallPart) else part.text for part in message.parts]


def call_of(message: Message) -> ToolCallPart:
    (part,) = [part for part in message.parts if isinstance(part, ToolCallPart)]
    return part


async def test_who_asks_the_same_in_another_conversation_is_told_the_same_and_nobody_is_asked_or_paid(
    opened: Opening, priced: dict[str, Any]
) -> None:
    model, market = Counted(COST), Market()
    async with opened(model, toolsets=[market], **priced) as robin:
        first, before = await answered(robin, "What does tea cost?")
        spent = (await report(robin)).total
        second, after = await answered(robin, "What does tea cost?")
        assert model.asked == 2
        assert (first.cached, second.cached) == (False, True)
        assert parts(first) == parts(second) == ["Let me see. ", "tool_call", "It costs that."]
        assert (second.model, second.models, second.usage) == (first.model, None, None)
        assert first.usage is not None
        assert (await report(robin)).total == spent
        kept = await answers(robin, talk_of(before), talk_of(after))
        assert [message.cached for message in kept] == [False, True]
        assert of(spent) == summed(kept)


async def test_what_is_told_again_comes_to_everybody_who_follows_and_its_tools_are_asked_anew(opened: Opening) -> None:
    model, market = Counted(COST), Market()
    async with opened(model, toolsets=[market], **TOLD) as robin:
        first, _ = await answered(robin, "What does tea cost?")
        ids = await robin.says("What does tea cost?")
        listener = await robin.listens(ids["conversation_id"])
        await robin.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        await listener.agrees()
        second = listener.answers[-1]
        assert (market.asked, call_of(second).cached) == (["tea", "tea"], False)
        assert call_of(first).tool_call_id != call_of(second).tool_call_id
        assert call_of(first).result == call_of(second).result


async def test_once_the_home_has_changed_only_what_does_not_rest_on_it_is_told_again(
    opened: Opening, priced: dict[str, Any]
) -> None:
    model, market = Counted(COST), Market()
    async with opened(model, toolsets=[market], **priced) as robin:
        first, one = await answered(robin, "What does tea cost?")
        market.price = 4
        second, two = await answered(robin, "What does tea cost?")
        assert (model.asked, second.cached) == (3, False)
        assert second.usage is not None
        assert first.usage is not None
        assert 0 < second.usage.total_tokens < first.usage.total_tokens
        kept = await answers(robin, talk_of(one), talk_of(two))
        assert of((await report(robin)).total) == summed(kept)
        third, _ = await answered(robin, "What does tea cost?")
        assert (model.asked, third.cached, call_of(third).result) == (3, True, {"item": "tea", "price": 4})


async def test_after_other_talk_the_same_question_is_another_one(opened: Opening) -> None:
    model = Counted(Script.of(says("Because.")))
    async with opened(model, **TOLD) as robin:
        first, listener = await answered(robin, "Why?")
        second, _ = await answered(robin, "Why?", talk_of(listener))
        assert (model.asked, first.cached, second.cached) == (2, False, False)
        _, other = await answered(robin, "Tell me about tea.")
        third, _ = await answered(robin, "Why?", talk_of(other))
        assert (model.asked, third.cached) == (4, False)


async def test_what_one_person_was_told_nobody_else_is(opened: Opening) -> None:
    model = Counted(Script.of(says("Because.")))
    async with opened(model, **TOLD) as robin:
        await answered(robin, "Why?")
        person = await add_user(robin.app.database, robin.app.writer, robin.app.clock, username="bob")
        bobs, _ = await answered(Talking(robin.app, who_is(person, "test")), "Why?")
        assert (model.asked, bobs.cached) == (2, False)


async def test_who_may_do_less_by_now_is_told_nothing_of_before(opened: Opening) -> None:
    model = Counted(Script.of(says("Because.")))
    async with opened(model, **TOLD) as robin:
        await answered(robin, "Why?")
        demoted = update(users).where(users.c.id == robin.who.user_id).values(role="guest")
        await robin.app.writer.commit(Unit(changes=[demoted]))
        anew, _ = await answered(robin, "Why?")
        assert (model.asked, anew.cached) == (2, False)


async def test_who_asks_for_how_it_is_right_now_has_the_model_asked_every_time(opened: Opening) -> None:
    model = Counted(Script.of(says("Because.")))
    async with opened(model, **TOLD) as robin:
        for asked in (1, 2):
            answer, _ = await answered(robin, "What does tea cost right now?")
            assert (model.asked, answer.cached) == (asked, False)
        assert len(robin.app.means.told) == 0


async def test_another_answer_is_asked_for_anew_and_is_what_is_told_from_then_on(opened: Opening) -> None:
    model, market = Counted(COST), Market()
    async with opened(model, toolsets=[market], **TOLD) as robin:
        _, listener = await answered(robin, "What does tea cost?")
        assert not (await again(robin, listener)).cached
        assert model.asked == 4
        assert not (await again(robin, listener, "How much is tea?")).cached
        assert model.asked == 6
        told, _ = await answered(robin, "What does tea cost?")
        assert (model.asked, told.cached) == (6, True)
        told, _ = await answered(robin, "How much is tea?")
        assert (model.asked, told.cached) == (6, True)


async def test_what_was_taken_back_is_not_told_again_to_whoever_asks_for_another_answer(opened: Opening) -> None:
    model, market = Counted(COST), Market()
    async with opened(model, toolsets=[market], **TOLD) as robin:
        first, listener = await answered(robin, "What does tea cost?")
        await robin.deletes(first.id)
        assert not (await again(robin, listener)).cached
        assert model.asked == 4


@pytest.mark.parametrize("what", ["answer", "conversation"])
async def test_what_was_taken_back_is_told_again_to_nobody_who_asks_the_same(opened: Opening, what: str) -> None:
    model, market = Counted(COST), Market()
    async with opened(model, toolsets=[market], **TOLD) as robin:
        first, listener = await answered(robin, "What does tea cost?")
        if what == "answer":
            await robin.deletes(first.id)
        else:
            await robin.app.conversations.delete(robin.who, talk_of(listener), robin.app.talk.end)
        anew, _ = await answered(robin, "What does tea cost?")
        assert (model.asked, anew.cached) == (4, False)
        told, _ = await answered(robin, "What does tea cost?")
        assert (model.asked, told.cached) == (4, True)
        counts = robin.app.means.told.counts
        assert (counts.hits, counts.misses) == (2, 4)


async def test_an_answer_with_a_change_in_it_is_asked_for_every_time(opened: Opening, tmp_path: Path) -> None:
    world = World(tmp_path / "world")
    presses = Script.of(call("set_level", level=3), says("Done."))
    model = Counted(presses)
    async with opened(model, toolsets=[Workbench(world)], **TOLD) as robin:
        for asked in (2, 4):
            ids = await robin.says("Set it to three.")
            listener = await robin.listens(ids["conversation_id"])
            await robin.ended(ids["turn_id"])
            await listener.until(lambda talk=listener: talk.answers != [] and talk.answers[-1].status == "completed")
            assert (model.asked, listener.answers[-1].cached) == (asked, False)
        assert len(robin.app.means.told) == 0
        assert len(world.changes) == 2


async def test_who_may_spend_no_more_is_still_told_what_was_paid_for(opened: Opening, priced: dict[str, Any]) -> None:
    model = Counted(Script.of(says("Because.")))
    async with opened(model, **priced) as robin:
        await answered(robin, "Why?")
        await sets(robin, "tenant", max_cost=0)
        told, _ = await answered(robin, "Why?")
        assert (told.status, told.cached, model.asked) == ("completed", True, 1)
        refused, _ = await answered(robin, "And how?")
        assert (refused.status, refused.cached) == ("failed", False)


async def test_with_no_room_for_answers_every_question_is_asked(opened: Opening) -> None:
    model = Counted(Script.of(says("Because.")))
    async with opened(model, answer_cache_entries=0) as robin:
        for _ in range(2):
            assert not (await answered(robin, "Why?"))[0].cached
        assert model.asked == 2


async def test_the_built_in_model_is_asked_every_time_since_it_costs_nothing(opened: Opening) -> None:
    async with opened(**TOLD) as robin:
        for _ in range(2):
            assert not (await answered(robin, "What can you do?"))[0].cached
        assert (len(robin.app.means.told), robin.app.means.told.counts.misses) == (0, 0)


async def test_a_server_that_is_started_again_asks_and_what_was_told_stays_as_it_was(opened: Opening) -> None:
    model = Counted(Script.of(says("Because.")))
    async with opened(model, **TOLD) as robin:
        await answered(robin, "Why?")
        _, talk = await answered(robin, "Why?")
    async with opened(model, **TOLD) as robin:
        (kept,) = await answers(robin, talk_of(talk))
        assert kept.cached
        anew, _ = await answered(replace(robin, sent=2), "Why?")
        assert (model.asked, anew.cached) == (2, False)
        async with robin.app.database.read() as connection:
            assert len((await connection.execute(select(spending.c.id))).all()) == 2


async def test_a_server_that_goes_in_the_middle_of_such_an_answer_has_the_rest_asked_for_and_paid(
    opened: Opening, priced: dict[str, Any]
) -> None:
    model, market = Counted(COST), Market()
    async with opened(model, toolsets=[market], **priced) as robin:
        _, one = await answered(robin, "What does tea cost?")
        market.opens.clear()
        ids = await robin.says("What does tea cost?")
        listener = await robin.listens(ids["conversation_id"])
        await listener.until(lambda: "tool_call" in listener.types())
    assert model.asked == 2
    market.opens.set()
    async with opened(model, toolsets=[market], **priced) as robin:
        assert (await robin.ended(ids["turn_id"])).status == "completed"
        kept = await answers(robin, talk_of(one), ids["conversation_id"])
        assert (model.asked, [message.cached for message in kept]) == (3, [False, False])
        assert of((await report(robin)).total) == summed(kept)
        async with robin.app.database.read() as connection:
            assert len((await connection.execute(select(spending.c.id))).all()) == 3
