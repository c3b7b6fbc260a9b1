"""What is taken back is gone: from the page, the context of what comes, search, and everything that is kept."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from parlour.errors import MessageNotFound, NotNow
from parlour.journal import feed
from parlour.journal.snapshot import user_state
from parlour.models.base import AssistantMessage, ModelEvent, ModelProblem, ModelRequest, UserMessage
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Conversation, Message
from parlour.store.queries.messages import message_page
from parlour.store.search.base import Owner
from parlour.store.search.finding import find
from parlour.store.tables import metadata
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.flow.conftest import HeldModel, Opening, Talking


async def asked(robin: Talking, held: HeldModel, question: str, answer: str, into: str | None = None) -> dict[str, str]:
    """The ids of a question, its conversation and turn, and its finished answer."""
    held.lets(answer, None)
    ids = await robin.says(question, into)
    return ids | {"answer_id": (await robin.ended(ids["turn_id"])).answer_id or ""}


class Remembering(ScriptedModel):
    """Looks into the drawer when it is asked to, and remembers every request."""

    def __init__(self) -> None:
        looks = Script.of(call("look_inside"), says("A key."))
        super().__init__({"Look inside": looks}, otherwise=Script.of(says("Noted.")))
        self.requests: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.requests.append(request)
        async for event in super().stream(request):
            yield event


async def nothing() -> None:
    """Nobody does anything."""


@dataclass
class Drawer:
    """Holds a key; something happens while a hand is in it."""

    name: str = "drawer"
    meanwhile: Callable[[], Awaitable[None]] = nothing

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        del caller
        return [make_tool(self.look_inside, effect="read")]

    async def look_inside(self, context: ToolContext) -> str:
        """What is in the drawer."""
        del context
        await self.meanwhile()
        return "a key"


async def listed(robin: Talking) -> Conversation:
    async with robin.app.database.read() as connection:
        return (await user_state(connection, robin.who.user_id)).conversations[0]


async def everywhere(robin: Talking, word: str) -> list[str]:
    """The tables in which a word stands, in any column of any row."""

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, bytes):
            yield value.decode(errors="replace")
        else:
            yield orjson.dumps(value, default=str).decode()

    there: list[str] = []
    async with robin.app.database.read() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                if any(word in text for value in row for text in texts(value)):
                    there.append(table.name)
    return sorted(set(there))


async def test_a_question_that_is_taken_back_leaves_a_mark_and_no_words(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await asked(robin, held, "My code is swordfish", "Noted.")
        await robin.edits(ids["message_id"], "My code is swordfish1")
        assert "messages" in await everywhere(robin, "swordfish")
        listener = await robin.listens(ids["conversation_id"])
        await robin.deletes(ids["message_id"])
        await listener.until(lambda: listener.conversation.messages[0].deleted_at is not None)
        question, answer = listener.conversation.messages
        assert question.parts == []
        assert (answer.deleted_at, listener.text) == (None, "Noted.")
        await listener.agrees()
        assert await everywhere(robin, "swordfish") == []
        shown = await listed(robin)
        assert (shown.title, shown.message_count) == ("New chat", 1)
        assert shown.last_message is not None
        assert shown.last_message.text == "Noted."


async def test_an_answer_that_is_taken_back_is_gone_with_all_that_was_done_for_it(opened: Opening) -> None:
    broken = Script.of((*says("A first swordfish "), ModelProblem("provider_cut", "It stopped.")))
    looks = Script.of(says("I look for swordfish.") + call("search_entities", query="swordfish"), says("No swordfish."))
    async with opened(ScriptedModel({"look": looks, "break": broken})) as robin:
        ids = await robin.says("look")
        looked = (await robin.ended(ids["turn_id"])).answer_id or ""
        before = await listed(robin)
        cut = (await robin.ended((await robin.says("break", ids["conversation_id"]))["turn_id"])).answer_id or ""
        assert {"attempts", "messages", "tool_runs", "turn_steps"} <= set(await everywhere(robin, "swordfish"))
        await robin.deletes(cut)
        await robin.deletes(looked)
        assert await everywhere(robin, "swordfish") == []
        after = await listed(robin)
        assert after.last_message is not None
        assert (after.last_message.text, after.message_count) == ("break", before.message_count)
        listener = await robin.listens(ids["conversation_id"])
        assert (listener.answers[0].parts, listener.answers[0].status) == ([], "completed")


async def test_neither_what_was_taken_back_nor_what_answered_it_reaches_the_model(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        first = await asked(robin, held, "One", "First.")
        second = await asked(robin, held, "Two", "Second.", first["conversation_id"])
        await robin.deletes(first["message_id"])
        await robin.deletes(second["answer_id"])
        await asked(robin, held, "Three", "Third.", first["conversation_id"])
        assert held.requests[2].messages == (UserMessage("Two"), UserMessage("Three"))


async def test_an_earlier_version_stands_in_for_one_that_was_taken_back(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await asked(robin, held, "One", "First.")
        held.lets("Better.", None)
        said = await robin.asks_again(ids["message_id"])
        better = (await robin.ended(said.ids["turn_id"])).answer_id or ""
        await robin.deletes(better)
        assert (await listed(robin)).message_count == 2
        await asked(robin, held, "Two", "Second.", ids["conversation_id"])
        assert [m.text for m in held.requests[2].messages if isinstance(m, AssistantMessage)] == ["First."]
        await robin.deletes(ids["answer_id"])
        assert (await listed(robin)).message_count == 3


async def test_a_question_whose_answer_was_taken_back_can_be_answered_again(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await asked(robin, held, "One", "First.")
        await robin.deletes(ids["answer_id"])
        held.lets("Again.", None)
        said = await robin.asks_again(ids["answer_id"])
        await robin.ended(said.ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"])
        assert (listener.text, listener.answers[-1].replaces) == ("Again.", None)
        assert (await listed(robin)).message_count == 2


async def test_what_is_taken_back_while_it_is_written_is_stopped_first(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await robin.is_told_a_story(held)
        await robin.deletes(listener.answers[0].id)
        assert (await robin.ended(ids["turn_id"])).status == "stopped"
        await listener.until(lambda: listener.answers != [] and listener.answers[0].deleted_at is not None)
        assert await everywhere(robin, "Once upon") == []
        await listener.agrees()


async def test_a_question_that_waits_is_never_answered_once_it_is_taken_back(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        first = await robin.says("One")
        second = await robin.says("Swordfish", first["conversation_id"])
        await robin.deletes(second["message_id"])
        assert (await robin.ended(second["turn_id"])).status == "stopped"
        assert await everywhere(robin, "wordfish") == []
        held.lets("First.", None)
        await robin.ended(first["turn_id"])
        assert len(held.requests) == 1


async def test_an_answer_goes_on_while_an_earlier_message_is_taken_back(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        first = await asked(robin, held, "Swordfish", "First, swordfish.")
        topic = f"conversation:{first['conversation_id']}"
        second = await robin.says("Tell me a story", first["conversation_id"])
        listener = await robin.listens(first["conversation_id"])
        held.lets("Once upon ")
        await listener.until(lambda: listener.answers != [] and listener.text == "Once upon ")
        await robin.edits(first["message_id"], "Swordfish and chips")
        started = listener.answers[-1].position
        for message_id in (first["message_id"], first["answer_id"]):
            await robin.deletes(message_id)
        assert await everywhere(robin, "wordfish") == []
        async with robin.app.database.read() as connection:
            assert (await feed.bounds(connection, topic)).floor == started - 1
        came_late = await robin.listens(first["conversation_id"])
        held.lets("a time.", None)
        assert (await robin.ended(second["turn_id"])).status == "completed"
        for each in (listener, came_late):
            await each.until(lambda each=each: each.answers != [] and each.answers[-1].status == "completed")
            assert each.text == "Once upon a time."
            await each.agrees()
        back = await robin.listens(first["conversation_id"], after=started)
        await back.until(lambda: back.cursor >= listener.cursor)
        assert back.frames[0]["mode"] == "replay"


async def test_what_is_changed_or_taken_back_while_a_tool_is_asked_is_told_to_no_model_after_it(
    opened: Opening,
) -> None:
    model, drawer = Remembering(), Drawer()
    async with opened(model, toolsets=[drawer]) as robin:
        first = await robin.says("My code is swordfish")
        await robin.ended(first["turn_id"])
        second = await robin.says("My bank is the old one", first["conversation_id"])
        await robin.ended(second["turn_id"])

        async def thinks_better_of_it() -> None:
            await robin.deletes(first["message_id"])
            await robin.edits(second["message_id"], "My bank is the new one")

        drawer.meanwhile = thinks_better_of_it
        third = await robin.says("Look inside", first["conversation_id"])
        assert (await robin.ended(third["turn_id"])).status == "completed"
        before, after = ([m.text for m in r.messages if isinstance(m, UserMessage)] for r in model.requests[-2:])
        assert before == ["My code is swordfish", "My bank is the old one", "Look inside"]
        assert after == ["My bank is the new one", "Look inside"]


async def test_who_was_away_gets_what_stands_now_and_none_of_the_words(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await asked(robin, held, "Swordfish", "First.")
        await robin.deletes(ids["message_id"])
        back = await robin.listens(ids["conversation_id"], after=1)
        await back.until(lambda: back.state is not None)
        assert [frame["type"] for frame in back.frames[:2]] == ["subscribed", "snapshot"]
        assert "wordfish" not in str(back.frames)
        await back.agrees()


async def test_taking_back_counts_once_and_a_mark_is_neither_changed_nor_taken_back(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        ids = await asked(robin, held, "One", "First.")
        first = await robin.deletes(ids["message_id"], command_id="the-same")
        assert (await robin.deletes(ids["message_id"], command_id="the-same")).duplicate
        assert first.seq > 0
        before = await listed(robin)
        await robin.deletes(ids["message_id"])
        assert await listed(robin) == before
        with pytest.raises(NotNow):
            await robin.edits(ids["message_id"], "One after all")
        with pytest.raises(MessageNotFound):
            await robin.deletes("nonsense")


async def test_a_conversation_of_marks_alone_has_nothing_to_show(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids = await asked(robin, held, "One", "First.")
        await robin.deletes(ids["answer_id"])
        await robin.deletes(ids["message_id"])
        shown = await listed(robin)
        assert (shown.message_count, shown.total_tokens, shown.last_message, shown.title) == (0, 0, None, "New chat")
        assert await page(robin, ids["conversation_id"]) == []
        assert [message.deleted_at is None for message in await page(robin, ids["conversation_id"], deleted=True)] == [
            False,
            False,
        ]
        async with robin.app.database.read() as connection:
            assert (await find(connection, Owner(robin.who.tenant_id, robin.who.user_id), "one")).hits == []


async def page(robin: Talking, conversation_id: str, *, deleted: bool = False) -> list[Message]:
    async with robin.app.database.read() as connection:
        found = await message_page(connection, conversation_id, include_deleted=deleted)
    return [stored.value for stored in found.messages]
