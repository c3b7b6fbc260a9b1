"""What a tool told for one question is told for the next, and says so, until it is not so any more."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.content import ToolCallPart
from parlour.store.queries.tool_runs import tool_runs_of
from parlour.store.tables import tool_runs
from parlour.toolkits.home.demo.loader import load_demo
from parlour.tools.caching import Basis, Caching
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.flow.conftest import Listener, Opening, Talking

LOOKS = Script.of(call("look_up_price", item="tea"), says("It costs that."))


@dataclass
class Market:
    """A market that nobody here can change, and that changes all the time."""

    asked: list[str] = field(default_factory=list[str])
    name: str = "market"

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        del caller
        return [replace(make_tool(self.look_up_price, effect="read", open_world=True), caching=Caching(self.basis))]

    async def basis(self, context: ToolContext, item: str) -> Basis:
        del context, item
        return Basis("market", "1")

    async def look_up_price(self, context: ToolContext, item: str) -> dict[str, str | int]:
        """What something costs."""
        self.asked.append(item)
        return {"item": item, "price": len(self.asked)}


async def answered(robin: Talking, question: str) -> tuple[ToolCallPart, Listener]:
    """Ask in a talk of its own; the call that was made for it."""
    ids = await robin.says(question)
    await robin.ended(ids["turn_id"])
    listener = await robin.listens(ids["conversation_id"])
    await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
    return call_of(listener), listener


def call_of(listener: Listener) -> ToolCallPart:
    (part,) = [part for part in listener.answers[-1].parts if isinstance(part, ToolCallPart)]
    return part


async def test_a_second_question_is_told_what_the_first_was_and_that_it_is_from_before(opened: Opening) -> None:
    market = Market()
    async with opened(ScriptedModel(otherwise=LOOKS), toolsets=[market]) as robin:
        first, _ = await answered(robin, "What does tea cost?")
        again, listener = await answered(robin, "And what is the price of tea?")
        assert market.asked == ["tea"]
        assert (first.cached, again.cached) == (False, True)
        assert again.result == first.result == {"item": "tea", "price": 1}
        assert again.summary is not None
        assert " ago" in again.summary
        await listener.agrees()
        async with robin.app.database.read() as connection:
            kept = [run.cached for run in await tool_runs_of(connection, listener.answers[-1].id)]
            runs = (await connection.execute(select(tool_runs.c.cached).order_by(tool_runs.c.started_at))).all()
        assert kept == [True]
        assert [run.cached for run in runs] == [False, True]


async def test_who_asks_for_how_it_is_right_now_has_it_read_anew(opened: Opening) -> None:
    market = Market()
    async with opened(ScriptedModel(otherwise=LOOKS), toolsets=[market]) as robin:
        await answered(robin, "What does tea cost?")
        now, _ = await answered(robin, "What does tea cost right now?")
        assert (now.cached, now.result) == (False, {"item": "tea", "price": 2})
        later, _ = await answered(robin, "What does tea cost?")
        assert (later.cached, later.result) == (True, {"item": "tea", "price": 2})


async def test_another_answer_is_made_of_what_is_read_anew(opened: Opening) -> None:
    market = Market()
    async with opened(ScriptedModel(otherwise=LOOKS), toolsets=[market]) as robin:
        _, listener = await answered(robin, "What does tea cost?")
        said = await robin.asks_again(listener.answers[-1].id)
        await robin.ended(said.ids["turn_id"])
        await listener.until(lambda: len(listener.answers) == 2 and listener.answers[-1].status == "completed")
        assert (call_of(listener).cached, call_of(listener).result) == (False, {"item": "tea", "price": 2})
        other = await robin.asks_again(listener.answers[-1].id, "How much is tea?")
        await robin.ended(other.ids["turn_id"])
        await listener.until(lambda: len(listener.answers) == 3 and listener.answers[-1].status == "completed")
        assert call_of(listener).result == {"item": "tea", "price": 3}


async def test_equal_calls_of_one_answer_are_made_once(opened: Opening) -> None:
    market = Market()
    both = Script.of(call("look_up_price", item="tea") + call("look_up_price", item="tea"), says("The same."))
    async with opened(ScriptedModel(otherwise=both), toolsets=[market]) as robin:
        ids = await robin.says("What does tea cost, and what does tea cost?")
        await robin.ended(ids["turn_id"])
        listener = await robin.listens(ids["conversation_id"])
        parts = [part for part in listener.answers[-1].parts if isinstance(part, ToolCallPart)]
        assert [part.status for part in parts] == ["completed", "completed"]
        assert market.asked == ["tea"]


async def decided(robin: Talking, listener: Listener) -> None:
    await listener.until(lambda: bool(listener.conversation.approvals))
    approval = listener.conversation.approvals[-1]
    command = DecideToolCall(
        type="decide_tool_call", approval_id=approval.id, decision="approve", command_id=f"yes-{approval.id}"
    )
    await robin.app.talk.decide(robin.who, command)


async def test_what_was_told_of_the_house_is_told_until_it_is_changed_and_when_that_is_taken_back(
    opened: Opening,
) -> None:
    finds = Script.of(call("find_path", from_entity="kettle", to_entity="router"), says("So it is."))
    links = Script.of(
        call("create_relationship", from_entity="kettle", relationship_type="depends_on", to_entity="router"),
        says("Noted."),
    )
    async with opened(ScriptedModel({"The way?": finds, "Link them.": links})) as robin:
        app, house = robin.app, robin.app.house
        await load_demo(app.writer, app.database, house.tenant_id, house.home_project_id, app.clock)
        first, _ = await answered(robin, "The way?")
        again, _ = await answered(robin, "The way?")
        assert (first.cached, again.cached, again.result, again.summary) == (False, True, first.result, first.summary)

        ids = await robin.says("Link them.")
        talk = await robin.listens(ids["conversation_id"])
        await decided(robin, talk)
        await robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        linked, _ = await answered(robin, "The way?")
        assert (linked.cached, linked.summary == first.summary) == (False, False)

        answer, made = talk.answers[-1], call_of(talk)
        back = UndoToolCall(
            type="undo_tool_call", message_id=answer.id, tool_call_id=made.tool_call_id, command_id="back"
        )
        await app.talk.undo(robin.who, back)
        parted, _ = await answered(robin, "The way?")
        assert (parted.cached, parted.result) == (False, first.result)
