"""An MCP server that nobody should believe, in a whole house: what it says gets nothing done, and it stops nobody."""

import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from parlour.models.base import ModelEvent, ModelRequest
from parlour.models.scripted import Script, ScriptedModel, Step, call, says
from parlour.protocol.content import ToolCallPart
from parlour.protocol.datasources import NewDatasource
from tests.flow.conftest import Listener, Opening
from tests.flow.test_approvals import House, calls_of, house
from tests.flow.test_wires import ON_SQLITE
from tests.rules.sources import ROOT
from tests.toolkits.data.mcp.plain import POISON

PROGRAM = ROOT / "tests" / "toolkits" / "data" / "mcp" / "plain.py"
SETS = call("set_level", level=3)
"""A change that the house makes without asking, as long as nobody else has a word in it."""
BOUNDED = 4_000
"""Characters that a failure may be, in an answer."""


class Listening(ScriptedModel):
    """A model that keeps what it was shown."""

    def __init__(self, scripts: dict[str, Script]) -> None:
        super().__init__(scripts)
        self.requests: list[ModelRequest] = []

    def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.requests.append(request)
        return super().stream(request)


@dataclass
class Visited:
    """A house with servers of others."""

    home: House
    model: Listening
    folder: Path

    def notes(self, server: str = "bad") -> list[str]:
        """What a server has done, by what it wrote down."""
        file = self.folder / server / "notes"
        return file.read_text().splitlines() if file.exists() else []

    async def give(self, name: str, **settings: Any) -> str:
        """A server more, whose tools are known; its id."""
        app, who = self.home.robin.app, self.home.robin.who.in_project(self.home.robin.app.house.home_project_id)
        new = NewDatasource(name=name, kind="mcp", settings={"program": name} | settings, writable=True)
        made = await app.data.desk.add(who, new)
        there = await app.data.desk.one(who.project_id, made)
        async with app.data.lend(there) as link:
            await app.data.remember(there, (await link.listing()).as_json())
        return made

    async def take_away(self, server_id: str) -> None:
        app, who = self.home.robin.app, self.home.robin.who.in_project(self.home.robin.app.house.home_project_id)
        await app.data.desk.remove(who, server_id)
        app.data.changed(who, server_id)

    async def asks(self, question: str, talk: Listener | None = None) -> tuple[Listener, str]:
        """Ask something; the conversation, and the turn."""
        ids = await self.home.robin.says(question, talk.topic.partition(":")[2] if talk else None)
        return talk or await self.home.robin.listens(ids["conversation_id"]), ids["turn_id"]

    async def call(self, question: str) -> ToolCallPart:
        """What became of the one call of a turn that has come to its end."""
        talk, turn_id = await self.asks(question)
        assert (await self.home.robin.ended(turn_id)).status == "completed"
        await talk.until(lambda: bool(talk.answers) and talk.answers[-1].status == "completed")
        await talk.agrees()
        (part,) = calls_of(talk)
        return part


@asynccontextmanager
async def visited(opened: Opening, folder: Path, *servers: str, **scripts: tuple[Step, ...]) -> AsyncGenerator[Visited]:
    listed: dict[str, Any] = {}
    for each in servers:
        (folder / each).mkdir()
        listed[each] = {"command": sys.executable, "args": [str(PROGRAM), str(folder / each)]}
    (folder / "servers.json").write_text(json.dumps({"mcpServers": listed}))
    model = Listening({question: Script.of(*steps, says("That is all.")) for question, steps in scripts.items()})
    async with house(opened, folder, model, mcp_servers_file=str(folder / "servers.json")) as home:
        yield Visited(home, model, folder)


# --- what it says gets nothing done --------------------------------------------------------------------------------


@ON_SQLITE
async def test_where_its_tools_are_offered_nothing_is_changed_without_a_yes(opened: Opening, tmp_path: Path) -> None:
    async with visited(opened, tmp_path, "bad", before=(SETS,), after=(SETS,)) as there:
        assert (await there.call("before")).status == "completed"
        await there.give("bad")
        talk, turn_id = await there.asks("after")
        approval = await there.home.asked(talk)
        assert (approval.tool_name, approval.reason, approval.remember) == ("set_level", "tainted", None)
        assert there.home.world.changes == ["level 3"]
        await there.home.decides(approval, "deny")
        await there.home.robin.ended(turn_id)
        assert there.home.world.changes == ["level 3"]
        described = [each for each in there.model.requests[-1].tools if each.name == "bad__look"]
        assert [POISON in each.description for each in described] == [True]
        assert all(POISON not in each.system for each in there.model.requests)


@ON_SQLITE
@pytest.mark.parametrize("trusted", [False, True])
async def test_what_it_answers_gets_no_change_through_in_this_turn_or_the_next(
    trusted: bool, opened: Opening, tmp_path: Path
) -> None:
    looks = call("bad__look")
    async with visited(opened, tmp_path, "bad", look=(looks, SETS), then=(SETS,), later=(SETS,)) as there:
        server = await there.give("bad", trusted=trusted)
        talk, turn_id = await there.asks("look")
        if not trusted:
            asked = await there.home.asked(talk)
            assert asked.tool_name == "bad__look"
            await there.home.decides(asked)
            await talk.until(lambda: [each.tool_name for each in talk.conversation.approvals] == ["set_level"])
        approval = await there.home.asked(talk)
        assert (approval.tool_name, approval.reason) == ("set_level", "tainted")
        await there.home.decides(approval, "deny")
        await there.home.robin.ended(turn_id)
        await talk.until(
            lambda: talk.answers != [] and talk.answers[-1].status == "completed" and not talk.conversation.approvals
        )
        # The server is gone, and what it said stands in the talk all the same.
        await there.take_away(server)
        for question in ("then", "later"):
            _, turn_id = await there.asks(question, talk)
            approval = await there.home.asked(talk)
            assert (approval.tool_name, approval.reason) == ("set_level", "tainted")
            await there.home.decides(approval, "deny")
            await there.home.robin.ended(turn_id)
            await talk.until(
                lambda: (
                    talk.answers != [] and talk.answers[-1].status == "completed" and not talk.conversation.approvals
                )
            )
        assert there.home.world.changes == []
        assert there.notes() == []


