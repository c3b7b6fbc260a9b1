"""An MCP server that wants to know more before it goes on, through the whole house and over either transport."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Approval, Message, ToolCallPart
from parlour.protocol.datasources import NewDatasource
from tests.served import Client, Served, Serving
from tests.storage import Storage
from tests.toolkits.data.mcp.conftest import over_http, program

TOLD = {"to": "Ann", "count": 2}
MODEL = ScriptedModel(otherwise=Script.of(call("desk__parcel", what="tea"), says("That is all.")))


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


@pytest.fixture(params=["stdio", "http"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[dict[str, Any]]:
    """The testing server, as a project names it; the test runs once over each transport."""
    folder = tmp_path / "served"
    folder.mkdir()
    if request.param == "stdio":
        program(folder)
        yield {"program": "testing"}
        return
    async with over_http(folder) as port:
        yield {"url": f"http://127.0.0.1:{port}/mcp"}


def notes(tmp_path: Path) -> list[str]:
    file = tmp_path / "served" / "notes"
    return file.read_text().splitlines() if file.exists() else []


@asynccontextmanager
async def house(serving: Serving, tmp_path: Path) -> AsyncGenerator[Served]:
    listed = tmp_path / "served" / "servers.json"
    if not listed.exists():
        listed.write_text(json.dumps({"mcpServers": {}}))
    more: dict[str, Any] = {"mcp_servers_file": str(listed), "datasource_private_networks": "127.0.0.0/8"}
    async with serving(MODEL, **more) as served:
        yield served


async def given(served: Served, **settings: Any) -> None:
    """Give the house a server that may be written to, and wait until its tools are known."""
    app = served.app
    who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
    made = await app.data.desk.add(who, NewDatasource(name="Desk", kind="mcp", settings=settings, writable=True))
    app.data.changed(who, made)
    async with app.data.lend(await app.data.desk.one(who.project_id, made)) as link:
        listing = await link.listing()
    await app.data.remember(await app.data.desk.one(who.project_id, made), listing.as_json())


async def says_in(served: Served, approval: Approval, **body: Any) -> tuple[int, Any]:
    """Decide as another window does."""
    path = f"/api/v1/approvals/{approval.id}/decision"
    status, text = await served.asks("POST", path, await served.key(), body)
    return status, orjson.loads(text)


async def until_wants_to_know(client: Client, topic: str) -> Approval:
    """The form that waits, be it asked already."""
    while not (found := [each for each in client.state(topic).approvals if each.reason == "input"]):
        await client.next()
    return found[0]


def part_of(answer: Message) -> ToolCallPart:
    (part,) = [part for part in answer.parts if isinstance(part, ToolCallPart)]
    return part


async def test_a_server_asks_by_a_form_after_the_yes_and_does_it_with_what_it_is_told(
    serving: Serving, server: dict[str, Any], tmp_path: Path
) -> None:
    async with house(serving, tmp_path) as served, served.connected() as client:
        await given(served, **server)
        ids = await client.says("Send Ann some tea.")
        topic = await client.follows(ids["conversation_id"])
        first = await client.until_asked(topic)
        assert (await says_in(served, first, decision="approve"))[0] == 200
        asked = await until_wants_to_know(client, topic)
        assert asked.form is not None
        assert (asked.form["asker"], asked.form["message"]) == ("“Desk”, an MCP server", "Where to? <b>Now</b>")
        assert notes(tmp_path) == []
        status, problem = await says_in(served, asked, decision="approve", answers=TOLD | {"count": 99})
        assert (status, "“count” does not fit: it is at most 9. Nothing was decided." in str(problem)) == (422, True)
        status, after = await says_in(served, asked, decision="approve", answers=TOLD)
        assert (status, after["status"]) == (200, "approved")
        answer = await client.until_answered(topic)
        await client.agrees(topic)
    assert (part_of(answer).status, part_of(answer).arguments) == ("completed", {"what": "tea"})
    assert notes(tmp_path) == ["2 tea to Ann, slow"]
    assert "requestState" not in str(client.frames)


async def test_who_declines_has_the_server_do_nothing(serving: Serving, server: dict[str, Any], tmp_path: Path) -> None:
    async with house(serving, tmp_path) as served, served.connected() as client:
        await given(served, **server)
        ids = await client.says("Send Ann some tea.")
        topic = await client.follows(ids["conversation_id"])
        await says_in(served, await client.until_asked(topic), decision="approve")
        await says_in(served, await until_wants_to_know(client, topic), decision="deny")
        answer = await client.until_answered(topic)
    assert part_of(answer).status == "denied"
    assert notes(tmp_path) == []


@pytest.mark.parametrize("server", ["http"], indirect=True)
async def test_what_a_server_elsewhere_asked_is_told_to_it_after_a_restart_of_the_house(
    serving: Serving, server: dict[str, Any], tmp_path: Path
) -> None:
    async with house(serving, tmp_path) as served, served.connected() as client:
        await given(served, **server)
        ids = await client.says("Send Ann some tea.")
        topic = await client.follows(ids["conversation_id"])
        await says_in(served, await client.until_asked(topic), decision="approve")
        await until_wants_to_know(client, topic)
    async with house(serving, tmp_path) as served, served.connected() as client:
        topic = await client.follows(ids["conversation_id"])
        asked = await until_wants_to_know(client, topic)
        await says_in(served, asked, decision="approve", answers=TOLD)
        answer = await client.until_answered(topic)
    assert part_of(answer).status == "completed"
    assert notes(tmp_path) == ["2 tea to Ann, slow"]
