"""Somebody asks about files, and a model looks with a published MCP server, through the whole house."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour.models.base import RequestedCall
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.content import TextPart, ToolCallPart
from parlour.protocol.datasources import NewDatasource
from tests.flow.test_wires import behind
from tests.published import filesystem, times
from tests.served import Served, Serving
from tests.storage import Storage
from tests.wires import OPENAI, Said


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


def calls(tool: str, **arguments: Any) -> Said:
    return Said(calls=(RequestedCall(f"call_{tool}", tool, arguments, orjson.dumps(arguments).decode()),))


def listed(tmp_path: Path, **servers: Any) -> str:
    file = tmp_path / "servers.json"
    file.write_text(json.dumps({"mcpServers": servers}))
    return str(file)


async def given(served: Served, name: str, **settings: Any) -> None:
    """Give the house a server that may be written to, and wait until its tools are known."""
    app = served.app
    who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
    new = NewDatasource(name=name, kind="mcp", settings={"program": name} | settings, writable=True)
    made = await app.data.desk.add(who, new)
    app.data.changed(who, made)
    async with app.data.lend(await app.data.desk.one(who.project_id, made)) as link:
        listing = await link.listing()
    await app.data.remember(await app.data.desk.one(who.project_id, made), listing.as_json())


async def test_a_file_is_read_at_once_and_written_after_a_yes(serving: Serving, tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    (files / "list.txt").write_text("milk")
    servers = listed(tmp_path, files=filesystem(files))
    looks = calls("files__read_text_file", path=str(files / "list.txt"))
    writes = calls("files__write_file", path=str(files / "list.txt"), content="milk, eggs")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(looks, writes, Said(text=("Eggs are on it.",)))
        async with serving(model, mcp_servers_file=servers) as served, served.connected() as client:
            await given(served, "files", trusted=True)
            ids = await client.says("Put eggs on my list.")
            topic = await client.follows(ids["conversation_id"])
            await client.seen(lambda _: bool(client.state(topic).approvals))
            approval = client.state(topic).approvals[-1]
            assert (files / "list.txt").read_text() == "milk"
            decides = DecideToolCall(
                type="decide_tool_call", approval_id=approval.id, decision="approve", command_id="yes"
            )
            await served.app.talk.decide(await served.knows(await served.key()), decides)
            answer = await client.until_answered(topic)
        told = loopback.received[-1].json["messages"]
    assert (approval.tool_name, approval.effect, approval.label) == (
        "files__write_file",
        "destructive",
        "write_file on “files”",
    )
    assert approval.preview is not None
    assert "another program" in approval.preview.note
    assert (files / "list.txt").read_text() == "milk, eggs"
    parts = [part for part in answer.parts if isinstance(part, ToolCallPart)]
    assert [(part.name, part.status) for part in parts] == [
        ("files__read_text_file", "completed"),
        ("files__write_file", "completed"),
    ]
    assert [part.text for part in answer.parts if isinstance(part, TextPart)] == ["Eggs are on it."]
    seen = [orjson.loads(message["content"]) for message in told if message["role"] == "tool"]
    assert seen[0]["result"]["data"] == {"content": "milk"}


async def test_a_server_that_is_not_trusted_is_asked_nothing_without_a_yes(serving: Serving, tmp_path: Path) -> None:
    asks = calls("clock__get_current_time", timezone="Europe/London")
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(asks, Said(text=("I may not look.",)))
        servers = listed(tmp_path, clock=times())
        async with serving(model, mcp_servers_file=servers) as served, served.connected() as client:
            await given(served, "clock")
            ids = await client.says("What time is it?")
            topic = await client.follows(ids["conversation_id"])
            await client.seen(lambda _: bool(client.state(topic).approvals))
            approval = client.state(topic).approvals[-1]
            denies = DecideToolCall(type="decide_tool_call", approval_id=approval.id, decision="deny", command_id="no")
            await served.app.talk.decide(await served.knows(await served.key()), denies)
            answer = await client.until_answered(topic)
    (part,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
    assert (part.name, part.status) == ("clock__get_current_time", "denied")