@ON_SQLITE
async def test_words_written_in_sight_of_it_are_believed_no_more_when_it_is_gone(
    opened: Opening, tmp_path: Path
) -> None:
    async with visited(opened, tmp_path, "bad", greet=(), later=(SETS,)) as there:
        server = await there.give("bad")
        talk, turn_id = await there.asks("greet")
        await there.home.robin.ended(turn_id)
        await there.take_away(server)
        await there.asks("later", talk)
        approval = await there.home.asked(talk)
        assert (approval.tool_name, approval.reason) == ("set_level", "tainted")
        assert there.home.world.changes == []


@ON_SQLITE
async def test_a_yes_that_is_remembered_does_not_hold_after_it_was_heard(opened: Opening, tmp_path: Path) -> None:
    scripts = {"keep": (call("add_note", text="milk"),), "look": (call("bad__look"), call("add_note", text="poison"))}
    async with visited(opened, tmp_path, "bad", **scripts) as there:
        talk, turn_id = await there.asks("keep")
        await there.home.decides(await there.home.asked(talk), remember=True)
        await there.home.robin.ended(turn_id)
        await there.give("bad", trusted=True)
        _, turn_id = await there.asks("look", talk)
        await talk.until(lambda: [each.arguments for each in talk.conversation.approvals] == [{"text": "poison"}])
        assert talk.conversation.approvals[-1].reason == "tainted"
        await there.home.decides(talk.conversation.approvals[-1], "deny")
        await there.home.robin.ended(turn_id)
        assert await there.home.notes() == ["milk"]


@ON_SQLITE
async def test_what_it_says_of_a_failure_is_believed_no_more(opened: Opening, tmp_path: Path) -> None:
    async with visited(opened, tmp_path, "bad", look=(call("bad__fault"), SETS)) as there:
        await there.give("bad", trusted=True)
        talk, turn_id = await there.asks("look")
        approval = await there.home.asked(talk)
        assert (approval.tool_name, approval.reason) == ("set_level", "tainted")
        (failed, _) = calls_of(talk)
        assert failed.error is not None
        assert failed.error.message.startswith("“bad” says that this went wrong")
        assert len(failed.error.message) < BOUNDED
        await there.home.decides(approval, "deny")
        await there.home.robin.ended(turn_id)
        assert there.home.world.changes == []


# --- it stops nobody -----------------------------------------------------------------------------------------------

BROKEN = {
    "shapeless": "in a form that its protocol does not have",
    "promised": "otherwise than it had promised",
    "huge": "The connection to “bad” was lost",
    "hang": "did not answer in time",
    "flood": "The connection to “bad” was lost",
}


@ON_SQLITE
@pytest.mark.parametrize("tool", BROKEN)
async def test_whatever_it_does_the_turn_ends_with_words_that_say_what_it_was(
    tool: str, opened: Opening, tmp_path: Path
) -> None:
    async with visited(
        opened, tmp_path, "bad", "sound", it=(call(f"bad__{tool}"),), other=(call("sound__look"),)
    ) as there:
        await there.give("bad", trusted=True, timeout_s=1.0 if tool == "hang" else 60.0)
        await there.give("sound", trusted=True)
        part = await there.call("it")
        assert part.error is not None
        assert (part.status, part.error.code) == ("failed", "failed")
        assert BROKEN[tool] in part.error.message
        assert len(part.error.message) < BOUNDED
        assert (await there.call("other")).status == "completed"


@ON_SQLITE
async def test_of_a_change_during_which_it_died_nobody_is_told_that_it_was_made(
    opened: Opening, tmp_path: Path
) -> None:
    async with visited(opened, tmp_path, "bad", it=(call("bad__die", text="last words"),)) as there:
        await there.give("bad")
        talk, turn_id = await there.asks("it")
        await there.home.decides(await there.home.asked(talk))
        await there.home.robin.ended(turn_id)
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        assert [part.status for part in calls_of(talk)] == ["unknown"]
        assert there.notes() == ["last words"]


@ON_SQLITE
async def test_while_it_keeps_one_question_waiting_others_are_answered(opened: Opening, tmp_path: Path) -> None:
    async with visited(
        opened, tmp_path, "bad", "sound", it=(call("bad__hang"),), other=(call("sound__look"),)
    ) as there:
        await there.give("bad", trusted=True, timeout_s=100.0)
        await there.give("sound", trusted=True)
        talk, turn_id = await there.asks("it")
        await talk.until(lambda: bool(talk.answers) and [each.status for each in calls_of(talk)] == ["executing"])
        for _ in range(3):
            assert (await there.call("other")).status == "completed"
        assert talk.answers[-1].status not in ("completed", "failed")
        await there.home.robin.app.talk.stop(there.home.robin.who, turn_id)
        await there.home.robin.ended(turn_id)
