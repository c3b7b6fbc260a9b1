"""Rights that change while an answer is made: they count from its next call, and its next question to a model, on."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from parlour.identity.who import who_is
from parlour.models.base import ModelEvent, ModelRequest
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Message, ToolCallPart, Turn
from parlour.protocol.people import NewProject, NewUser, UserChange
from parlour.store.queries.messages import stored_message
from parlour.store.queries.people import Person
from parlour.tools.caller import Caller
from parlour.tools.tool import Arguments, Tool, ToolContext, make_tool, plain_wording
from tests.flow.conftest import Opening, Talking

Change = Callable[[], Awaitable[object]]


async def nothing() -> None:
    """Nobody's rights change."""


class Watched(ScriptedModel):
    """Plays its script; something happens while its first answer is on its way."""

    meanwhile: Change = staticmethod(nothing)
    asked: int = 0

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self.asked += 1
        async for event in super().stream(request):
            yield event
            await self.meanwhile()
            self.meanwhile = nothing


@dataclass
class Safe:
    """What only members may look at and touch; something happens while a hand is in it."""

    name: str = "safe"
    meanwhile: Change = nothing
    told: list[str] = field(default_factory=list[str])

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def tools(self, caller: Caller) -> Sequence[Tool]:

        def label(arguments: Arguments) -> str:
            del arguments
            return f"Read the code of {caller.project_id}"

        where = replace(plain_wording("read_code"), label=label)
        return [
            make_tool(self.read_code, effect="read", wording=where),
            make_tool(self.read_ledger, effect="read", permission="tools:write"),
            make_tool(self.turn_dial, effect="control"),
        ]

    async def read_code(self, context: ToolContext) -> str:
        """Read the code of the alarm."""
        await self._touched("code", context)
        return "1234"

    async def read_ledger(self, context: ToolContext) -> str:
        """Read what was paid."""
        await self._touched("ledger", context)
        return "a lot"

    async def turn_dial(self, context: ToolContext) -> str:
        """Turn the dial."""
        await self._touched("dial", context)
        return "turned"

    async def _touched(self, what: str, context: ToolContext) -> None:
        del context
        self.told.append(what)
        await self.meanwhile()


@dataclass
class Boat:
    """ann, whom robin let onto the boat."""

    robin: Talking
    ann: Person
    project_id: str

    async def removes_her(self) -> None:
        await self.robin.app.household.projects.remove_member(self.robin.who, self.project_id, self.ann.id)

    async def deactivates_her(self) -> None:
        await self.robin.app.household.people.change(self.robin.who, self.ann.id, UserChange(is_active=False))

    async def makes_her_a_guest(self) -> None:
        await self.robin.app.household.people.change(self.robin.who, self.ann.id, UserChange(role="guest"))

    async def hears(self) -> tuple[Turn, Message]:
        """What comes of her asking for something."""
        app, hers = self.robin.app, who_is(self.ann, "")
        talk = await app.conversations.begin(hers, project_id=self.project_id)
        talking = Talking(app, hers)
        turn = await talking.ended((await talking.says("What is the code?", talk.id))["turn_id"])
        assert turn.answer_id is not None
        async with app.database.read() as connection:
            answer = await stored_message(connection, turn.answer_id)
        assert answer is not None
        return turn, answer.value


async def boarded(robin: Talking) -> Boat:
    people, projects = robin.app.household.people, robin.app.household.projects
    ann = await people.add(robin.who, NewUser(username="ann", role="user"))
    boat = await projects.add(robin.who, NewProject(name="The boat"))
    await projects.add_member(robin.who, boat.id, ann.id)
    return Boat(robin, ann, boat.id)


def ended_as_nobody(turn: Turn, answer: Message) -> bool:
    return (turn.status, turn.reason, answer.error and answer.error.code) == ("failed", "forbidden", "forbidden")


def statuses(answer: Message) -> list[str]:
    return [part.status for part in answer.parts if isinstance(part, ToolCallPart)]


OUT = pytest.mark.parametrize("how", ["removes_her", "deactivates_her"])


@OUT
async def test_who_may_no_more_is_told_nothing_by_a_call_that_was_not_made_yet(opened: Opening, how: str) -> None:
    model, safe = Watched(otherwise=Script.of(says("Looking. ") + call("read_code"), says("1234"))), Safe()
    async with opened(model, toolsets=[safe]) as robin:
        boat = await boarded(robin)
        model.meanwhile = getattr(boat, how)
        turn, answer = await boat.hears()
        assert ended_as_nobody(turn, answer)
        assert (safe.told, model.asked, statuses(answer)) == ([], 1, ["failed"])


@OUT
async def test_what_a_call_told_meanwhile_goes_to_no_model(opened: Opening, how: str) -> None:
    model, safe = Watched(otherwise=Script.of(call("read_code"), says("1234"))), Safe()
    async with opened(model, toolsets=[safe]) as robin:
        boat = await boarded(robin)
        safe.meanwhile = getattr(boat, how)
        turn, answer = await boat.hears()
        assert ended_as_nobody(turn, answer)
        assert (safe.told, model.asked) == (["code"], 1)


async def test_a_change_that_had_begun_comes_to_its_end_whoever_was_put_out_meanwhile(opened: Opening) -> None:
    model, safe = Watched(otherwise=Script.of(call("read_code") + call("turn_dial"), says("Done"))), Safe()
    async with opened(model, toolsets=[safe]) as robin:
        boat = await boarded(robin)

        async def put_out() -> None:
            if "dial" in safe.told:
                await boat.removes_her()

        safe.meanwhile = put_out
        turn, answer = await boat.hears()
        assert ended_as_nobody(turn, answer)
        assert statuses(answer)[1] == "completed"
        assert model.asked == 1


async def test_who_may_less_from_now_on_is_refused_the_next_call_and_answered(opened: Opening) -> None:
    model = Watched(otherwise=Script.of(call("read_code"), call("read_ledger"), says("That is for others.")))
    safe = Safe()
    async with opened(model, toolsets=[safe]) as robin:
        boat = await boarded(robin)
        safe.meanwhile = boat.makes_her_a_guest
        turn, answer = await boat.hears()
        assert (turn.status, safe.told, statuses(answer)) == ("completed", ["code"], ["completed", "failed"])


async def test_a_call_is_told_in_the_words_of_ones_own_tool_whoever_has_one_of_that_name(opened: Opening) -> None:
    model = Watched(otherwise=Script.of(says("Looking. ") + call("read_code"), says("1234")))
    async with opened(model, toolsets=[Safe()]) as robin:
        boat = await boarded(robin)

        async def another_asks() -> None:
            model.meanwhile = nothing
            await robin.ended((await robin.says("What is the code?"))["turn_id"])

        model.meanwhile = another_asks
        _, answer = await boat.hears()
        (part,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
        assert part.label == f"Read the code of {boat.project_id}"
